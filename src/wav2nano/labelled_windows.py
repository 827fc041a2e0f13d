"""Features with their labels, sorted by part of the split."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wav2nano.errors import UserError
from wav2nano.tables.features import read_features
from wav2nano.tables.split import PARTS, order_labels, read_split, rows_of_windows


@dataclass(frozen=True)
class Windows:
    """Features with their classes and origins; `values` is float32 [windows, frames, bins]."""

    values: np.ndarray
    target: np.ndarray
    recording: np.ndarray
    start: np.ndarray
    group: np.ndarray
    origin: np.ndarray


def load_windows(
    features: Sequence[Path | str], split: Path | str, labels: list[str] | None
) -> tuple[list[str], dict[str, Windows]]:
    """Read features and sort them by part of the split; windows that are in none are left out.

    Parameters
    ----------
    features
        HDF5 files of features.
    split
        CSV file of the split.
    labels
        What to tell apart, or None for every label.

    Returns
    -------
    order : list of str
        Labels in the order of the model's outputs, with those of the background.
    parts : dict of str to Windows
        train, validation and test.

    Raises
    ------
    UserError
        If a recording of the split has no features, or a part no window of some label.
    """
    rows = read_split(split)
    order = order_labels({row.label for row in rows}, labels)
    data = read_features(features)
    missing = sorted({row.recording for row in rows} - set(data.recording))
    if missing:
        raise UserError(f"{split} names {missing[0]}, which no feature file holds. Split again.")
    index = {label: number for number, label in enumerate(order)}
    of_window = rows_of_windows(
        rows, data.recording, data.start, rate=data.rate, samples=data.samples
    )
    part = np.array([row.part if row else "" for row in of_window])
    parts = {}
    for name in PARTS:
        chosen = np.flatnonzero(part == name)
        inside = [row for i in chosen if (row := of_window[i])]
        parts[name] = Windows(
            values=data.values[chosen],
            target=np.array([index[row.label] for row in inside], dtype=np.int64),
            recording=data.recording[chosen],
            start=data.start[chosen],
            group=np.array([row.group for row in inside]),
            origin=np.array([row.origin for row in inside]),
        )
        absent = set(order) - {row.label for row in inside}
        if absent:
            raise UserError(
                f"{split}: {name} has no window of {min(absent)}. Where its recordings are digital "
                "silence, remove them; else make chunking.window_seconds or hop_seconds smaller."
            )
    return order, parts
