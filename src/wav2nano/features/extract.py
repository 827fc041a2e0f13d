"""Step extract-features: windows of audio to feature frames, in HDF5."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from wav2nano import features
from wav2nano.dataset.chunk import read_chunks
from wav2nano.hdf5 import read_hdf5, write_hdf5

BATCH = 256


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


def extract_features(chunks: Path, rate: int, settings: dict[str, Any], out: Path) -> None:
    """Compute the features of every window in the file `chunks` and write them to `out`."""
    source = read_chunks(chunks)
    frames, bins = features.shape(source.audio.shape[1], rate, settings)
    text = h5py.string_dtype()
    with write_hdf5(out) as file:
        count = len(source.audio)
        values = file.create_dataset("features", (count, frames, bins), dtype="float32")
        for first in range(0, count, BATCH):
            batch = source.audio[first : first + BATCH]
            values[first : first + BATCH] = features.compute(batch, rate, settings)
        file.create_dataset("start", data=source.start)
        file.create_dataset("recording", data=source.recording, dtype=text)
        file.create_dataset("label", data=source.label, dtype=text)
        for key, value in {"rate": rate, "samples": source.audio.shape[1], **settings}.items():
            file.attrs[key] = value


def read_features(paths: Sequence[Path | str]) -> FeatureSet:
    """Read and join the shards that `extract_features` wrote, ordered by recording and start."""
    values, recording, start = [], [], []
    for path in paths:
        with read_hdf5(path) as file:
            values.append(file["features"][:])
            recording.append(file["recording"].asstr()[:])
            start.append(file["start"][:])
            rate, samples = int(file.attrs["rate"]), int(file.attrs["samples"])
    joined = np.concatenate(values), np.concatenate(recording), np.concatenate(start)
    order = np.lexsort((joined[2], joined[1]))
    return FeatureSet(*(array[order] for array in joined), rate=rate, samples=samples)
