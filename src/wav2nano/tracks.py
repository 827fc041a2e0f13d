"""What is played to a listener, one by one or as a track, and what it was right about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from wav2nano.errors import UserError
from wav2nano.tables.recordings import BACKGROUND, SILENCE
from wav2nano.tables.split import read_split, rows_of_windows
from wav2nano.tables.windows import read_windows

BEFORE_SECONDS, AFTER_SECONDS = 0.6, 0.9
LATE_SECONDS = 1.0  # after its recording a target may still be reported
END_SECONDS, END_DB = 0.02, 20.0  # a word ends where no frame as long is within that of the loudest


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


@dataclass(frozen=True)
class WindowTrack:
    """Windows int16 [n, samples] back to back in an order, in which -1 is a quiet room."""

    windows: np.ndarray
    order: np.ndarray
    played: list[Played]
    quiet: np.ndarray = field(repr=False)

    def blocks(self) -> Iterator[np.ndarray]:
        """Give the samples, a window at a time."""
        for index in self.order:
            yield self.quiet if index < 0 else self.windows[index]

    def cut(self, start: int, stop: int) -> np.ndarray:
        """Copy the samples from `start` to `stop`; beyond its ends they are 0."""
        length = self.windows.shape[1]
        first, last = start // length, -(-stop // length)
        inside = [
            (self.quiet if self.order[slot] < 0 else self.windows[self.order[slot]])
            if 0 <= slot < len(self.order)
            else np.zeros(length, np.int16)
            for slot in range(first, last)
        ]
        return np.concatenate(inside)[start - first * length :][: stop - start]


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


def detection_track(
    names: Sequence[str],
    labels: Sequence[str],
    windows: np.ndarray,
    *,
    targets: Sequence[str],
    seconds: float,
    seconds_per_target: float,
    rate: int,
    seed: int,
) -> WindowTrack:
    """Put targets into a stream of everything else, and no recording again before all were heard.

    In each stretch of `seconds_per_target` one target stands at a place by chance. Without
    anything else, a quiet room is between them.

    Returns
    -------
    WindowTrack
        At least one stretch; the targets alone are listed as played.
    """
    random = np.random.default_rng(seed)
    wanted = np.isin(labels, targets)
    length = windows.shape[1]
    stretch = max(1, round(seconds_per_target * rate / length))
    count = max(stretch, round(seconds * rate / length))
    places = np.arange(0, count, stretch)
    places = places + random.integers(0, stretch, len(places))
    places = places[places < count]
    order = np.empty(count, np.int64)
    target = np.isin(np.arange(count), places)
    order[target] = _endless(np.flatnonzero(wanted), len(places), random)
    order[~target] = _endless(np.flatnonzero(~wanted), count - len(places), random)
    late = round(LATE_SECONDS * rate)
    played = [
        Played(names[index], labels[index], place * length, (place + 1) * length + late)
        for place, index in zip(places.tolist(), order[places].tolist(), strict=True)
        if index >= 0
    ]
    quiet = np.rint(random.normal(0, 2, length)).astype(np.int16)
    return WindowTrack(windows, order, played, quiet)


def _endless(pool: np.ndarray, count: int, random: np.random.Generator) -> np.ndarray:
    """Draw `count` of the pool, each again when all were drawn; -1 where it is empty."""
    if not len(pool):
        return np.full(count, -1)
    rounds = -(-count // len(pool))
    return np.concatenate([random.permutation(pool) for _ in range(rounds)])[:count]


def word_end(samples: np.ndarray, rate: int) -> int:
    """Find where a word ends: after the last frame that is nearly as loud as the loudest one."""
    frame = max(1, round(END_SECONDS * rate))
    frames = samples[: len(samples) // frame * frame].reshape(-1, frame).astype(np.float64)
    power = np.square(frames).mean(axis=1)
    loud = np.flatnonzero(power >= power.max(initial=0.0) * 10 ** (-END_DB / 10))
    return int(loud[-1] + 1) * frame if len(loud) else len(samples)


def match_reports(
    played: Sequence[Played], labels: Sequence[str], samples: Sequence[int]
) -> list[int | None]:
    """Find for each target that was played the first report of its label while it may come.

    No report is of two targets.

    Parameters
    ----------
    played
        The targets, in order.
    labels, samples
        Of each report, in order: its label, and how many samples of the track had been heard.

    Returns
    -------
    list of int or None
        A report for each target, None where it was missed.
    """
    claimed: set[int] = set()
    matches: list[int | None] = []
    for target in played:
        first, last = np.searchsorted(samples, [target.start, target.stop], side="right")
        found = (n for n in range(first, last) if labels[n] == target.label and n not in claimed)
        match = next(found, None)
        matches.append(match)
        if match is not None:
            claimed.add(match)
    return matches
