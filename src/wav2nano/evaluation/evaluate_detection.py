"""Step evaluate-detection: misses and false reports in a long stream of sound, by the board's C."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from wav2nano.describe import describe_detection
from wav2nano.evaluation.detection import (
    LEVELS,
    Outcome,
    Report,
    count,
    count_by_label,
    report,
)
from wav2nano.evaluation.mlperf_tiny import PUBLISHED, is_published
from wav2nano.evaluation.plots import detection_curves
from wav2nano.evaluation.stream import Stream, play
from wav2nano.files import write_csv, write_json
from wav2nano.runtimes.host_listener import HostListener
from wav2nano.settings.detection import DetectionSettings
from wav2nano.settings.evaluation import EvaluationSettings
from wav2nano.tables.preprocessing import read_preprocessing
from wav2nano.tables.thresholds import read_thresholds
from wav2nano.tables.windows import AudioWindows, write_windows
from wav2nano.tracks import SoundTrack
from wav2nano.uncertainty import share_by_group, shares_by_group

THRESHOLDS = np.arange(100) / 100
MOST_FALSE = 12  # false reports to listen to
BEFORE_SECONDS = 1.5  # what is heard of one


def evaluate_detection(
    *,
    code: list[Path],
    thresholds: Path,
    preprocessing: Path,
    split: Path,
    windows: list[Path],
    evaluation: EvaluationSettings,
    settings: DetectionSettings,
    libraries: Path,
    title: str,
    out: Path,
) -> None:
    """Play a long track of the test set to the listener, and count misses and false reports.

    Parameters
    ----------
    code
        Files of generated C.
    thresholds
        JSON file of the labels' thresholds, which are in the C, and of how they were chosen.
    preprocessing
        JSON file of what comes between audio and the model.
    split
        CSV file of the split: the test set is played.
    windows
        HDF5 files of windows of audio.
    evaluation
        `evaluation` of the experiment: by its `answers` recordings are played whole, or windows
        alone; `bootstrap` and `seed` are of the intervals of misses.
    settings
        `detection` of the experiment.
    libraries
        Folder of the Arduino libraries.
    title
        Name of the experiment.
    out
        Folder to write to: `detection.json`, the curve `detection.csv` and `detection.png`, and
        `false_reports.h5`, the sound of the worst false reports.

    Raises
    ------
    UserError
        If the files do not belong together.
    """
    rate = read_preprocessing(preprocessing).chunking.rate
    host = HostListener(code, libraries)
    targets = host.targets
    chosen = read_thresholds(thresholds, host.thresholds)
    heard = play(
        host,
        "test",
        windows=windows,
        split=split,
        answers=evaluation.answers,
        settings=settings,
        rate=rate,
    )
    track, hours = heard.track, heard.hours

    def outcome_at(levels: Sequence[int]) -> Outcome:
        reports = report(heard.averages, levels, quiet=host.quiet_inferences)
        return heard.rule(reports, track.played, targets)

    outcome = outcome_at(host.thresholds)
    groups = heard.playable.groups
    of_labels = count_by_label(outcome, targets, hours)
    found = {
        "experiment": title,
        "answers": evaluation.answers,
        "background": settings.background,
        "recording": settings.recording.audio if settings.recording else None,
        "recipe": settings.recipe,
        "rule": settings.rule,
        "late_seconds": round(heard.late_seconds, 2),
        **heard.count(outcome),
        "misses_ci95": share_by_group(
            [match is None for match in outcome.matches],
            groups,
            resamplings=evaluation.bootstrap,
            seed=evaluation.seed,
        ),
        "latency_seconds": _latency(outcome, track),
        "labels": {
            name: {"threshold": chosen["labels"][name]["threshold"], **of_labels[name]}
            for name in targets
        },
        "thresholds": chosen,
        "mlperf_tiny": _compare(settings) if settings.rule == "mlperf_tiny" else None,
    }
    levels = [round(share * LEVELS * host.smoothing) for share in THRESHOLDS.tolist()]
    outcomes = [outcome_at([level] * len(targets)) for level in levels]

    def curve(label: int | None = None) -> list[dict[str, Any]]:
        kept = outcomes if label is None else [one.of_label(label) for one in outcomes]
        of_targets = [
            group
            for group, wanted in zip(groups, outcome.wanted, strict=True)
            if label in (None, wanted)
        ]
        return _curve(kept, of_targets, heard, evaluation)

    curves = {name: curve(label) for label, name in enumerate(targets)}
    total = curve()
    _write_curves(out / "detection.csv", {"": total, **curves})
    detection_curves(
        total,
        curves,
        found,
        out / "detection.png",
        title,
        f"{hours:.3g} h of {_name(settings)} with {len(track.played)} targets, heard by the "
        "firmware's C on this machine",
    )
    sound = _to_listen(_worst(outcome.false, track), track, targets)
    write_windows(out / "false_reports.h5", sound, {})
    # Last: if detection.json exists, everything does.
    write_json(out / "detection.json", found)
    print(describe_detection(found), file=sys.stderr)


def _name(settings: DetectionSettings) -> str:
    """Name what was heard."""
    if settings.recording is not None:
        return settings.recording.audio
    mixed = "a mix of " if settings.recipe == "mlperf_tiny" else ""
    return mixed + (settings.background or "the test set")


def _compare(settings: DetectionSettings) -> dict[str, Any]:
    """Put beside it what others published, and whether they heard this very recording."""
    recording = settings.recording
    return {
        "published": [asdict(one) for one in PUBLISHED],
        "same_track": recording is not None and is_published(Path(recording.audio)),
    }


def _latency(outcome: Outcome, track: SoundTrack) -> dict[str, float] | None:
    """Measure from the end of words to their reports: the median and the 95th percentile."""
    late = [
        (match.sample - end) / track.rate
        for match, end in zip(outcome.matches, track.ends, strict=True)
        if match is not None
    ]
    if not late:
        return None
    median, slow = np.percentile(late, [50, 95]).tolist()
    return {"median": round(median, 3), "p95": round(slow, 3)}


def _curve(
    outcomes: Sequence[Outcome],
    groups: Sequence[str],
    heard: Stream,
    evaluation: EvaluationSettings,
) -> list[dict[str, Any]]:
    """Count what each threshold brings, with the ends of the 95 % intervals of both rates.

    `groups` are the targets'. The intervals are of each threshold by itself.
    """
    missed = np.array([[match is None for match in one.matches] for one in outcomes])
    intervals = shares_by_group(
        missed, groups, resamplings=evaluation.bootstrap, seed=evaluation.seed
    )
    points = []
    for place, one in enumerate(outcomes):
        ends = {
            "misses": intervals[place] if intervals else (None, None),
            "false_reports_per_hour": heard.hourly_interval(one),
        }
        named = {
            f"{rate}_{end}": value
            for rate, both in ends.items()
            for end, value in zip(("low", "high"), both, strict=True)
        }
        points.append({**count(one, heard.hours), **named})
    return points


def _write_curves(path: Path, curves: dict[str, list[dict[str, Any]]]) -> None:
    """Write for each threshold a row of all labels, without a name, and one of each."""
    rows = [
        (f"{share:.2f}", name, *points[place].values())
        for place, share in enumerate(THRESHOLDS.tolist())
        for name, points in curves.items()
    ]
    write_csv(path, ["threshold", "label", *curves[""][0]], rows)


def _worst(reports: Sequence[Report], track: SoundTrack) -> list[Report]:
    """Choose those with the highest sums of scores, one of each sound."""
    found: dict[int, Report] = {}
    for one in sorted(reports, key=lambda one: (-one.total, one.sample)):
        middle = max(1, one.sample - track.rate // 2)  # about there is what was heard
        found.setdefault(track.order[track.places(middle - 1, middle)[0]], one)
    return list(found.values())[:MOST_FALSE]


def _to_listen(
    reports: Sequence[Report], track: SoundTrack, targets: Sequence[str]
) -> AudioWindows:
    """Cut out what led to each report; say what was playing, and what it was taken for."""
    names, labels = track.names, track.labels
    before = round(BEFORE_SECONDS * track.rate)
    audio, playing = [np.empty((0, before), np.int16)], []
    for one in reports:
        audio.append(track.cut(one.sample - before, one.sample)[None])
        sounds = [track.order[place] for place in track.places(one.sample - before, one.sample)]
        playing.append(
            ", ".join(f"{labels[i]}: {names[i]}" if i >= 0 else "a quiet room" for i in sounds)
        )
    return AudioWindows(
        np.concatenate(audio),
        playing,
        [targets[one.label] for one in reports],
        np.array([one.sample for one in reports], np.int64),
    )
