"""Features of windows, and where these come from, in HDF5."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wav2nano.hdf5 import read_hdf5


@dataclass(frozen=True)
class FeatureSet:
    """Features of windows and where they come from.

    `values` is float32 [windows, frames, bins]; `recording` and `start` have one entry a window.
    A window has `samples` samples at `rate` Hz.
    """

    values: np.ndarray
    recording: np.ndarray
    start: np.ndarray
    rate: int
    samples: int


def read_features(paths: Sequence[Path | str]) -> FeatureSet:
    """Read and join files of features, ordered by recording and start."""
    values, recording, start = [], [], []
    for path in paths:
        with read_hdf5(path) as file:
            values.append(file["features"][:])
            recording.append(file["recording"].asstr()[:])
            start.append(file["start"][:])
            rate, samples = int(file.attrs["rate"]), int(file.attrs["samples"])
    joined = np.concatenate(values), np.concatenate(recording), np.concatenate(start)
    order = np.lexsort((joined[2], joined[1]))
    return FeatureSet(joined[0][order], joined[1][order], joined[2][order], rate, samples)
