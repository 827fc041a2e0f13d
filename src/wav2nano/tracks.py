"""What is played to a listener, one by one or as a track, and what it was right about."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from wav2nano.background import Pieces
from wav2nano.errors import UserError
from wav2nano.tables.recordings import BACKGROUND, SILENCE, UNKNOWN
from wav2nano.tables.split import read_split, rows_of_windows
from wav2nano.tables.windows import read_windows

BEFORE_SECONDS, AFTER_SECONDS = 0.6, 0.9
PIECE_SECONDS = 10.0  # of a recording, at most, that are listed as one sound
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
class SoundTrack:
    """Sounds int16 [samples] back to back, in an order in which -1 is a second of a quiet room.

    Of each sound there is its name and label. The targets alone are listed as played, with the
    samples at which their words end.
    """

    names: list[str]
    labels: list[str]
    sounds: list[np.ndarray]
    order: list[int]
    played: list[Played]
    ends: list[int]
    rate: int
    seed: int

    @cached_property
    def starts(self) -> np.ndarray:
        """Samples before each sound, and of all of them."""
        lengths = [self.rate if index < 0 else len(self.sounds[index]) for index in self.order]
        return np.concatenate([[0], np.cumsum(lengths)])

    def blocks(self) -> Iterator[np.ndarray]:
        """Give the samples, a sound at a time."""
        for place in range(len(self.order)):
            yield self._sound(place)

    def cut(self, start: int, stop: int) -> np.ndarray:
        """Copy the samples from `start` to `stop`; beyond its ends they are 0."""
        found = np.zeros(stop - start, np.int16)
        for place in self.places(start, stop):
            first = int(self.starts[place])
            sound = self._sound(place)
            low, high = max(start, first), min(stop, first + len(sound))
            found[low - start : high - start] = sound[low - first : high - first]
        return found

    def places(self, start: int, stop: int) -> range:
        """Find the places in the order of what is heard from `start` to `stop`."""
        first = int(np.searchsorted(self.starts, max(start, 0), side="right")) - 1
        last = int(np.searchsorted(self.starts, min(stop, int(self.starts[-1])), side="left"))
        return range(first, last)

    def _sound(self, place: int) -> np.ndarray:
        index = self.order[place]
        if index >= 0:
            return self.sounds[index]
        return quiet_room(self.rate, np.random.default_rng([self.seed, place]))


def quiet_room(samples: int, random: np.random.Generator) -> np.ndarray:
    """Make near silence: a microphone is never digitally silent, so it has two steps of noise."""
    return np.rint(random.normal(0, 2, samples)).astype(np.int16)


def load_sounds(
    files: Sequence[Path], split: Path, part: str, *, rate: int
) -> tuple[list[str], list[str], list[int], np.ndarray]:
    """Read the audio of a part: recordings, labels, starts and windows int16 [n, samples].

    They are in the order of recordings and starts.

    Raises
    ------
    UserError
        If there is none.
    """
    wanted = [row for row in read_split(split) if row.part == part]
    found = []
    for path in files:
        shard = read_windows(path)
        samples = shard.audio.shape[1]
        rows = rows_of_windows(wanted, shard.recording, shard.start, rate=rate, samples=samples)
        found += [
            # A copy: a view would keep all of the shard in memory.
            (row.recording, int(start), row.label, audio.copy())
            for row, start, audio in zip(rows, shard.start, shard.audio, strict=True)
            if row is not None
        ]
    if not found:
        raise UserError(
            f"{split} and the files of windows have no window of the {part} set in common."
        )
    found.sort(key=lambda window: window[:2])
    names, starts, labels, audio = zip(*found, strict=True)
    return list(names), list(labels), list(starts), np.stack(audio)


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
    samples = quiet_room(len(windows) * length, random).reshape(len(windows), length)
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


def join_windows(
    names: Sequence[str], labels: Sequence[str], starts: Sequence[int], windows: np.ndarray
) -> tuple[list[str], list[str], list[np.ndarray]]:
    """Join the windows of a recording that follow each other or overlap.

    Parameters
    ----------
    names, labels, starts, windows
        As `load_sounds` gives them.

    Returns
    -------
    names, labels, sounds : list
        Of each sound its recording, its label and its samples.
    """
    length = windows.shape[1]
    joined: list[tuple[str, str, list[np.ndarray]]] = []
    end = 0
    for name, label, start, window in zip(names, labels, starts, windows, strict=True):
        if joined and joined[-1][:2] == (name, label) and start <= end:
            joined[-1][2].append(window[end - start :])
        else:
            joined.append((name, label, [window]))
        end = start + length
    return (
        [name for name, _, _ in joined],
        [label for _, label, _ in joined],
        [np.concatenate(parts) for _, _, parts in joined],
    )


def detection_track(
    names: Sequence[str],
    labels: Sequence[str],
    sounds: Sequence[np.ndarray],
    *,
    targets: Sequence[str],
    seconds: float,
    seconds_per_target: float,
    late_seconds: float,
    rate: int,
    seed: int,
    background: Pieces | None = None,
) -> SoundTrack:
    """Put targets into a stream of everything else; nothing is heard again before all of it was.

    In each `seconds_per_target` a target stands at a place by chance, with a second at least of
    something else before the next one; without anything else that is a quiet room. With a
    `background`, everything else is that, cut where targets are. After its end a target may be
    reported for `late_seconds` more.
    """
    names, labels, sounds = list(names), list(labels), list(sounds)
    random = np.random.default_rng(seed)
    wanted = np.isin(labels, targets)
    to_hear = endless(np.flatnonzero(wanted), random)
    others = endless(np.flatnonzero(~wanted), random)
    total = round(seconds * rate)
    stretch = min(total, round(seconds_per_target * rate))
    order: list[int] = []
    played: list[Played] = []
    ends: list[int] = []
    now, due, earliest = 0, random.uniform() * stretch, 0
    while now < total or not played:
        if comes := now >= max(due, earliest):
            index = next(to_hear)
        elif background is None:
            index = next(others)
        else:
            index = len(sounds)
            until = max(math.ceil(min(due, total)), earliest, now + 1)
            name, piece = background.take(until - now)
            names.append(name)
            labels.append(UNKNOWN)
            sounds.append(piece)
        order.append(index)
        end = now + (len(sounds[index]) if index >= 0 else rate)
        if comes:
            stop = end + round(late_seconds * rate)
            played.append(Played(names[index], labels[index], now, stop))
            ends.append(now + word_end(sounds[index], rate))
            due, earliest = (len(played) + random.uniform()) * stretch, end + rate
        now = end
    return SoundTrack(names, labels, sounds, order, played, ends, rate, seed)


@dataclass(frozen=True)
class Target:
    """A label that is to be heard in a recording, from one sample to another, by whom (`group`)."""

    recording: str
    label: str
    group: str
    start: int
    end: int


def labelled_track(
    samples: np.ndarray,
    targets: Sequence[Target],
    *,
    name: str,
    late_seconds: float,
    rate: int,
) -> SoundTrack:
    """Take one long recording, in which targets are where they are, as a track.

    It is cut where they begin and end, and in between into pieces that can be named.

    Parameters
    ----------
    samples
        The recording, int16.
    targets
        In order, none in another.
    name
        Of the recording, for what is no target.
    late_seconds
        After its end a target may be reported for so long.
    rate
        Sampling rate, Hz.
    """
    piece = round(PIECE_SECONDS * rate)
    names, labels, sounds = list[str](), list[str](), list[np.ndarray]()

    def add(title: str, label: str, start: int, end: int) -> None:
        names.append(title)
        labels.append(label)
        sounds.append(samples[start:end])

    def add_between(start: int, end: int) -> None:
        for first in range(start, end, piece):
            title = f"{name} from {first / rate:.0f} s on"
            add(title, UNKNOWN, first, min(first + piece, end))

    now = 0
    for one in targets:
        add_between(now, one.start)
        add(one.recording, one.label, one.start, one.end)
        now = one.end
    add_between(now, len(samples))
    late = round(late_seconds * rate)
    played = [Played(one.recording, one.label, one.start, one.end + late) for one in targets]
    ends = [one.end for one in targets]
    return SoundTrack(names, labels, sounds, list(range(len(sounds))), played, ends, rate, 0)


def endless(pool: np.ndarray, random: np.random.Generator) -> Iterator[int]:
    """Draw from a pool, each again when all were drawn; -1 where it is empty."""
    while True:
        yield from (random.permutation(pool) if len(pool) else [-1])


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
    starts, stops = [one.start for one in played], [one.stop for one in played]
    reach = np.searchsorted(samples, [starts, stops], side="right").tolist()
    for target, first, last in zip(played, *reach, strict=True):
        found = (n for n in range(first, last) if labels[n] == target.label and n not in claimed)
        match = next(found, None)
        matches.append(match)
        if match is not None:
            claimed.add(match)
    return matches
