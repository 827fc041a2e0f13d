"""Files that were cut are refused, whatever kind they are; whole ones and streams are read."""

import io
import struct

import numpy as np
import pytest
import soundfile

from wav2nano.audio import inspect_audio
from wav2nano.errors import UserError

RATE = 16000
SECONDS = 5
LOUDNESS = np.abs(np.sin(np.arange(SECONDS * RATE) / RATE * 1.3)) ** 4  # so that bit rates vary
SAMPLES = np.random.default_rng(0).normal(0, 0.1, SECONDS * RATE) * LOUDNESS

KINDS = {
    "wav": ("WAV", "PCM_16"),
    "wav 24 bit": ("WAV", "PCM_24"),
    "wav adpcm": ("WAV", "IMA_ADPCM"),
    "wav extensible": ("WAVEX", "PCM_16"),
    "rf64": ("RF64", "PCM_16"),
    "w64": ("W64", "PCM_16"),
    "w64 float": ("W64", "FLOAT"),
    "aiff": ("AIFF", "PCM_16"),
    "aifc": ("AIFF", "FLOAT"),
    "aifc ima4": ("AIFF", "IMA_ADPCM"),
    "au": ("AU", "PCM_16"),
    "caf": ("CAF", "PCM_16"),
    "nist": ("NIST", "PCM_16"),
    "flac": ("FLAC", "PCM_16"),
    "vorbis": ("OGG", "VORBIS"),
    "opus": ("OGG", "OPUS"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
}


def file_of(container: str, subtype: str, **more: object) -> bytes:
    file = io.BytesIO()
    with soundfile.SoundFile(
        file, "w", RATE, 1, format=container, subtype=subtype, **more
    ) as writer:
        writer.write(SAMPLES)
    return file.getvalue()


FILES = {name: file_of(*kind) for name, kind in KINDS.items()}
FILES["mp3 constant"] = file_of(
    "MP3", "MPEG_LAYER_III", bitrate_mode="CONSTANT", compression_level=0.3
)
FILES["mp3 variable"] = file_of(
    "MP3", "MPEG_LAYER_III", bitrate_mode="VARIABLE", compression_level=0.3
)
ID3V1 = b"TAG" + b"\xff" * 125
ID3V2 = b"ID3\x04\0\0\0\0\0\x0a" + bytes(10)
APE_ENDS = [b"APETAGEX" + struct.pack("<4I", 2000, 52, 1, flags) + bytes(8) for flags in (1, 0)]
APE = (b"\xff" * 20).join(APE_ENDS)


def seconds_of(content: bytes) -> float:
    return inspect_audio(content, name="x.wav").seconds


def refusal(content: bytes) -> str:
    with pytest.raises(UserError, match=r"^x\.wav ") as refused:
        inspect_audio(content, name="x.wav")
    return str(refused.value)


@pytest.mark.parametrize("kind", FILES)
def test_whole_files_are_read(kind):
    # ADPCM comes in blocks, of which the last is filled up.
    assert seconds_of(FILES[kind]) == pytest.approx(SECONDS, abs=0.1)


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("cut", [100, 5000, 0.5, 0.3])
def test_cut_files_are_refused(kind, cut):
    content = FILES[kind]
    if kind.startswith("aifc") and cut == 100:
        cut = 300  # what comes behind the audio is missing, no audio
    refused = refusal(content[: -cut if cut > 1 else int(len(content) * cut)])
    # Where the end is needed to begin with, libsndfile says so itself.
    if kind not in ("flac", "opus", "caf"):
        assert "is truncated: " in refused


@pytest.mark.parametrize("kind", ["vorbis", "opus"])
def test_ogg_without_its_last_page_is_refused(kind):
    assert "is truncated" in refusal(FILES[kind][: FILES[kind].rindex(b"OggS")])


def test_flac_that_ends_between_two_frames_is_refused():
    content = FILES["flac"]
    assert "is truncated" in refusal(content[: content.index(b"\xff\xf8", len(content) // 2)])


def frames_of(content: bytes) -> list[int]:
    """Where the frames of an MP3 file of 16 kHz begin, and its end."""
    bitrates = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
    places = [0]
    while places[-1] < len(content):
        _, _, bits, _ = content[places[-1] : places[-1] + 4]
        places.append(places[-1] + 72 * 1000 * bitrates[bits >> 4] // RATE + (bits >> 1 & 1))
    return places


@pytest.mark.parametrize("kind", ["mp3 constant", "mp3 variable"])
def test_tags_of_mp3_are_no_audio(kind):
    content = FILES[kind]
    for tagged in (content + ID3V1, content + APE, content + APE + ID3V1, ID3V2 + content):
        assert seconds_of(tagged) == pytest.approx(SECONDS)
    plain = content[frames_of(content)[1] :]  # without the Xing header
    for tagged in (plain, plain + ID3V1, plain + APE, plain + APE + ID3V1, ID3V2 + plain):
        assert seconds_of(tagged) == pytest.approx(SECONDS, abs=0.1)


@pytest.mark.parametrize("kind", ["mp3 constant", "mp3 variable"])
def test_mp3_without_its_last_frame_is_refused(kind):
    content = FILES[kind]
    places = frames_of(content)
    assert places[-1] == len(content)
    assert "is truncated" in refusal(content[: places[-2]])
    assert "is truncated" in refusal(content[places[1] : -10])  # no Xing header, but half a frame


STREAMS = {
    "wav of size 0": ("wav", b"data", 4, "<I", 0),
    "wav of all ones": ("wav", b"data", 4, "<I", 2**32 - 1),
    "w64 of size 0": ("w64", b"data\xf3\xac", 16, "<Q", 0),
    "w64 of no more than its header": ("w64", b"data\xf3\xac", 16, "<Q", 24),
    "aiff of size 0": ("aiff", b"SSND", 4, ">I", 0),
    "aiff of all ones": ("aiff", b"SSND", 4, ">I", 2**32 - 1),
    "au of all ones": ("au", b".snd", 8, ">I", 2**32 - 1),
    "flac of no length": ("flac", b"fLaC", 22, ">I", 0),
}


@pytest.mark.parametrize("stream", STREAMS)
def test_streams_are_read_until_the_end(stream):
    kind, mark, place, form, size = STREAMS[stream]
    content = bytearray(FILES[kind])
    struct.pack_into(form, content, content.index(mark) + place, size)
    assert seconds_of(bytes(content)) == pytest.approx(SECONDS)


def test_a_tag_in_front_costs_no_samples():
    assert seconds_of(ID3V2 + FILES["wav"]) == SECONDS
    assert "is truncated" in refusal(ID3V2 + FILES["wav"][:-2])


def test_kinds_of_which_a_cut_cannot_be_told_are_refused():
    content = file_of("MAT4", "PCM_16")
    assert "MAT4, of which wav2nano cannot tell whether it is whole. Convert it" in refusal(content)
