"""Step extract-features: windows of audio to feature frames, in HDF5."""

from pathlib import Path

import h5py
import numpy as np

from wav2nano.features import AnyFeatures, compute_heard, shape
from wav2nano.hdf5 import write_hdf5
from wav2nano.tables.windows import read_windows

BATCH = 64  # windows at a time: what is computed from them stays in the processor's cache


def extract_features(*, windows: Path, rate: int, settings: AnyFeatures, out: Path) -> None:
    """Compute the features of every window of a file.

    Parameters
    ----------
    windows
        HDF5 file of windows to read.
    rate
        Sampling rate of the windows, Hz.
    settings
        `features` of the experiment.
    out
        HDF5 file to write.
    """
    source = read_windows(windows)
    count, samples = source.audio.shape
    frames, bins = shape(samples, rate, settings)
    samples_heard, heard = source.samples_heard(), np.full(count, frames)
    text = h5py.string_dtype()
    with write_hdf5(out) as file:
        values = file.create_dataset("features", (count, frames, bins), dtype="float32")
        for first in range(0, count, BATCH):
            some = slice(first, first + BATCH)
            values[some], heard[some] = compute_heard(
                source.audio[some], samples_heard[some], rate, settings
            )
        if source.heard is not None:
            file.create_dataset("heard", data=heard)
        file.create_dataset("start", data=source.start)
        file.create_dataset("recording", data=source.recording, dtype=text)
        file.create_dataset("label", data=source.label, dtype=text)
        file.attrs["rate"], file.attrs["samples"] = rate, samples
        file.attrs["settings"] = settings.model_dump_json()
