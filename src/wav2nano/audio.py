"""Recordings of any format, rate and number of channels, read as mono."""

import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from wav2nano.errors import UserError
from wav2nano.truncation import check_length, truncated

LOUDEST = 2.0**31  # times full scale: integers that somebody took for floats
LOWEST_RATE, HIGHEST_RATE = 1_000, 1_000_000  # Hz
BLOCK_SAMPLES = 1 << 20  # decoded at a time
MEMBER = "#"  # archive.zip#member names a recording inside a zip archive


@dataclass(frozen=True)
class AudioInfo:
    """What a recording holds.

    `samples_sha256` is the same for files of any format and any number of equal channels that hold
    the same samples, as long as these fit in 16 bits, and whatever digital silence is around them.
    Another level, rate or lossy compression makes other samples.
    """

    seconds: float
    rate: int
    channels: int
    samples_sha256: str


def read_bytes(path: Path | str) -> bytes:
    """Content of a file, or of a zip archive's member named `archive.zip#member`."""
    text = str(path)
    archive, separator, member = text.partition(f".zip{MEMBER}")
    try:
        if separator and not Path(text).exists():
            with zipfile.ZipFile(f"{archive}.zip") as file:
                return file.read(member)
        # A pipe would be waited for, a device read for ever.
        if Path(path).exists() and not Path(path).is_file():
            raise UserError(f"{text} is no file: a folder, a pipe or a device.")
        return Path(path).read_bytes()
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(f"{text} cannot be read: {reason}") from None


def read_audio(path: Path | str, rate: int) -> np.ndarray:
    """Read a recording as mono at `rate`, channels averaged.

    Parameters
    ----------
    path
        WAV, FLAC, OGG, MP3 or another format of libsndfile, or `archive.zip#member`.
    rate
        Sampling rate to return, in Hz; other rates are resampled (soxr, high quality).

    Returns
    -------
    samples : np.ndarray [shape=(samples,), dtype=float32]
        Full scale is 1.0.

    Raises
    ------
    UserError
        If the recording is missing, empty, truncated, in no known format, or holds NaN.
    """
    return decode_audio(read_bytes(path), rate, name=str(path))


def decode_audio(content: bytes, rate: int, *, name: str) -> np.ndarray:
    """Decode as `read_audio` does; `name` is the name for messages."""
    samples, info = _decode(content, name)
    if info.rate != rate:
        samples = soxr.resample(samples, info.rate, rate, quality="HQ")
        if not len(samples):
            raise UserError(f"{name} is shorter than one sample at {rate} Hz. Remove it.")
    return samples.astype(np.float32, copy=False)


def inspect_audio(content: bytes, *, name: str) -> AudioInfo:
    """Decode a whole recording, and describe it. Errors as in `read_audio`."""
    return _decode(content, name)[1]


def to_int16(samples: np.ndarray) -> np.ndarray:
    """Round samples of full scale 1.0 to int16, as the board's microphone gives them.

    Examples
    --------
    >>> to_int16(np.array([0.5, -1.0, 1.0])).tolist()  # 1.0 itself is out of reach
    [16384, -32768, 32767]
    """
    return np.clip(np.rint(samples * 32768.0), -32768, 32767).astype(np.int16)


def hash_samples(samples: np.ndarray, rate: int) -> str:
    """SHA-256 of what is heard: in 16 bits, without digital silence before and after it.

    `samples` of full scale 1.0, at `rate` in Hz.
    """
    values = to_int16(samples).astype("<i2", copy=False)
    heard = np.flatnonzero(values)
    sound = values[heard[0] : heard[-1] + 1] if len(heard) else values
    return hashlib.sha256(b"%d " % rate + sound.tobytes()).hexdigest()


def _decode(content: bytes, name: str) -> tuple[np.ndarray, AudioInfo]:
    if not content:
        raise UserError(f"{name} is empty (0 bytes). Remove it or record it again.")
    content = check_length(content, name)
    try:
        with soundfile.SoundFile(io.BytesIO(content)) as file:
            rate, channels, promised = file.samplerate, file.channels, file.frames
            if not LOWEST_RATE <= rate <= HIGHEST_RATE:
                raise UserError(
                    f"{name} has {rate:,} samples a second, which is no recording of sound. Export "
                    f"it again with {LOWEST_RATE:,} to {HIGHEST_RATE:,}."
                )
            samples = _read_mono(file, name)
            whole = file.format != "FLAC" or len(samples) >= promised
    except (soundfile.LibsndfileError, RuntimeError) as error:
        reason = getattr(error, "error_string", None) or str(error)
        raise UserError(
            f"{name} cannot be decoded ({reason.strip().rstrip('.')}). "
            "Record it again, convert it to WAV or remove it."
        ) from None
    if not whole:
        raise truncated(
            name, f"its header promises {promised:,} samples, but it has {len(samples):,}"
        )
    if not len(samples):
        raise UserError(f"{name} contains no samples. Remove it or record it again.")
    return samples, AudioInfo(len(samples) / rate, rate, channels, hash_samples(samples, rate))


def _read_mono(file: soundfile.SoundFile, name: str) -> np.ndarray:
    """Read block by block: what a header claims is not reserved, and channels are averaged soon."""
    mono = bytearray()
    frames = max(1, BLOCK_SAMPLES // file.channels)
    while len(block := file.read(frames, dtype="float32", always_2d=True)):
        # A recorder's full scale is 1.0; what is far beyond would overflow in the average.
        if not (np.abs(block) <= LOUDEST).all():
            raise UserError(
                f"{name} contains NaN, infinite or absurdly large samples. Export it again as "
                "16-bit WAV."
            )
        mono += block.mean(axis=1).tobytes()
    return np.frombuffer(mono, np.float32)
