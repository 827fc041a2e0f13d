"""Files that were cut: libsndfile silently reads what there is of most kinds, so sizes are checked.

What cannot be known: a stream that was written with no size, or one that means "until the end", may
have been cut anywhere; so may MP3 without a Xing header, between two frames. The length of a FLAC
file is compared where it is decoded.
"""

import re
import struct
from collections.abc import Callable

from wav2nano.errors import UserError

UNTIL_THE_END = 2**32 - 1
MOST_CHUNKS = 10_000  # a file of zeros would have millions
OGG_END_OF_STREAM = 4  # flag of the last page

# kbit/s by version of MPEG (1, or 2 and 2.5) and layer; 0 is a rate of the encoder's own.
BITRATES = {
    (1, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
RATES = (44100, 48000, 32000)  # Hz, of MPEG 1; halved in MPEG 2, and again in MPEG 2.5


def without_id3(content: bytes) -> bytes:
    """Remove ID3v2 tags from the beginning: libsndfile loses samples of a WAV file behind one."""
    start = 0
    while content[start : start + 3] == b"ID3" and start + 10 <= len(content):
        # Seven bits of each byte count; a footer repeats the header of ten bytes.
        size = 0
        for byte in content[start + 6 : start + 10]:
            size = size << 7 | byte & 0x7F
        start += 10 + size + (10 if content[start + 5] & 0x10 else 0)
    return content[start:] if start else content


def complete_wav_header(content: bytes) -> bytes:
    """Write the size of the audio into a WAV header of size 0, which libsndfile takes for none.

    Recorders that stream write it, or all ones, for "until the end".
    """
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        place = _find_chunk(content, 12, "<4sI", b"data")
        if place is not None and place[1] == 0:
            start, _ = place
            size = struct.pack("<I", min(len(content) - start, UNTIL_THE_END))
            return content[: start - 4] + size + content[start:]
    return content


def check_whole(content: bytes, kind: str, name: str) -> None:
    """Refuse a truncated file.

    Parameters
    ----------
    content
        Of the file, from its own header on (see `without_id3`).
    kind
        Format as libsndfile calls it.
    name
        Name for messages.

    Raises
    ------
    UserError
        If less audio is there than the header promises, or `kind` is none of those for which that
        can be told.
    """
    find_missing = KINDS.get(kind)
    if find_missing is None:
        raise UserError(
            f"{name} is a file of the kind {kind}, of which wav2nano cannot tell whether it is "
            "whole. Convert it to WAV or FLAC."
        )
    missing = find_missing(content)
    if missing is not None:
        raise truncated(name, missing)


def truncated(name: str, missing: str) -> UserError:
    """Error about a recording of which something is missing."""
    return UserError(f"{name} is truncated: {missing}. Copy it again or remove it.")


def _promised(promised: int, there: int) -> str | None:
    """Say what is missing of the audio; None if nothing is."""
    if there >= promised:
        return None
    return f"its header promises {promised} bytes of audio, but it has {max(there, 0)}"


def _find_chunk(
    content: bytes, position: int, form: str, wanted: bytes, even: bool = True
) -> tuple[int, int] | None:
    """Find where a chunk's content starts and the size its header states; None if it is not there.

    `form` is the layout of a header of name and size, `even` whether chunks are padded to that.
    """
    header = struct.calcsize(form)
    for _ in range(MOST_CHUNKS):
        if position + header > len(content):
            break
        chunk, size = struct.unpack_from(form, content, position)
        position += header
        if chunk == wanted:
            return position, size
        position += max(0, size) + (size % 2 if even else 0)
    return None


def _missing_from_wav(content: bytes) -> str | None:
    order = ">" if content[:4] == b"RIFX" else "<"
    place = _find_chunk(content, 12, f"{order}4sI", b"data")
    if place is None or place[1] == UNTIL_THE_END:
        return None
    return _promised(place[1], len(content) - place[0])


def _missing_from_rf64(content: bytes) -> str | None:
    place = _find_chunk(content, 12, "<4sI", b"data")
    if place is None:
        return None
    start, size = place
    sizes = _find_chunk(content, 12, "<4sI", b"ds64")
    if size == UNTIL_THE_END and sizes is not None and sizes[0] + 16 <= len(content):
        [size] = struct.unpack_from("<Q", content, sizes[0] + 8)
    return _promised(size, len(content) - start)


def _missing_from_w64(content: bytes) -> str | None:
    position = 40  # behind the file's own header
    while position + 24 <= len(content):
        chunk, size = struct.unpack_from("<4s12xQ", content, position)
        if chunk == b"data":
            # A chunk's size counts its header; one that was never filled in is smaller than that.
            return None if size <= 24 else _promised(size - 24, len(content) - position - 24)
        position += max(24, size + -size % 8)
    return None


def _missing_from_aiff(content: bytes) -> str | None:
    place = _find_chunk(content, 12, ">4sI", b"SSND")
    if place is None or place[1] in (0, UNTIL_THE_END):
        return None
    return _promised(place[1], len(content) - place[0])


def _missing_from_au(content: bytes) -> str | None:
    order = "<" if content[:4] == b"dns." else ">"
    start, size = struct.unpack_from(f"{order}2I", content, 4)
    return None if size == UNTIL_THE_END else _promised(size, len(content) - start)


def _missing_from_caf(content: bytes) -> str | None:
    place = _find_chunk(content, 8, ">4sq", b"data", even=False)
    return None if place is None or place[1] < 0 else _promised(place[1], len(content) - place[0])


def _missing_from_nist(content: bytes) -> str | None:
    header = content[:1024].decode("latin-1").split("end_head")[0]
    said = {key: int(n) for key, n in re.findall(r"(?m)^(\w+) -i (\d{1,15})\s*$", header)}
    start = re.match(r"NIST_1A\n *(\d{1,7})\n", header)
    fields = ("sample_count", "channel_count", "sample_n_bytes")
    if start is None or not said.keys() >= {*fields}:
        return None
    count, channels, width = (said[field] for field in fields)
    return _promised(count * channels * width, len(content) - int(start[1]))


def _missing_from_ogg(content: bytes) -> str | None:
    position = end = 0
    last = False
    while (position := content.find(b"OggS", position)) >= 0 and position + 27 <= len(content):
        segments = content[position + 27 : position + 27 + content[position + 26]]
        last = bool(content[position + 5] & OGG_END_OF_STREAM)
        position = end = position + 27 + content[position + 26] + sum(segments)
    return None if last and end <= len(content) else "the end of its last page is missing"


def _missing_from_mp3(content: bytes) -> str | None:
    """Walk over the frames, as far as one follows the other.

    The Xing header in the first frame (Info, where the bit rate is constant) counts frames and
    bytes. Encoders differ in whether they count the frame that holds it: a file is whole if one of
    the two says so. Behind the last frame there may be tags.
    """
    first = _first_frame(content)
    if first is None:
        return None
    position, frames = first, -1  # without the frame of the Xing header
    while (length := _frame_bytes(content, position)) is not None:
        frames += 1
        position += length
    found = re.search(rb"Xing|Info", content[first : first + 200])
    promised = None
    if found is not None:
        place = first + found.start() + 4
        if place + 12 <= len(content):
            [flags, *counts] = struct.unpack_from(">3I", content, place)
            numbers = iter(counts)
            frames_said = next(numbers) if flags & 1 else None
            bytes_said = next(numbers) if flags & 2 else None
            if frames_said is not None and frames >= frames_said and position <= len(content):
                return None
            promised = bytes_said
    if promised is not None:
        return _promised(promised, len(content) - first)
    return "its last frame is cut off" if position > len(content) else None


def _first_frame(content: bytes) -> int | None:
    """Find the first frame that another one follows: any two bytes may look like a frame's."""
    for found in re.finditer(rb"\xff[\xe2-\xff]", content[: 2**16]):
        length = _frame_bytes(content, found.start())
        after = found.start() + (length or 0)
        if length and (after >= len(content) or _frame_bytes(content, after)):
            return found.start()
    return None


def _frame_bytes(content: bytes, position: int) -> int | None:
    """Length of the MPEG frame at `position`; None if there is none, or its header does not say."""
    if position + 4 > len(content):
        return None
    [header] = struct.unpack_from(">I", content, position)
    version, layer = header >> 19 & 3, 4 - (header >> 17 & 3)
    bitrate, rate, padding = header >> 12 & 15, header >> 10 & 3, header >> 9 & 1
    if header >> 21 != 0x7FF or version == 1 or layer == 4 or bitrate in (0, 15) or rate == 3:
        return None
    first = version == 3
    hertz = RATES[rate] // {3: 1, 2: 2, 0: 4}[version]
    bits = 1000 * BITRATES[1 if first else 2, layer][bitrate]
    if layer == 1:
        return 4 * (12 * bits // hertz + padding)
    return (144 if layer == 2 or first else 72) * bits // hertz + padding


def _missing_from_flac(content: bytes) -> None:
    """Say nothing: a FLAC header counts samples, not bytes, and libsndfile reads that."""


# What says of each kind what is missing.
KINDS: dict[str, Callable[[bytes], str | None]] = {
    "WAV": _missing_from_wav,
    "WAVEX": _missing_from_wav,
    "RF64": _missing_from_rf64,
    "W64": _missing_from_w64,
    "AIFF": _missing_from_aiff,
    "AU": _missing_from_au,
    "CAF": _missing_from_caf,
    "NIST": _missing_from_nist,
    "FLAC": _missing_from_flac,
    "OGG": _missing_from_ogg,
    "MP3": _missing_from_mp3,
}
