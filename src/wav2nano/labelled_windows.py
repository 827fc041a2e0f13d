"""Windows with their labels, sorted by part of the split; features are read as they are needed."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wav2nano.errors import UserError
from wav2nano.tables.features import FeatureSet, read_features
from wav2nano.tables.split import PARTS, order_labels, read_split, rows_of_windows

# Features are read in blocks of so many bytes. Training takes windows in a random order; a block of
# them is read from the beginning of every file to its end. A small set is one block.
BLOCK_BYTES = 2**27


@dataclass(frozen=True)
class Windows:
    """Windows of one part with their classes and origins; `index` is where they are in `features`.

    All arrays have one entry a window.
    """

    features: FeatureSet
    index: np.ndarray
    target: np.ndarray
    recording: np.ndarray
    start: np.ndarray
    group: np.ndarray
    origin: np.ndarray

    @property
    def heard(self) -> np.ndarray:
        """How many frames of each window count, from the first one on."""
        return self.features.heard[self.index]

    def take(self, chosen: np.ndarray) -> np.ndarray:
        """Read the features of the windows `chosen`: float32 [windows, frames, bins]."""
        return self.features.take(self.index[chosen])

    def batches(self, size: int, order: np.ndarray | None = None) -> Iterator[np.ndarray]:
        """Read the features of all windows, `size` at a time; the last batch may be smaller.

        Parameters
        ----------
        size
            Windows in a batch.
        order
            Indices of the windows, or None for the order in which they are.

        Yields
        ------
        np.ndarray [shape=(size, frames, bins)]
            float32.
        """
        if order is None:
            order = np.arange(len(self.index))
        batch_bytes = size * math.prod(self.features.shape) * np.dtype(np.float32).itemsize
        block = size * max(1, BLOCK_BYTES // batch_bytes)
        for first in range(0, len(order), block):
            values = self.take(order[first : first + block])
            for start in range(0, len(values), size):
                yield values[start : start + size]


def load_windows(
    features: Sequence[Path | str], split: Path | str, labels: list[str] | None
) -> tuple[list[str], dict[str, Windows]]:
    """Find the windows of each part of the split; those that are in none are left out.

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
    unknown = sorted({row.label for row in rows} - set(index))
    if unknown:
        raise UserError(f"{split} has the label {unknown[0]}, which is not asked for. Split again.")
    of_window = rows_of_windows(
        rows, data.recording, data.start, rate=data.rate, samples=data.samples
    )
    parts = {}
    for name in PARTS:
        within = (row is not None and row.part == name for row in of_window)
        chosen = np.flatnonzero(np.fromiter(within, bool, len(of_window)))
        inside = [row for i in chosen if (row := of_window[i])]
        parts[name] = Windows(
            features=data,
            index=chosen,
            target=np.array([index[row.label] for row in inside], dtype=np.int64),
            recording=data.recording[chosen],
            start=data.start[chosen],
            # Of type object: each name is kept once, however many windows have it.
            group=np.array([row.group for row in inside], dtype=object),
            origin=np.array([row.origin for row in inside], dtype=object),
        )
        absent = set(order) - {row.label for row in inside}
        if absent:
            raise UserError(
                f"{split}: {name} has no window of {min(absent)}. Where its recordings are digital "
                "silence, remove them; else make chunking.window_seconds or hop_seconds smaller."
            )
    return order, parts
