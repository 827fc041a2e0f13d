"""A part of the split as a long stream of sound, and what the listener's averages were in it."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from wav2nano.background import MUSIC, SPEECH, Pieces, read_background
from wav2nano.errors import UserError
from wav2nano.evaluation import mlperf_tiny
from wav2nano.evaluation.detection import (
    Averages,
    Outcome,
    Rule,
    average,
    count,
    hourly_interval,
    judge,
)
from wav2nano.labelled_recording import read_recording
from wav2nano.mixed_track import mixed_track, needed
from wav2nano.runtimes.host_listener import HostListener
from wav2nano.settings.detection import DetectionSettings, RecordingSettings
from wav2nano.settings.evaluation import Answers
from wav2nano.tables.recordings import SILENCE
from wav2nano.tables.split import read_split
from wav2nano.tracks import (
    SoundTrack,
    detection_track,
    join_windows,
    labelled_track,
    load_sounds,
)

LATE_SECONDS = 1.0  # at least, after its end, a target may be reported
PROGRESS_HOURS = 0.25


@dataclass(frozen=True)
class Playable:
    """A track, and what it is made of.

    `groups` are the targets', `background_minutes` how much there is that is not to be reported,
    and `repeats` how often targets or all else are heard on average, whichever is more often.
    """

    track: SoundTrack
    groups: list[str]
    background_minutes: float
    repeats: float


@dataclass(frozen=True)
class Stream:
    """What was played, and the listener's averages; `rule` tells right reports from false ones."""

    playable: Playable
    averages: Averages
    late_seconds: float
    rule: Rule

    @property
    def track(self) -> SoundTrack:
        """What was played."""
        return self.playable.track

    @property
    def hours(self) -> float:
        """Length of the track."""
        return _hours(self.track)

    def count(self, outcome: Outcome) -> dict[str, Any]:
        """Count what was missed and reported in error in it, and say how much was heard."""
        return {
            "hours": round(self.hours, 4),
            "background_minutes": round(self.playable.background_minutes, 2),
            "repeats": round(self.playable.repeats, 2),
            **count(outcome, self.hours),
            "false_reports_per_hour_ci95": self.hourly_interval(outcome),
        }

    def hourly_interval(self, outcome: Outcome) -> list[float]:
        """95 % interval of the false reports an hour."""
        return hourly_interval(len(outcome.false), self.hours, self.playable.repeats)


def play(
    host: HostListener,
    part: str,
    *,
    windows: Sequence[Path],
    split: Path,
    answers: Answers,
    settings: DetectionSettings,
    rate: int,
) -> Stream:
    """Play a track of a part, or for the test a recording if there is one, to the listener.

    Parameters
    ----------
    host
        The listener.
    part
        Of the split.
    windows
        HDF5 files of windows of audio.
    split
        CSV file of the split.
    answers
        Whether recordings are played whole, or windows alone.
    settings
        Of the track.
    rate
        Sampling rate, Hz.

    Raises
    ------
    UserError
        If the part has no windows, or none of a label that is reported.
    """
    rule: Rule
    if settings.rule == "mlperf_tiny":
        late = mlperf_tiny.LATE_SECONDS
        rule = partial(mlperf_tiny.judge, debounce=round(mlperf_tiny.DEBOUNCE_SECONDS * rate))
    else:
        # As long as an average takes to forget what was before, and one inference more.
        late = max(LATE_SECONDS, (host.smoothing + 1) * host.inference_hops * host.hop / rate)
        rule = judge
    if part == "test" and settings.recording is not None:
        playable = _take(settings.recording, host.targets, late_seconds=late, rate=rate)
    else:
        playable = _make(
            host.targets,
            part,
            windows=windows,
            split=split,
            answers=answers,
            settings=settings,
            late_seconds=late,
            rate=rate,
        )
    averages = average(host.infer(_telling(playable.track)), host.smoothing)
    return Stream(playable, averages, late, rule)


def _take(
    recording: RecordingSettings, labels: Sequence[str], *, late_seconds: float, rate: int
) -> Playable:
    """Take the user's recording as it is."""
    samples, targets = read_recording(
        Path(recording.audio), Path(recording.targets), labels, rate=rate
    )
    track = labelled_track(
        samples, targets, name=recording.audio, late_seconds=late_seconds, rate=rate
    )
    between = len(samples) - sum(one.end - one.start for one in targets)
    return Playable(track, [one.group for one in targets], between / rate / 60, 1.0)


def _make(
    targets: Sequence[str],
    part: str,
    *,
    windows: Sequence[Path],
    split: Path,
    answers: Answers,
    settings: DetectionSettings,
    late_seconds: float,
    rate: int,
) -> Playable:
    """Make a track of a part of the split."""
    names, labels, starts, audio = load_sounds(windows, split, part, rate=rate)
    if not set(targets) & set(labels):
        raise UserError(
            f"{split}: the {part} set has no recording of a label that is reported "
            f"({', '.join(targets)}). Add recordings of more groups, or set another `split.policy`."
        )
    # What windows share counts once, and what is played whole is joined.
    whole = Sounds(*join_windows(names, labels, starts, audio))
    group_of = {row.recording: row.group for row in read_split(split)}
    make = _mix if settings.recipe == "mlperf_tiny" else _line_up
    track, there, repeats = make(
        whole if answers == "recordings" else Sounds(names, labels, list(audio)),
        whole.without(targets),
        part,
        targets=targets,
        settings=settings,
        late_seconds=late_seconds,
        rate=rate,
    )
    groups = [group_of[one.recording] for one in track.played]
    return Playable(track, groups, there / rate / 60, repeats)


@dataclass(frozen=True)
class Sounds:
    """Of each sound its recording, its label and its samples."""

    names: list[str]
    labels: list[str]
    audio: list[np.ndarray]

    def without(self, labels: Sequence[str]) -> "Sounds":
        """Leave out sounds of some labels."""
        kept = [number for number, label in enumerate(self.labels) if label not in labels]
        return Sounds(
            [self.names[number] for number in kept],
            [self.labels[number] for number in kept],
            [self.audio[number] for number in kept],
        )


def _line_up(
    sounds: Sounds,
    others: Sounds,
    part: str,
    *,
    targets: Sequence[str],
    settings: DetectionSettings,
    late_seconds: float,
    rate: int,
) -> tuple[SoundTrack, int, float]:
    """Play one sound after another; the track, samples of the background, and repeats."""
    seconds = 3600 * settings.hours
    recorded = None
    if settings.background is not None:
        recorded = read_background(
            Path(settings.background), part, seconds=seconds, rate=rate, seed=settings.seed
        )
    track = detection_track(
        sounds.names,
        sounds.labels,
        sounds.audio,
        targets=targets,
        seconds=seconds,
        seconds_per_target=settings.seconds_per_target,
        late_seconds=late_seconds,
        rate=rate,
        seed=settings.seed,
        background=None if recorded is None else Pieces(recorded, rate),
    )
    repeats = _repeats(track, sounds.labels, targets)
    if recorded is None:
        return track, sum(map(len, others.audio)), repeats
    there = sum(map(len, recorded.values()))
    of_split = len(sounds.labels)
    between = sum(len(track.sounds[index]) for index in track.order if index >= of_split)
    return track, min(there, between), max(repeats, between / there)


def _mix(
    sounds: Sounds,
    others: Sounds,
    part: str,
    *,
    targets: Sequence[str],
    settings: DetectionSettings,
    late_seconds: float,
    rate: int,
) -> tuple[SoundTrack, int, float]:
    """Mix as MLPerf Tiny's test is; the track, samples of the background, and repeats."""
    seconds = 3600 * settings.hours
    heard = {kind: needed(kind) * seconds for kind in (SPEECH, MUSIC)}
    if settings.background is None:
        found = _by_kind(others, settings.seed)
    else:
        folder = Path(settings.background)
        found = {
            kind: read_background(
                folder, part, seconds=wanted, rate=rate, seed=settings.seed, kind=kind
            )
            for kind, wanted in heard.items()
        }
    track = mixed_track(
        sounds.names,
        sounds.labels,
        sounds.audio,
        targets=targets,
        backgrounds={kind: Pieces(one, rate) for kind, one in found.items()},
        seconds=seconds,
        seconds_per_target=settings.seconds_per_target,
        late_seconds=late_seconds,
        rate=rate,
        seed=settings.seed,
    )
    # Where the split has only words, or only noise, they share recordings.
    pools = {kind: sum(map(len, one.values())) for kind, one in found.items()}
    there = sum({name: len(s) for one in found.values() for name, s in one.items()}.values())
    often = [heard[kind] * rate / pool for kind, pool in pools.items()]
    between = sum(heard[kind] * rate for kind in pools)
    often += [between / there] * bool(there)
    often.append(len(track.played) / sum(label in targets for label in sounds.labels))
    return track, min(there, round(between)), max(1.0, *often)


def _by_kind(others: Sounds, seed: int) -> dict[str, dict[str, np.ndarray]]:
    """Take words and noise of the split for speech and music; one for both if it is alone."""
    order = np.random.default_rng(seed).permutation(len(others.labels)).tolist()
    noise = {str(n): others.audio[n] for n in order if others.labels[n] == SILENCE}
    words = {str(n): others.audio[n] for n in order if str(n) not in noise}
    return {SPEECH: words or noise, MUSIC: noise or words} if order else {}


def _hours(track: SoundTrack) -> float:
    return float(track.starts[-1]) / track.rate / 3600


def _telling(track: SoundTrack) -> Iterator[np.ndarray]:
    """Give the track's blocks, and tell how far it is."""
    hours = _hours(track)
    every = max(1, round(len(track.order) * PROGRESS_HOURS / hours))
    for place, block in enumerate(track.blocks()):
        if place and place % every == 0:
            told = f"{hours * place / len(track.order):.2f} of {hours:.3g} hours heard"
            print(told, file=sys.stderr, flush=True)
        yield block


def _repeats(track: SoundTrack, labels: Sequence[str], targets: Sequence[str]) -> float:
    """Tell how often targets or all else are heard, on average, whichever is more often.

    What is heard again adds little to what is known: its reports count as if heard once.
    """
    heard = np.array(track.order)
    is_target = np.isin(labels, targets)
    often = [
        np.isin(heard, np.flatnonzero(chosen)).sum() / chosen.sum()
        for chosen in (is_target, ~is_target)
        if chosen.any()
    ]
    return float(max(1.0, *often))
