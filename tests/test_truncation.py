"""Files of every format that end too early, and whole ones of odd kinds."""

import io
import resource
import struct
from contextlib import suppress

import numpy as np
import pytest
import soundfile

from wav2nano.audio import decode_audio, inspect_audio
from wav2nano.errors import UserError

RATE = 16000
NOISE = np.random.default_rng(1).normal(0, 0.1, RATE)
FORMATS = [
    ("WAV", "PCM_16", "LITTLE"),
    ("WAV", "FLOAT", "LITTLE"),
    ("WAV", "PCM_16", "BIG"),
    ("WAVEX", "PCM_24", "FILE"),
    ("RF64", "PCM_16", "FILE"),
    ("W64", "PCM_16", "FILE"),
    ("AIFF", "PCM_16", "FILE"),
    ("AIFF", "PCM_16", "LITTLE"),  # AIFC
    ("AU", "PCM_16", "BIG"),
    ("AU", "PCM_16", "LITTLE"),
    ("CAF", "PCM_16", "FILE"),
    ("FLAC", "PCM_16", "FILE"),
    ("OGG", "VORBIS", "FILE"),
    ("OGG", "OPUS", "FILE"),
    ("MP3", "MPEG_LAYER_III", "FILE"),
]


def encode(samples, kind, subtype, endian="FILE", rate=RATE) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=kind, subtype=subtype, endian=endian)
    return file.getvalue()


def claim(content: bytes, position: int, code: str, value: int) -> bytes:
    changed = bytearray(content)
    struct.pack_into(code, changed, position, value)
    return bytes(changed)


FLAC = encode(NOISE, "FLAC", "PCM_16")


@pytest.mark.parametrize("cut", [1, 100, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("form", FORMATS, ids="-".join)
def test_a_truncated_file_is_told(form, cut):
    content = encode(NOISE, *form)
    assert inspect_audio(content, name="x").seconds == pytest.approx(1, abs=0.15)
    short = content[: -cut if isinstance(cut, int) else int(len(content) * (1 - cut))]
    with pytest.raises(UserError, match=r"x\.y (is truncated|cannot be decoded).* it"):
        inspect_audio(short, name="x.y")


def mp3_frames(content):
    """The frames of an MP3, by their sync bytes and a constant length."""
    starts = [i for i in range(len(content) - 1) if content[i : i + 2] == content[:2]]
    return [content[a:b] for a, b in zip(starts, [*starts[1:], len(content)], strict=True)]


def test_an_mp3_cut_between_frames_is_told_by_its_table_of_contents():
    content = encode(NOISE, "MP3", "MPEG_LAYER_III")
    assert b"Info" in content[:60] or b"Xing" in content[:60]
    frames = mp3_frames(content)
    with pytest.raises(UserError, match="truncated"):
        inspect_audio(b"".join(frames[:-3]), name="x.mp3")
    # Without the table, nobody can know.
    assert inspect_audio(b"".join(frames[1:-3]), name="x.mp3").seconds > 0.5


TAGS = {
    "none": (b"", b""),
    "ID3v1": (b"", b"TAG" + bytes(125)),
    "ID3v2": (b"ID3\x04\0\0" + bytes([0, 0, 2, 0]) + bytes(256), b""),
    "APE": (b"", b"APETAGEX" + struct.pack("<IIII", 2000, 32, 0, 0) + bytes(8)),
    "padding": (b"", bytes(500)),
}


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000])
@pytest.mark.parametrize("tag", TAGS)
def test_a_whole_mp3_with_any_tags_is_read(rate, tag):
    before, after = TAGS[tag]
    content = encode(np.resize(NOISE, rate), "MP3", "MPEG_LAYER_III", rate=rate)
    info = inspect_audio(before + content + after, name="x.mp3")
    assert (info.rate, info.seconds) == (rate, pytest.approx(1, abs=0.2))


@pytest.mark.parametrize("mode", ["CONSTANT", "AVERAGE", "VARIABLE"])
def test_a_whole_mp3_of_any_bitrate_is_read_and_a_cut_one_told(mode):
    file = io.BytesIO()
    with soundfile.SoundFile(
        file, "w", RATE, 2, "MPEG_LAYER_III", format="MP3", bitrate_mode=mode
    ) as out:
        out.write(np.stack([NOISE, NOISE[::-1] * np.linspace(0, 1, RATE)], axis=1))
    content = file.getvalue()
    assert inspect_audio(content, name="x.mp3").seconds == pytest.approx(1, abs=0.15)
    with pytest.raises(UserError, match="truncated"):
        inspect_audio(content[: len(content) // 2], name="x.mp3")


@pytest.mark.parametrize(("endian", "code"), [("BIG", ">I"), ("LITTLE", "<I")])
def test_an_au_stream_of_unknown_length_is_read(endian, code):
    content = claim(encode(NOISE, "AU", "PCM_16", endian), 8, code, 0xFFFFFFFF)
    assert inspect_audio(content, name="x").seconds == pytest.approx(1)


def test_a_flac_stream_of_unknown_length_cannot_be_read():
    content = claim(claim(FLAC, 22, ">I", 0), 21, ">B", FLAC[21] & 0xF0)
    with pytest.raises(UserError, match=r"x\.flac cannot be decoded .* convert it to WAV"):
        inspect_audio(content, name="x.flac")


def hash_of(content: bytes) -> str:
    return inspect_audio(content, name="x").samples_sha256


INT16 = np.rint(NOISE * 32768) / 32768
SAME = {
    **{"-".join(form): encode(INT16, *form) for form in FORMATS[:-3]},
    "stereo": encode(np.stack([INT16, INT16], axis=1), "WAV", "PCM_16"),
    "double": encode(INT16, "WAV", "DOUBLE"),
    "AU float": encode(INT16, "AU", "FLOAT"),
    "AIFF 24": encode(INT16, "AIFF", "PCM_24"),
    "padded": encode(np.r_[np.zeros(1000), INT16, np.zeros(77)], "WAV", "PCM_16"),
    "one chunk more": encode(INT16, "WAV", "PCM_16") + b"note" + struct.pack("<I", 4) + b"text",
}


@pytest.mark.parametrize("form", SAME)
def test_the_same_samples_have_the_same_hash_in_any_format(form):
    assert hash_of(SAME[form]) == hash_of(encode(INT16, "WAV", "PCM_16"))


def test_other_samples_have_another_hash():
    others = [INT16, INT16[:-1], INT16 / 2, INT16[::-1], np.zeros(100), np.zeros(200)]
    hashes = [hash_of(encode(samples, "WAV", "PCM_16")) for samples in others]
    hashes.append(hash_of(encode(INT16, "WAV", "PCM_16", rate=8000)))
    assert len(set(hashes)) == len(hashes)


CLAIMS = {
    # 36 bits of STREAMINFO are the number of samples.
    "FLAC of 2^32 samples": claim(FLAC, 22, ">I", 0xFFFFFFFF),
    "FLAC of 2^36 samples": claim(claim(FLAC, 22, ">I", 0xFFFFFFFF), 21, ">B", FLAC[21] | 15),
    "WAV of 65535 channels": claim(encode(NOISE, "WAV", "PCM_16"), 22, "<H", 65535),
    "WAV of 4 GB": claim(encode(NOISE, "WAV", "PCM_16"), 40, "<I", 0xFFFFFFF0),
    "AIFF of 2^32 frames": claim(encode(NOISE, "AIFF", "PCM_16"), 22, ">I", 0xFFFFFFFF),
    "AU of 2^31 channels": claim(encode(NOISE, "AU", "PCM_16", "BIG"), 20, ">I", 2**31),
    "W64 of 2^60 bytes": claim(encode(NOISE, "W64", "PCM_16"), 0x60, "<Q", 2**60),
}


@pytest.mark.parametrize("what", CLAIMS)
def test_what_a_header_claims_is_not_reserved(what):
    before = resource.getrlimit(resource.RLIMIT_AS)
    with open("/proc/self/statm") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 200 * 2**20, before[1]))
    try:
        with suppress(UserError):
            decode_audio(CLAIMS[what], RATE, name="x")
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
