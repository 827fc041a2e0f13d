"""Plots in one style; the same content gives the same bytes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from wav2nano.files import atomic_path

FLOAT, INT8, TEST, OTHERS = "#1f6fb4", "#d95f02", "#444444", "#cccccc"


@contextmanager
def figure(path: Path, title: str, subtitle: str, **kwargs: Any) -> Iterator[tuple[Any, Any]]:
    """Give (figure, axes); write the PNG when the block ends."""
    with _subplots(**kwargs) as (figure, axes):
        figure.suptitle(f"{title}\n", fontsize=13, fontweight="bold")
        under_title = 1 - 0.34 / figure.get_figheight()  # inches
        figure.text(0.5, under_title, subtitle, ha="center", va="top", fontsize=9, color="#555555")
        yield figure, axes
        with atomic_path(path) as temporary:
            _save(figure, temporary)


@contextmanager
def picture(file: BinaryIO, **kwargs: Any) -> Iterator[tuple[Any, Any]]:
    """Give (figure, axes), without a title; write the PNG to an open file when the block ends."""
    with _subplots(**kwargs) as (figure, axes):
        yield figure, axes
        _save(figure, file)


@contextmanager
def _subplots(**kwargs: Any) -> Iterator[tuple[Any, Any]]:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    style: Any = {
        "font.size": 10,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "text.parse_math": False,  # a label may have dollar signs
    }
    with pyplot.rc_context(style):
        figure, axes = pyplot.subplots(layout="constrained", **kwargs)
        try:
            yield figure, axes
        finally:
            pyplot.close(figure)


def _save(figure: Any, file: Path | BinaryIO) -> None:
    # Without the software's version, the same figures give the same bytes.
    figure.savefig(file, format="png", dpi=130, metadata={"Software": None})
