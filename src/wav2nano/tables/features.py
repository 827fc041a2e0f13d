"""Features of windows, and where these come from, in HDF5."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from wav2nano.hdf5 import read_hdf5

# Windows that are so near each other in a file are read at once: a read costs about as much as the
# copy of these bytes.
NEAR_BYTES = 2**17


@dataclass(frozen=True)
class FeatureSet:
    """Windows in files of features, ordered by recording and start.

    `recording`, `start` and `heard` (how many frames count, from the first one on) have one entry a
    window, which is row `row` of the file `paths[path]`. Features of a window are `shape`: frames
    and bins. A window has `samples` samples at `rate` Hz. The features themselves stay in the files
    until `take` reads some.
    """

    recording: np.ndarray
    start: np.ndarray
    heard: np.ndarray
    shape: tuple[int, int]
    rate: int
    samples: int
    paths: Sequence[Path | str]
    path: np.ndarray
    row: np.ndarray

    def take(self, chosen: np.ndarray) -> np.ndarray:
        """Read the features of some windows.

        Parameters
        ----------
        chosen : numpy.ndarray [shape=(n,)]
            Indices of the windows, in any order.

        Returns
        -------
        numpy.ndarray [shape=(n, frames, bins)]
            float32, in that order.

        Raises
        ------
        UserError
            If a file is damaged.
        """
        values = np.empty((len(chosen), *self.shape), np.float32)
        path, row = self.path[chosen], self.row[chosen]
        # Each file is opened once, and read from its beginning to its end.
        order = np.lexsort((row, path))
        numbers, first = np.unique(path[order], return_index=True)
        for number, inside in zip(numbers, np.split(order, first[1:]), strict=False):
            with read_hdf5(self.paths[number]) as file:
                _read_rows(file["features"], row[inside], values, inside)
        return values


def read_features(paths: Sequence[Path | str]) -> FeatureSet:
    """Read which windows are in files of features."""
    recording, start, heard = [], [], []
    # Each name is kept once, however many windows its recording has.
    names: dict[str, str] = {}
    for path in paths:
        with read_hdf5(path) as file:
            shape = file["features"].shape[1:]
            once = [names.setdefault(name, name) for name in file["recording"].asstr()[:]]
            recording.append(np.array(once, dtype=object))
            start.append(file["start"][:])
            everything = np.full(len(once), shape[0])
            heard.append(file["heard"][:] if "heard" in file else everything)
            rate, samples = int(file.attrs["rate"]), int(file.attrs["samples"])
    counts = [len(part) for part in start]
    keys = np.concatenate(recording), np.concatenate(start)
    order = np.lexsort(keys[::-1])
    return FeatureSet(
        recording=keys[0][order],
        start=keys[1][order],
        heard=np.concatenate(heard)[order],
        shape=shape,
        rate=rate,
        samples=samples,
        paths=paths,
        path=np.repeat(np.arange(len(counts), dtype=np.int32), counts)[order],
        row=np.concatenate([np.arange(count) for count in counts])[order],
    )


def _read_rows(source: h5py.Dataset, row: np.ndarray, out: np.ndarray, place: np.ndarray) -> None:
    """Read rows, given in ascending order, to their places in `out`."""
    span = max(1, NEAR_BYTES // out[0].nbytes)
    for near in np.split(np.arange(len(row)), np.flatnonzero(np.diff(row // span)) + 1):
        first, last = row[near[[0, -1]]]
        out[place[near]] = source[first : last + 1][row[near] - first]
