"""The labels' thresholds: what `choose_thresholds` found, and the C that holds it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wav2nano.c_source import aligned_rows, array, checked
from wav2nano.files import as_written, read_json

ABOUT = "/* Made by wav2nano: least sums of the latest scores that report each label. */"


def thresholds_code(levels: Sequence[int]) -> str:
    """Write `thresholds.c`, for least sums of the latest scores; returns its text."""
    values = aligned_rows([str(checked("a threshold", level)) for level in levels])
    declared = array("const int32_t w2n_thresholds[W2N_TARGETS]", values)
    return f'{ABOUT}\n#include "settings.h"\n\n{declared}\n'


def read_thresholds(path: Path, levels: Sequence[int]) -> dict[str, Any]:
    """Read the JSON file of `choose_thresholds`; `levels` are those of the C that it wrote.

    Raises
    ------
    UserError
        If it is damaged, or the C has others.
    """
    with as_written(path):
        found: dict[str, Any] = read_json(path)
        if (told := [one["level"] for one in found["labels"].values()]) != list(levels):
            raise ValueError(f"its thresholds are {told}, and those of the C {list(levels)}")
        return found
