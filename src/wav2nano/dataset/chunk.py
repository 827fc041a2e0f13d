"""Step chunk-audio: recordings of any length to windows of one length at one rate, in HDF5."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from wav2nano.audio import read_audio, to_int16
from wav2nano.dataset.manifest import Row
from wav2nano.hdf5 import read_hdf5, write_hdf5


@dataclass(frozen=True)
class Chunks:
    """Windows of audio and where they come from.

    `audio` is int16 [windows, samples]; `recording`, `label` and `start` (the first sample at the
    target rate, negative where the recording was padded) have one entry a window.
    """

    audio: np.ndarray
    recording: np.ndarray
    label: np.ndarray
    start: np.ndarray


def window_samples(settings: dict[str, Any]) -> int:
    """Length of a window in samples."""
    return round(settings["rate"] * settings["window_seconds"])


def chunk_recording(samples: np.ndarray, settings: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Cut one recording into windows.

    A shorter recording is put in the middle of a window of digital silence. Of a longer one comes
    the window with most energy (`long: loudest`) or a window every `hop_seconds` (`slide`); those
    of digital silence are left out, for with that some data sets fill up short recordings.

    Parameters
    ----------
    samples : np.ndarray [shape=(samples,), dtype=int16]
        The recording at `settings["rate"]`.
    settings
        `chunking` of the experiment.

    Returns
    -------
    windows : np.ndarray [shape=(windows, window), dtype=int16]
    starts : np.ndarray [shape=(windows,), dtype=int64]
    """
    length = window_samples(settings)
    surplus = len(samples) - length
    if surplus <= 0:
        before = -surplus // 2
        padded = np.pad(samples, (before, -surplus - before))
        return padded[None], np.array([-before])
    if settings["long"] == "loudest":
        energy = np.cumsum(np.square(samples, dtype=np.float64))
        in_window = energy[length - 1 :] - np.concatenate([[0.0], energy[:surplus]])
        # Where the word ends before the window does, many windows hold all of it: the middle one.
        best = np.flatnonzero(in_window >= 0.999 * in_window.max())
        starts = best[[len(best) // 2]]
    else:
        hop = max(1, round(settings["rate"] * settings["hop_seconds"]))
        starts = np.arange(0, surplus + 1, hop)
        heard = [start for start in starts if samples[start : start + length].any()]
        starts = np.array(heard or starts[:1])
    return np.stack([samples[start : start + length] for start in starts]), starts.astype(np.int64)


def chunk_audio(rows: Sequence[Row], settings: dict[str, Any], out: Path) -> None:
    """Cut the recordings of one shard into windows and write them to the HDF5 file `out`.

    A shard may be left without recordings, where all of its were copies of others.
    """
    audio = [np.empty((0, window_samples(settings)), dtype=np.int16)]
    start = [np.empty(0, dtype=np.int64)]
    recording, label = [], []
    for row in sorted(rows, key=lambda row: row.id):
        samples = to_int16(read_audio(row.path, settings["rate"]))
        windows, starts = chunk_recording(samples, settings)
        audio.append(windows)
        start.append(starts)
        recording += [row.id] * len(windows)
        label += [row.label] * len(windows)
    text = h5py.string_dtype()
    with write_hdf5(out) as file:
        file.create_dataset("audio", data=np.concatenate(audio))
        file.create_dataset("start", data=np.concatenate(start))
        file.create_dataset("recording", data=recording, dtype=text)
        file.create_dataset("label", data=label, dtype=text)
        for key, value in settings.items():
            file.attrs[key] = value


def read_chunks(path: Path | str) -> Chunks:
    """Read a file that `chunk_audio` wrote."""
    with read_hdf5(path) as file:
        return Chunks(
            audio=file["audio"][:],
            recording=file["recording"].asstr()[:],
            label=file["label"].asstr()[:],
            start=file["start"][:],
        )
