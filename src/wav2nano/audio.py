"""Recordings of any format, rate and number of channels, read as mono."""

import hashlib
import io
import math
import os
import stat
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from wav2nano.errors import UserError
from wav2nano.truncation import check_whole, complete_wav_header, truncated, without_id3

LOUDEST = 2.0**31  # times full scale: integers that somebody took for floats
LOWEST_RATE, HIGHEST_RATE = 1_000, 1_000_000  # Hz
LONGEST = 2**30  # samples a channel: 18 hours at 16 kHz, 4 GiB as float32
UNKNOWN_LENGTH = 2**63 - 1  # samples, as libsndfile says it
BLOCK = 2**20  # numbers that are decoded at once
SHORT_BLOCK = 2**14  # samples that are decoded at once where a header promises fewer
MEMBER = "#"  # archive.zip#member names a recording inside a zip archive


@dataclass(frozen=True)
class AudioInfo:
    """What a recording holds; `samples_sha256` is explained at `SampleHash`."""

    seconds: float
    rate: int
    channels: int
    samples_sha256: str


class SampleHash:
    """Hash of what a recording sounds like, whatever kind of file it is in.

    The mean of the channels, rounded to int16, and the sampling rate count; zeros at both ends do
    not. Where there is less than 0.1 s between them, they do: recordings of digital silence, or of
    a click in it, would all be the same. A recording at another level or another rate, or encoded
    with loss, has another hash: rounding makes its samples others.

    Parameters
    ----------
    rate
        Sampling rate in Hz.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._hash = hashlib.sha256()
        self._before = self._between = self._after = 0  # zeros, and samples between them

    def update(self, samples: np.ndarray) -> None:
        """Take the next samples, int16 and mono."""
        sound = np.flatnonzero(samples)
        if not len(sound):
            self._after += len(samples)
            return
        first, last = sound[0], sound[-1] + 1
        if self._between:
            for start in range(0, self._after, BLOCK):
                self._hash.update(bytes(2 * min(BLOCK, self._after - start)))
            self._between += self._after
            first = 0
        else:
            self._before = self._after + int(first)
        self._hash.update(samples[first:last].astype("<i2").tobytes())
        self._between += int(last - first)
        self._after = len(samples) - int(last)

    def hexdigest(self) -> str:
        """Return the hash of all samples so far."""
        complete = self._hash.copy()
        complete.update(f"{self._rate}".encode())
        if self._between < self._rate / 10:
            complete.update(f" {self._before} {self._after}".encode())
        return complete.hexdigest()


def read_bytes(path: Path | str) -> bytes:
    """Content of a file, or of a zip archive's member named `archive.zip#member`."""
    text = str(path)
    archive, separator, member = text.partition(f".zip{MEMBER}")
    try:
        if separator and not Path(text).exists():
            with zipfile.ZipFile(f"{archive}.zip") as file:
                return file.read(member)
        # A pipe would be waited for, a device read for ever.
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise UserError(f"{text} is no file: a folder, a pipe or a device.")
        with open(path, "rb", buffering=0) as file:
            return file.read()
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(f"{text} cannot be read: {reason}") from None


def read_audio(path: Path | str, rate: int) -> np.ndarray:
    """Read a recording as mono at `rate`, channels averaged, as the board's microphone gives it.

    Parameters
    ----------
    path
        WAV, FLAC, OGG, MP3, AIFF, AU, CAF, W64, RF64 or NIST, or `archive.zip#member`.
    rate
        Sampling rate to return, in Hz; other rates are resampled (soxr, high quality).

    Returns
    -------
    samples : np.ndarray [shape=(samples,), dtype=int16]
        May be read-only.

    Raises
    ------
    UserError
        If the recording is missing, empty, truncated, in no known format, or holds NaN.
    """
    name, content = str(path), read_bytes(path)
    plain = _plain_wav(content)
    if plain is not None and plain[0] == rate:
        return plain[1]
    file = _open(content, name)
    as_it_is = file.samplerate == rate
    # It grows in place: a list of blocks would have to be copied to be joined.
    buffer = bytearray()
    for block in _mono_blocks(file, name):
        buffer += (to_int16(block) if as_it_is else _to_float(block)).data
    if as_it_is:
        return np.frombuffer(buffer, np.int16)
    samples = np.frombuffer(buffer, np.float32)
    samples = soxr.resample(samples, file.samplerate, rate, quality="HQ")
    if not len(samples):
        raise UserError(f"{name} is shorter than one sample at {rate} Hz. Remove it.")
    return to_int16(samples)


def inspect_audio(content: bytes, *, name: str) -> AudioInfo:
    """Decode a whole recording, and say what is in it. Errors as in `read_audio`."""
    plain = _plain_wav(content)
    if plain is not None:
        rate, sound = plain
        digest = SampleHash(rate)
        for start in range(0, len(sound), BLOCK):
            digest.update(sound[start : start + BLOCK])
        return AudioInfo(len(sound) / rate, rate, 1, digest.hexdigest())
    file = _open(content, name)
    samples, digest = 0, SampleHash(file.samplerate)
    for block in _mono_blocks(file, name):
        samples += len(block)
        digest.update(to_int16(block))
    return AudioInfo(samples / file.samplerate, file.samplerate, file.channels, digest.hexdigest())


def header_seconds(path: Path) -> float:
    """Tell a recording's length by its header alone; infinity if that does not say it."""
    try:
        return float(soundfile.info(path).duration) or math.inf
    except (soundfile.LibsndfileError, RuntimeError):
        return math.inf  # whoever reads it says what is wrong


def to_int16(samples: np.ndarray) -> np.ndarray:
    """Round samples of full scale 1.0 to int16, as the board's microphone gives them; int16 stays.

    Examples
    --------
    >>> to_int16(np.array([0.5, -1.0, 1.0])).tolist()  # 1.0 itself is out of reach
    [16384, -32768, 32767]
    """
    if samples.dtype == np.int16:
        return samples
    scaled = samples * 32768.0
    np.rint(scaled, out=scaled)
    return np.clip(scaled, -32768, 32767, out=scaled).astype(np.int16)


def _to_float(samples: np.ndarray) -> np.ndarray:
    return samples / np.float32(32768) if samples.dtype == np.int16 else samples


def _plain_wav(content: bytes) -> tuple[int, np.ndarray] | None:
    """Rate and samples of a WAV file of 16 bits, mono; None of a file with any other header.

    Most data sets have such files. They need no decoder, which takes ten times as long.
    """
    size = len(content) - 44
    if not 0 < size <= 2 * LONGEST or size % 2:
        return None
    rate = int.from_bytes(content[24:28], "little")
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        return None
    form = (16, 1, 1, rate, 2 * rate, 2, 16)  # bytes of it, PCM, channels, ..., bytes and bits
    header = struct.pack("<4sI8sIHHIIHH4sI", b"RIFF", size + 36, b"WAVEfmt ", *form, b"data", size)
    if not content.startswith(header):
        return None
    return rate, np.frombuffer(content, "<i2", offset=44).astype(np.int16, copy=False)


class _Content(io.BytesIO):
    """Content of a file in which headers may point anywhere."""

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        try:
            return super().seek(offset, whence)
        except (ValueError, OverflowError):
            return self.tell()  # libsndfile sees that it is not where it wanted to be


class _Stream(soundfile.SoundFile):  # type: ignore[misc]
    """A file that is read from its beginning to its end."""

    def seekable(self) -> bool:
        # Else soundfile seeks after each block, which FLAC of unknown length does not allow.
        return False


def _open(content: bytes, name: str) -> _Stream:
    if not content:
        raise UserError(f"{name} is empty (0 bytes). Remove it or record it again.")
    content = complete_wav_header(without_id3(content))
    try:
        file = _Stream(_Content(content))
    except (soundfile.LibsndfileError, RuntimeError) as error:
        raise _cannot_be_decoded(name, error) from None
    check_whole(content, file.format, name)
    if not LOWEST_RATE <= file.samplerate <= HIGHEST_RATE:
        raise UserError(
            f"{name} has {file.samplerate:,} samples a second, which is no recording of sound. "
            f"Export it again with {LOWEST_RATE:,} to {HIGHEST_RATE:,}."
        )
    return file


def _mono_blocks(file: _Stream, name: str) -> Iterator[np.ndarray]:
    """Decode block by block, whatever the header promises: it may be wrong, or promise too much.

    Blocks are float32 of full scale 1.0, or int16 where that is what the file holds.
    """
    exact = file.channels == 1 and file.subtype == "PCM_16"
    # No larger than is useful: the pages of a large array take longer than a short recording.
    length = max(1, min(BLOCK // file.channels, max(file.frames, SHORT_BLOCK)))
    block = np.empty((length, file.channels), dtype=np.int16 if exact else np.float32)
    samples = 0
    while True:
        try:
            decoded = file.read(out=block)
        except (soundfile.LibsndfileError, RuntimeError) as error:
            raise _cannot_be_decoded(name, error) from None
        if not len(decoded):
            break
        samples += len(decoded)
        if samples > LONGEST:
            raise UserError(
                f"{name} has more than {LONGEST:,} samples. Cut it into several recordings."
            )
        # A recorder's full scale is 1.0; what is far beyond would overflow in the channels' mean.
        if not exact and not np.abs(decoded).max() <= LOUDEST:
            raise UserError(
                f"{name} contains NaN, infinite or absurdly large samples. Export it again as "
                "16-bit WAV."
            )
        yield decoded.mean(axis=1) if file.channels > 1 else decoded[:, 0]
    # Of MP3 without a Xing header libsndfile guesses the length, and FLAC need not state it.
    if file.format != "MP3" and samples < file.frames < UNKNOWN_LENGTH:
        raise truncated(name, f"its header promises {file.frames} samples, but it has {samples}")
    if not samples:
        raise UserError(f"{name} contains no samples. Remove it or record it again.")


def _cannot_be_decoded(name: str, error: Exception) -> UserError:
    reason = getattr(error, "error_string", None) or str(error)
    return UserError(
        f"{name} cannot be decoded ({reason.strip().rstrip('.')}). "
        "Record it again, convert it to WAV or remove it."
    )
