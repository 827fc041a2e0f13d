"""A part of the split as a long stream of sound, and what the listener's averages were in it."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from wav2nano.background import Pieces, read_background
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
from wav2nano.runtimes.host_listener import HostListener
from wav2nano.settings.detection import DetectionSettings, RecordingSettings
from wav2nano.settings.evaluation import Answers
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

    played: Playable
    averages: Averages
    late_seconds: float
    rule: Rule

    @property
    def track(self) -> SoundTrack:
        """What was played."""
        return self.played.track

    @property
    def hours(self) -> float:
        """Length of the track."""
        return _hours(self.track)

    def count(self, outcome: Outcome) -> dict[str, Any]:
        """Count what was missed and reported in error in it, and say how much was heard."""
        return {
            "hours": round(self.hours, 4),
            "background_minutes": round(self.played.background_minutes, 2),
            "repeats": round(self.played.repeats, 2),
            **count(outcome, self.hours),
            "false_reports_per_hour_ci95": self.hourly_interval(outcome),
        }

    def hourly_interval(self, outcome: Outcome) -> list[float]:
        """95 % interval of the false reports an hour."""
        return hourly_interval(len(outcome.false), self.hours, self.played.repeats)


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
        played = _take(settings.recording, host.targets, late_seconds=late, rate=rate)
    else:
        played = _make(
            host.targets,
            part,
            windows=windows,
            split=split,
            answers=answers,
            settings=settings,
            late_seconds=late,
            rate=rate,
        )
    averages = average(host.infer(_telling(played.track)), host.smoothing)
    return Stream(played, averages, late, rule)


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
    seconds = 3600 * settings.hours
    names, labels, starts, audio = load_sounds(windows, split, part, rate=rate)
    if not set(targets) & set(labels):
        raise UserError(
            f"{split}: the {part} set has no recording of a label that is reported "
            f"({', '.join(targets)}). Add recordings of more groups, or set another `split.policy`."
        )
    # What windows share counts once, and what is played whole is joined.
    whole = join_windows(names, labels, starts, audio)
    if settings.background is None:
        background = None
        others = [sound for _, label, sound in zip(*whole, strict=True) if label not in targets]
    else:
        recorded = read_background(
            Path(settings.background), part, seconds=seconds, rate=rate, seed=settings.seed
        )
        background = Pieces(recorded, rate)
        others = list(recorded.values())
    sounds: Sequence[np.ndarray] = list(audio)
    if answers == "recordings":
        names, labels, sounds = whole
    track = detection_track(
        names,
        labels,
        sounds,
        targets=targets,
        seconds=seconds,
        seconds_per_target=settings.seconds_per_target,
        late_seconds=late_seconds,
        rate=rate,
        seed=settings.seed,
        background=background,
    )
    there = sum(map(len, others))
    repeats = _repeats(track, labels, targets)
    if background is not None:
        between = sum(len(track.sounds[index]) for index in track.order if index >= len(labels))
        repeats = max(repeats, between / there)
        there = min(there, between)
    group_of = {row.recording: row.group for row in read_split(split)}
    groups = [group_of[one.recording] for one in track.played]
    return Playable(track, groups, there / rate / 60, repeats)


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
