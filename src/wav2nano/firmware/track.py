"""What is played to the board: recordings of the test set, one by one and as a long track."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wav2nano.errors import UserError
from wav2nano.tables.recordings import BACKGROUND, SILENCE
from wav2nano.tables.split import read_split, rows_of_windows
from wav2nano.tables.windows import read_windows

BEFORE_SECONDS, AFTER_SECONDS = 0.6, 0.9


@dataclass(frozen=True)
class Played:
    """One recording in a track: its label, and the samples in which a report belongs to it."""

    recording: str
    label: str
    start: int
    stop: int


@dataclass(frozen=True)
class Track:
    """Samples int16 and the recordings in them."""

    samples: np.ndarray
    played: list[Played]


def load_test_windows(
    files: Sequence[Path], split: Path, *, rate: int
) -> tuple[list[str], list[str], np.ndarray]:
    """Read the test set's audio: recordings, labels and windows int16 [n, samples], in order.

    Raises
    ------
    UserError
        If there is none.
    """
    test = [row for row in read_split(split) if row.part == "test"]
    found = []
    for path in files:
        shard = read_windows(path)
        samples = shard.audio.shape[1]
        rows = rows_of_windows(test, shard.recording, shard.start, rate=rate, samples=samples)
        found += [
            (row.recording, start, row.label, audio)
            for row, start, audio in zip(rows, shard.start, shard.audio, strict=True)
            if row is not None
        ]
    if not found:
        raise UserError(
            f"{split} and the files of windows have no window of the test set in common."
        )
    found.sort(key=lambda window: window[:2])
    names, _, labels, audio = zip(*found, strict=True)
    return list(names), list(labels), np.stack(audio)


def sample_evenly(labels: Sequence[str], count: int, random: np.random.Generator) -> np.ndarray:
    """Choose about `count` indices, as many of each label, in random order."""
    array = np.array(labels)
    names = sorted(set(labels))
    queues = [random.permutation(np.flatnonzero(array == name)) for name in names]
    rounds = max(map(len, queues))
    order = [queue[i] for i in range(rounds) for queue in queues if i < len(queue)]
    return random.permutation(np.array(order[:count]))


def one_by_one(
    names: Sequence[str], labels: Sequence[str], windows: np.ndarray, *, rate: int, seed: int
) -> Track:
    """Play recordings one after another with a quiet room between them."""
    random = np.random.default_rng(seed)
    before, after = round(BEFORE_SECONDS * rate), round(AFTER_SECONDS * rate)
    length = before + windows.shape[1] + after
    # A microphone is never digitally silent: two steps of noise.
    samples = np.rint(random.normal(0, 2, (len(windows), length))).astype(np.int16)
    samples[:, before : before + windows.shape[1]] = windows
    played = [
        Played(name, label, index * length + before, (index + 1) * length + before)
        for index, (name, label) in enumerate(zip(names, labels, strict=True))
    ]
    return Track(samples.ravel(), played)


def long_track(
    names: Sequence[str],
    labels: Sequence[str],
    windows: np.ndarray,
    *,
    seconds: float,
    rate: int,
    seed: int,
) -> Track:
    """Play recordings back to back, in the order of a seed, until `seconds` are full."""
    random = np.random.default_rng(seed)
    silent = [index for index, label in enumerate(labels) if label == SILENCE]
    spoken = [index for index, label in enumerate(labels) if label not in BACKGROUND]
    other = [index for index, label in enumerate(labels) if index not in set(silent + spoken)]
    # Most of what is heard in a room is not a keyword.
    pools = [pool for pool in (silent, other, silent, other, spoken) if pool]
    length = windows.shape[1]
    count = max(1, round(seconds * rate / length))
    chosen = [int(random.choice(pools[i % len(pools)])) for i in range(count)]
    played = [
        Played(names[index], labels[index], i * length, (i + 1) * length + length // 2)
        for i, index in enumerate(chosen)
    ]
    return Track(np.concatenate([windows[index] for index in chosen]), played)
