"""Step split-randomly: windows shuffled between the parts of a split, as is often published."""

import sys
from pathlib import Path

import numpy as np

from wav2nano.tables.features import FeatureSet, read_features
from wav2nano.tables.recordings import OWN
from wav2nano.tables.split import (
    SplitRow,
    read_split,
    rows_of_windows,
    share_with_training,
    write_split,
)


def split_randomly(*, split: Path, features: list[Path], seed: int, out: Path) -> None:
    """Shuffle the windows of a split, to show what a random split would have claimed.

    Each part has as many windows of each label as before, but neither recordings nor groups stay
    whole: a test on it flatters, and no binary is made from it.

    Parameters
    ----------
    split
        CSV file of the honest split.
    features
        HDF5 files of features: of them, only which windows there are is read.
    seed
        Seed of the shuffling.
    out
        CSV file of the split to write: a row for each window.
    """
    rows = shuffle_windows(read_split(split), read_features(features), seed)
    write_split(out, rows)
    audio, groups = share_with_training(rows)
    print(
        f"split at random: {audio:.0%} of the test windows share audio with training, and "
        f"{groups:.0%} are of groups (speakers, sources) that training has heard",
        file=sys.stderr,
    )


def shuffle_windows(split: list[SplitRow], windows: FeatureSet, seed: int) -> list[SplitRow]:
    """Exchange the parts of windows with the same label at random.

    Synthetic recordings that only train stay there.

    Parameters
    ----------
    split
        Rows of the honest split. Windows in none of them are left out.
    windows
        Where all windows are.
    seed
        Seed of the shuffling.
    """
    of_window = rows_of_windows(
        split, windows.recording, windows.start, rate=windows.rate, samples=windows.samples
    )
    mixed = any(row.origin != OWN and row.part != "train" for row in split)
    inside = [(i, row) for i, row in enumerate(of_window) if row is not None]
    label = np.array([row.label for _, row in inside])
    part = np.array([row.part for _, row in inside])
    random = np.random.default_rng(seed)
    free = np.array([mixed or row.origin == OWN for _, row in inside])
    for name in np.unique(label):
        part[free & (label == name)] = random.permutation(part[free & (label == name)])
    names, counts = np.unique(windows.recording.astype(str), return_counts=True)
    alone = set(names[counts == 1])  # such a window may begin before its recording, with silence
    shuffled = []
    for (i, row), new in zip(inside, part, strict=True):
        start = int(windows.start[i])
        block = [round(edge / windows.rate, 6) for edge in (start, start + windows.samples)]
        shuffled.append(
            SplitRow(
                row.recording,
                row.label,
                row.group,
                row.origin,
                str(new),
                *([] if row.recording in alone else block),
            )
        )
    return shuffled
