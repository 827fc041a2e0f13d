"""Pictures and sound as parts of a page, so that it is one file."""

import base64
import io
from pathlib import Path

from wav2nano.files import as_written

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
