"""Recordings of every kind, and those that are none."""

import io
import struct

import numpy as np
import pytest
import soundfile

from wav2nano.audio import header_seconds, inspect_audio, read_audio
from wav2nano.errors import UserError

RATE = 16000


def tone(seconds: float, rate: int, hertz: float = 440.0) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 96000])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3"])
def test_any_format_is_read_at_the_wanted_rate(tmp_path, rate, channels, suffix):
    if suffix == "mp3" and rate == 96000:
        pytest.skip("MP3 has no 96 kHz")
    path = tmp_path / f"a $strange 'name' ü.{suffix}"
    samples = np.repeat(tone(0.5, rate)[:, None], channels, axis=1)
    soundfile.write(path, samples, rate)
    heard = read_audio(path, RATE)
    assert heard.dtype == np.int16
    # MP3 and its encoders add silence at both ends.
    assert len(heard) == pytest.approx(0.5 * RATE, abs=2200 if suffix == "mp3" else 2)
    middle = heard[len(heard) // 4 : 3 * len(heard) // 4] / 32768
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    peak = spectrum.argmax() * RATE / len(middle)
    assert peak == pytest.approx(440, abs=5)
    assert np.abs(middle).max() == pytest.approx(0.5, abs=0.05)


def test_stereo_is_averaged(tmp_path):
    path = tmp_path / "stereo.wav"
    soundfile.write(path, np.stack([np.full(100, 0.5), np.full(100, -0.25)], axis=1), RATE)
    np.testing.assert_array_equal(read_audio(path, RATE), 4096)


def test_the_microphones_numbers_come_back(tmp_path):
    path = tmp_path / "all.wav"
    values = np.arange(-32768, 32768).astype(np.int16)
    soundfile.write(path, values, RATE)
    np.testing.assert_array_equal(read_audio(path, RATE), values)


def wav(samples: np.ndarray, subtype: str = "PCM_16") -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, RATE, format="WAV", subtype=subtype)
    return file.getvalue()


BAD = {
    "empty": (b"", "0 bytes"),
    "no_samples": (wav(np.zeros(0)), "no samples"),
    "truncated": (wav(tone(0.5, RATE))[:-1000], "truncated"),
    "truncated_header": (wav(tone(0.5, RATE))[:30], "cannot be decoded"),
    "text": (b"this is no audio, whatever its name says", "cannot be decoded"),
    "nan": (wav(np.r_[tone(0.1, RATE), np.nan], "FLOAT"), "NaN"),
    "infinite": (wav(np.r_[tone(0.1, RATE), np.inf], "FLOAT"), "NaN"),
}


@pytest.mark.parametrize("rate", [8000, RATE, 44100])
@pytest.mark.parametrize(
    "form", ["plain", "note at the end", "extensible", "big-endian", "note first"]
)
def test_a_plain_wav_is_read_as_any_other(form, rate, tmp_path):
    values = np.random.default_rng(3).integers(-32768, 32768, 12345).astype(np.int16)
    file = io.BytesIO()
    kind = "WAVEX" if form == "extensible" else "WAV"
    endian = "BIG" if form == "big-endian" else "FILE"
    soundfile.write(file, values, rate, format=kind, endian=endian, subtype="PCM_16")
    content = bytearray(file.getvalue())
    if form.startswith("note"):
        note = struct.pack("<4sI4s", b"note", 4, b"this")
        place = len(content) if form == "note last" else content.index(b"data")
        content[place:place] = note
        struct.pack_into("<I", content, 4, len(content) - 8)
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    expected, _ = soundfile.read(path, dtype="int16")
    np.testing.assert_array_equal(expected, values)
    np.testing.assert_array_equal(read_audio(path, rate), expected)
    flac = io.BytesIO()
    soundfile.write(flac, values, rate, format="FLAC", subtype="PCM_16")
    info = inspect_audio(bytes(content), name="a.wav")
    assert info == inspect_audio(flac.getvalue(), name="a.flac")


@pytest.mark.parametrize("kind", BAD)
def test_bad_recordings_are_named(tmp_path, kind):
    content, reason = BAD[kind]
    path = tmp_path / f"{kind}.wav"
    path.write_bytes(content)
    with pytest.raises(UserError, match=reason) as error:
        read_audio(path, RATE)
    assert str(path) in str(error.value)


def test_truncated_flac_is_named(tmp_path):
    path = tmp_path / "cut.flac"
    soundfile.write(path, np.random.default_rng(1).normal(0, 0.1, RATE), RATE)
    path.write_bytes(path.read_bytes()[:9000])
    with pytest.raises(UserError, match=r"cut\.flac"):
        read_audio(path, RATE)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match=r"nowhere\.wav"):
        read_audio(tmp_path / "nowhere.wav", RATE)


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
def test_a_stream_of_unknown_length_is_read(size, tmp_path):
    content = bytearray(wav(tone(0.25, RATE)))
    position = content.index(b"data")
    struct.pack_into("<I", content, position + 4, size)
    info = inspect_audio(bytes(content), name="stream.wav")
    assert info.seconds == pytest.approx(0.25)
    path = tmp_path / "stream.wav"
    path.write_bytes(content)
    assert header_seconds(path) >= 0.25  # nothing that is in it is beyond its end


def test_the_header_tells_the_length(tmp_path):
    for suffix in ("wav", "flac", "ogg", "mp3"):
        path = tmp_path / f"x.{suffix}"
        soundfile.write(path, tone(2.5, 44100), 44100)
        assert header_seconds(path) == pytest.approx(len(read_audio(path, RATE)) / RATE, abs=1e-3)
    path.write_text("no sound")
    assert header_seconds(path) == np.inf


def test_samples_that_overflow_when_channels_are_averaged_are_told(tmp_path):
    path = tmp_path / "huge.wav"
    soundfile.write(path, np.full((100, 2), 3e38, np.float32), RATE, subtype="FLOAT")
    with pytest.raises(UserError, match=r"huge\.wav contains NaN, infinite or absurdly large"):
        read_audio(path, RATE)


def test_a_rate_that_is_no_sound_is_told(tmp_path):
    path = tmp_path / "slow.wav"
    soundfile.write(path, np.zeros(320_000), 1)
    with pytest.raises(UserError, match=r"slow\.wav has 1 samples a second"):
        read_audio(path, RATE)


def test_a_file_whose_name_looks_like_a_member_is_a_file(tmp_path):
    path = tmp_path / "x.zip#y.wav"
    soundfile.write(path, np.full(100, 0.5), RATE)
    assert (read_audio(path, RATE) == 16384).all()
