"""Pictures and sound as parts of a page, so that it is one file."""

import base64
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from wav2nano.files import as_written

MOST_BYTES = 1_500_000  # of FLAC in a part of a page, which is to stay small
COLOURS = 64  # of a plot: a palette makes its file a quarter as large


def embed_png(path: Path) -> str:
    """Give a plot as a `data:` address, with a palette of its most frequent colours.

    Raises
    ------
    UserError
        If the file is damaged.
    """
    with as_written(path):
        return data_uri("image/png", shrink_png(path.read_bytes()))


def shrink_png(content: bytes) -> bytes:
    """Reduce a picture to a palette; the same picture gives the same bytes.

    Raises
    ------
    ValueError
        If it is no picture.
    """
    from PIL import Image, UnidentifiedImageError

    small = io.BytesIO()
    try:
        with Image.open(io.BytesIO(content)) as picture:
            picture.convert("RGB").quantize(
                COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
            ).save(small, "PNG", optimize=True)
    except (UnidentifiedImageError, SyntaxError, OSError) as error:
        raise ValueError(f"it is no picture: {error}") from None
    return small.getvalue()


def data_uri(kind: str, content: bytes) -> str:
    """Give content of a MIME type as the address of what is in the page itself."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def encode_flac(audio: np.ndarray, rate: int) -> bytes:
    """Encode int16 samples without loss."""
    import soundfile

    file = io.BytesIO()
    soundfile.write(file, audio, rate, format="FLAC", subtype="PCM_16")
    return file.getvalue()


def fitting(cards: Sequence[dict[str, Any]], most: int = MOST_BYTES) -> list[dict[str, Any]]:
    """Keep the first cards whose sound together has at most so many bytes; at least one."""
    total = np.cumsum([card["bytes"] for card in cards])
    return list(cards[: max(1, int((total <= most).sum()))])
