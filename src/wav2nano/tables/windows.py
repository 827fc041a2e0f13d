"""Windows of audio, and where they come from, in HDF5."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from wav2nano.hdf5 import read_hdf5, write_hdf5


@dataclass(frozen=True)
class AudioWindows:
    """Windows of audio and where they come from.

    `audio` is int16 [windows, samples]; `recording`, `label`, `start` (the first sample at the
    target rate, negative if the recording was padded) and `heard` (how many samples count, from the
    first one on; None for all) have one entry per window.
    """

    audio: np.ndarray
    recording: Sequence[str] | np.ndarray
    label: Sequence[str] | np.ndarray
    start: np.ndarray
    heard: np.ndarray | None = None

    def samples_heard(self) -> np.ndarray:
        """How many samples of each window count, from the first one on."""
        count, samples = self.audio.shape
        return np.full(count, samples) if self.heard is None else self.heard


def write_windows(path: Path | str, windows: AudioWindows, settings: Mapping[str, Any]) -> None:
    """Write windows, whole or not at all; `settings` are kept as attributes."""
    text = h5py.string_dtype()
    with write_hdf5(path) as file:
        file.create_dataset("audio", data=windows.audio)
        file.create_dataset("start", data=windows.start)
        file.create_dataset("recording", data=windows.recording, dtype=text)
        file.create_dataset("label", data=windows.label, dtype=text)
        if windows.heard is not None:
            file.create_dataset("heard", data=windows.heard)
        for key, value in settings.items():
            file.attrs[key] = value


def read_windows(path: Path | str) -> AudioWindows:
    """Read a file that `write_windows` wrote."""
    with read_hdf5(path) as file:
        return AudioWindows(
            audio=file["audio"][:],
            recording=file["recording"].asstr()[:],
            label=file["label"].asstr()[:],
            start=file["start"][:],
            heard=file["heard"][:] if "heard" in file else None,
        )
