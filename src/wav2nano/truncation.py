"""Recordings that end before their headers say: libsndfile reads what is there, without a word."""

import re
import struct
from collections.abc import Iterator
from typing import NamedTuple

from wav2nano.errors import UserError

W64_RIFF = bytes.fromhex("72696666 2e91 cf11 a5d6 28db04c10000")
W64_DATA = bytes.fromhex("64617461 f3ac d311 8cd1 00c04f8edb8a")
UNKNOWN_32, UNKNOWN_64 = 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF

# MPEG audio, layer III: kbit/s and Hz by indices in a frame's header; True for MPEG 1.
KILOBITS = {
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


class Chunk(NamedTuple):
    """A chunk of a file: where its bytes begin, how many its header promises; None: to the end."""

    name: bytes
    start: int
    size: int | None


def check_length(content: bytes, name: str) -> bytes:
    """Check that a recording is as long as its header says.

    What cannot be known is not told: an MP3 without a table of its length, cut between two frames.

    Parameters
    ----------
    content
        A file of any format.
    name
        What to call it in messages.

    Returns
    -------
    bytes
        The content, for libsndfile: a WAV file that was streamed gets its true length.

    Raises
    ------
    UserError
        If the file is truncated.
    """
    if content[:4] in (b"RIFF", b"RIFX") and content[8:12] == b"WAVE":
        return _check_wav(content, name)
    for chunk in _chunks(content):
        there = len(content) - chunk.start
        if chunk.size is not None and chunk.size > there:
            raise _too_short(name, chunk.size, there)
    if content[:4] == b"OggS":
        _check_ogg(content, name)
    if content[:3] == b"ID3" or content[:1] == b"\xff":
        _check_mp3(content, name)
    return content


def truncated(name: str, why: str) -> UserError:
    """Error about a recording that ends too early."""
    return UserError(f"{name} is truncated: {why}. Copy it again or remove it.")


def _too_short(name: str, promised: int, there: int) -> UserError:
    return truncated(
        name, f"its header promises {promised:,} bytes of audio, but it has {max(there, 0):,}"
    )


def _check_wav(content: bytes, name: str) -> bytes:
    order = "<" if content[:4] == b"RIFF" else ">"
    for chunk, start, size in _walk(content, 12, f"{order}4sI"):
        there = len(content) - start
        if chunk == b"data":
            # Recorders that stream write a size of 0, or all ones, for "until the end".
            if size in (0, UNKNOWN_32):
                return content[: start - 4] + struct.pack(f"{order}I", there) + content[start:]
            if size > there:
                raise _too_short(name, size, there)
            break
    return content


def _chunks(content: bytes) -> Iterator[Chunk]:
    """Chunks of audio of the formats that have such, other than WAV."""
    kind = content[:4]
    if kind in (b"RF64", b"BW64") and content[8:16] == b"WAVEds64" and len(content) >= 36:
        (long_size,) = struct.unpack_from("<Q", content, 28)
        for name, start, size in _walk(content, 12, "<4sI"):
            if name == b"data":
                yield Chunk(name, start, long_size if size == UNKNOWN_32 else size)
                return
    elif content[:16] == W64_RIFF:
        # Sizes include the header of 24 bytes, and chunks begin at multiples of 8.
        position = 40
        while position + 24 <= len(content):
            (size,) = struct.unpack_from("<Q", content, position + 16)
            if content[position : position + 16] == W64_DATA:
                yield Chunk(b"data", position + 24, size - 24)
                return
            position += max(24, size + -size % 8)
    elif kind == b"FORM" and content[8:12] in (b"AIFF", b"AIFC"):
        for name, start, size in _walk(content, 12, ">4sI"):
            if name == b"SSND":
                yield Chunk(name, start, size)
                return
    elif kind in (b".snd", b"dns.") and len(content) >= 12:
        start, size = struct.unpack_from(">II" if kind == b".snd" else "<II", content, 4)
        yield Chunk(kind, start, None if size == UNKNOWN_32 else size)
    elif kind == b"caff":
        for name, start, size in _walk(content, 8, ">4sQ", pad=False):
            if name == b"data":
                yield Chunk(name, start, None if size == UNKNOWN_64 else size)
                return


def _walk(
    content: bytes, position: int, header: str, *, pad: bool = True
) -> Iterator[tuple[bytes, int, int]]:
    """Name, first byte and promised size of chunk after chunk; with padding to whole words."""
    length = struct.calcsize(header)
    while position + length <= len(content):
        name, size = struct.unpack_from(header, content, position)
        yield name, position + length, size
        position += length + size + (size % 2 if pad else 0)


def _check_ogg(content: bytes, name: str) -> None:
    """Walk the pages (RFC 3533): the last is whole, and says that it is the last."""
    position, last = 0, False
    while content[position : position + 4] == b"OggS" and position + 27 <= len(content):
        last = bool(content[position + 5] & 4)
        lengths = content[position + 27 : position + 27 + content[position + 26]]
        position += 27 + content[position + 26] + sum(lengths)
    if position > len(content) or not last:
        raise truncated(name, "its last page of audio is missing")


def _check_mp3(content: bytes, name: str) -> None:
    """Walk the frames: the last is whole, and there are as many as a Xing or Info header says."""
    position = 0
    if content[:3] == b"ID3" and len(content) >= 10:
        a, b, c, d = content[6:10]
        position = 10 + (a << 21 | b << 14 | c << 7 | d)
    first, promised = position, None
    while (length := _frame_length(content, position)) is not None:
        if position == first:
            promised = _promised_bytes(content[position : position + length])
        position += length
    if promised is not None and first + promised > len(content):
        raise _too_short(name, promised, len(content) - first)
    if position > len(content):
        raise _too_short(name, position - first, len(content) - first)


def _frame_length(content: bytes, position: int) -> int | None:
    """Bytes of the frame of layer III that begins here; None if none does, or it does not say."""
    header = content[position : position + 4]
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return None
    version, bits, rate = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or rate == 3 or bits in (0, 15):
        return None
    per_second = KILOBITS[version == 3][bits] * 1000
    return (144 if version == 3 else 72) * per_second // RATES[version][rate] + (header[2] >> 1 & 1)


def _promised_bytes(frame: bytes) -> int | None:
    """Bytes from the first frame on, if that has a Xing or Info header which says so."""
    found = re.search(b"Xing|Info", frame[:48])
    if not found or len(frame) < found.end() + 12:
        return None
    (flags,) = struct.unpack_from(">I", frame, found.end())
    if not flags & 2:
        return None
    return int(struct.unpack_from(">I", frame, found.end() + 4 + 4 * (flags & 1))[0])
