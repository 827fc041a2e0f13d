"""Recordings of any format, rate and number of channels, read as mono."""

import io
import struct
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from wav2nano.errors import UserError

LOUDEST = 2.0**31  # times full scale: integers that somebody took for floats
LOWEST_RATE, HIGHEST_RATE = 1_000, 1_000_000  # Hz
MEMBER = "#"  # archive.zip#member names a recording inside a zip archive


@dataclass(frozen=True)
class AudioInfo:
    """What a recording's header says."""

    seconds: float
    rate: int
    channels: int


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
    """Decode a whole recording; return length, rate and channels. Errors as in `read_audio`."""
    return _decode(content, name)[1]


def to_int16(samples: np.ndarray) -> np.ndarray:
    """Round samples of full scale 1.0 to int16, as the board's microphone gives them.

    Examples
    --------
    >>> to_int16(np.array([0.5, -1.0, 1.0])).tolist()  # 1.0 itself is out of reach
    [16384, -32768, 32767]
    """
    return np.clip(np.rint(samples * 32768.0), -32768, 32767).astype(np.int16)


def _decode(content: bytes, name: str) -> tuple[np.ndarray, AudioInfo]:
    if not content:
        raise UserError(f"{name} is empty (0 bytes). Remove it or record it again.")
    content = _check_wav_length(content, name)
    try:
        samples, rate = soundfile.read(io.BytesIO(content), dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError) as error:
        reason = getattr(error, "error_string", None) or str(error)
        raise UserError(
            f"{name} cannot be decoded ({reason.strip().rstrip('.')}). "
            "Record it again, convert it to WAV or remove it."
        ) from None
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise UserError(
            f"{name} has {rate:,} samples a second, which is no recording of sound. Export it "
            f"again with {LOWEST_RATE:,} to {HIGHEST_RATE:,}."
        )
    if not len(samples):
        raise UserError(f"{name} contains no samples. Remove it or record it again.")
    # A recorder's full scale is 1.0; what is far beyond would overflow where channels are averaged.
    if not (np.abs(samples) <= LOUDEST).all():
        raise UserError(
            f"{name} contains NaN, infinite or absurdly large samples. Export it again as 16-bit "
            "WAV."
        )
    info = AudioInfo(len(samples) / rate, rate, samples.shape[1])
    return samples.mean(axis=1), info


def _check_wav_length(content: bytes, name: str) -> bytes:
    """Refuse a truncated WAV file: libsndfile silently reads what there is."""
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        return content
    position = 12
    while position + 8 <= len(content):
        chunk, size = struct.unpack_from("<4sI", content, position)
        there = len(content) - position - 8
        if chunk == b"data":
            # Recorders that stream write a size of 0, or all ones, for "until the end".
            if size in (0, 0xFFFFFFFF):
                return content[: position + 4] + struct.pack("<I", there) + content[position + 8 :]
            if size > there:
                raise UserError(
                    f"{name} is truncated: its header promises {size} bytes of audio, "
                    f"but it has {there}. Copy it again or remove it."
                )
            return content
        position += 8 + size + size % 2
    return content
