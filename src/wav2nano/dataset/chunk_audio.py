"""Step chunk-audio: recordings of any length to windows of one length at one rate, in HDF5."""

from pathlib import Path

import numpy as np

from wav2nano.audio import read_audio
from wav2nano.chunking import chunk_recording, samples_heard
from wav2nano.settings.chunking import ChunkingSettings
from wav2nano.tables.recordings import read_listed
from wav2nano.tables.windows import AudioWindows, write_windows


def chunk_audio(*, recordings: Path, shard: str, settings: ChunkingSettings, out: Path) -> None:
    """Cut the recordings of one shard into windows.

    Parameters
    ----------
    recordings
        Table of recordings to read, of which the columns id, path, label and shard are used.
    shard
        Which of them, by the table's column.
    settings
        `chunking` of the experiment.
    out
        HDF5 file to write.
    """
    rows = [row for row in read_listed(recordings) if row.shard == shard]
    audio = [np.empty((0, settings.window_samples), dtype=np.int16)]
    start = [np.empty(0, dtype=np.int64)]
    heard = [np.empty(0, dtype=np.int64)]
    recording: list[str] = []
    label: list[str] = []
    for row in sorted(rows, key=lambda row: row.id):
        samples = read_audio(row.path, settings.rate)
        windows, starts = chunk_recording(samples, settings)
        audio.append(windows)
        start.append(starts)
        heard.append(samples_heard(len(samples), starts, settings))
        recording += [row.id] * len(windows)
        label += [row.label] * len(windows)
    joined = AudioWindows(
        np.concatenate(audio),
        recording,
        label,
        np.concatenate(start),
        np.concatenate(heard) if settings.short == "mask" else None,
    )
    write_windows(out, joined, settings.model_dump())
