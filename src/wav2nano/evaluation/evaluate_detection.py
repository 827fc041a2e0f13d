"""Step evaluate-detection: misses and false reports in a long stream of sound, by the board's C."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from wav2nano.describe import describe_detection
from wav2nano.evaluation.detection import (
    LEVELS,
    Outcome,
    Report,
    average,
    judge,
    poisson_interval,
    report,
)
from wav2nano.evaluation.plots import detection_curves
from wav2nano.files import write_csv, write_json
from wav2nano.runtimes.host_listener import HostListener
from wav2nano.settings.detection import DetectionSettings
from wav2nano.tables.preprocessing import read_preprocessing
from wav2nano.tables.split import read_split
from wav2nano.tables.windows import AudioWindows, write_windows
from wav2nano.tracks import WindowTrack, detection_track, load_test_windows, word_end
from wav2nano.uncertainty import share_by_group

THRESHOLDS = np.arange(100) / 100
MOST_FALSE = 12  # false reports to listen to
BEFORE_SECONDS = 1.5  # what is heard of one
RESAMPLINGS = 1000
PROGRESS_HOURS = 0.25


def evaluate_detection(
    *,
    code: list[Path],
    preprocessing: Path,
    split: Path,
    windows: list[Path],
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
    preprocessing
        JSON file of what comes between audio and the model.
    split
        CSV file of the split: the test set is played.
    windows
        HDF5 files of windows of audio.
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
    names, labels, audio = load_test_windows(windows, split, rate=rate)
    track = detection_track(
        names,
        labels,
        audio,
        targets=host.targets,
        seconds=3600 * settings.hours,
        seconds_per_target=settings.seconds_per_target,
        rate=rate,
        seed=settings.seed,
    )
    hours = len(track.order) * audio.shape[1] / rate / 3600
    averages = average(host.infer(_telling(track, hours)), host.smoothing)
    targets = host.targets

    def outcome_at(threshold: int) -> Outcome:
        reports = report(averages, threshold, targets=len(targets), quiet=host.quiet_inferences)
        return judge(reports, track.played, targets)

    outcome = outcome_at(host.threshold)
    group_of = {row.recording: row.group for row in read_split(split)}
    background = sum(label not in targets for label in labels)
    # What is heard again adds little to what is known: its reports count as if heard once.
    repeats = max(1.0, (len(track.order) - len(track.played)) / background) if background else 1.0
    found = {
        "experiment": title,
        "hours": round(hours, 4),
        "background_minutes": round(background * audio.shape[1] / rate / 60, 2),
        "repeats": round(repeats, 2),
        "threshold": round(host.threshold / LEVELS / host.smoothing, 3),
        **_count(outcome, hours),
        "misses_ci95": share_by_group(
            [match is None for match in outcome.matches],
            [group_of[played.recording] for played in track.played],
            resamplings=RESAMPLINGS,
            seed=1,
        ),
        "false_reports_per_hour_ci95": [
            round(repeats * end / hours, 2)
            for end in poisson_interval(len(outcome.false) / repeats)
        ],
        "latency_seconds": _latency(outcome, track, rate),
        "labels": {name: _count(outcome.of_label(i), hours) for i, name in enumerate(targets)},
    }
    curve = [
        (share, outcome_at(round(share * LEVELS * host.smoothing))) for share in THRESHOLDS.tolist()
    ]
    _write_curve(out / "detection.csv", curve, targets, hours)
    detection_curves(
        [_count(one, hours) for _, one in curve],
        {
            name: [_count(one.of_label(label), hours) for _, one in curve]
            for label, name in enumerate(targets)
        },
        found,
        out / "detection.png",
        title,
        f"{hours:.3g} h of the test set with {len(track.played)} targets, "
        "heard by the firmware's C on this machine",
    )
    sound = _to_listen(_worst(outcome.false, track), track, host, names, labels, rate)
    write_windows(out / "false_reports.h5", sound, {})
    # Last: if detection.json exists, everything does.
    write_json(out / "detection.json", found)
    print(describe_detection(found), file=sys.stderr)


def _telling(track: WindowTrack, hours: float) -> Iterator[np.ndarray]:
    """Give the track's blocks, and tell how far it is."""
    every = max(1, round(len(track.order) * PROGRESS_HOURS / hours))
    for slot, block in enumerate(track.blocks()):
        if slot and slot % every == 0:
            told = f"{hours * slot / len(track.order):.2f} of {hours:.3g} hours heard"
            print(told, file=sys.stderr, flush=True)
        yield block


def _count(outcome: Outcome, hours: float) -> dict[str, Any]:
    """Count misses, their share, false reports, and these per hour."""
    played, missed = len(outcome.matches), sum(match is None for match in outcome.matches)
    return {
        "targets": played,
        "missed": missed,
        "misses": round(missed / max(1, played), 4),
        "false_reports": len(outcome.false),
        "false_reports_per_hour": round(len(outcome.false) / hours, 2),
    }


def _latency(outcome: Outcome, track: WindowTrack, rate: int) -> dict[str, float] | None:
    """Measure from the end of words to their reports: the median and the 95th percentile."""
    length = track.windows.shape[1]
    late = []
    for match, played in zip(outcome.matches, track.played, strict=True):
        if match is not None:
            word = track.cut(played.start, played.start + length)
            late.append((match.sample - played.start - word_end(word, rate)) / rate)
    if not late:
        return None
    median, slow = np.percentile(late, [50, 95]).tolist()
    return {"median": round(median, 3), "p95": round(slow, 3)}


def _write_curve(
    path: Path, curve: Sequence[tuple[float, Outcome]], targets: Sequence[str], hours: float
) -> None:
    """Write for each threshold a row of all labels, without a name, and one of each."""
    rows = []
    for share, outcome in curve:
        named = [("", outcome), *((name, outcome.of_label(i)) for i, name in enumerate(targets))]
        rows += [(f"{share:.2f}", name, *_count(one, hours).values()) for name, one in named]
    write_csv(path, ["threshold", "label", *_count(Outcome([], [], []), hours)], rows)


def _worst(reports: Sequence[Report], track: WindowTrack) -> list[Report]:
    """Choose those with the highest sums of scores, one of each recording."""
    length = track.windows.shape[1]
    found: dict[int, Report] = {}
    for one in sorted(reports, key=lambda one: (-one.total, one.sample)):
        middle = max(0, one.sample - length // 2) // length  # of what the window held
        found.setdefault(int(track.order[middle]), one)
    return list(found.values())[:MOST_FALSE]


def _to_listen(
    reports: Sequence[Report],
    track: WindowTrack,
    host: HostListener,
    names: Sequence[str],
    labels: Sequence[str],
    rate: int,
) -> AudioWindows:
    """Cut out what led to each report; say what was playing, and what it was taken for."""
    length = track.windows.shape[1]
    before = max(round(BEFORE_SECONDS * rate), length)
    audio, playing = [np.empty((0, before), np.int16)], []
    for one in reports:
        audio.append(track.cut(one.sample - before, one.sample)[None])
        slots = range(max(0, one.sample - length) // length, -(-one.sample // length))
        heard = [track.order[slot] for slot in slots if track.order[slot] >= 0]
        playing.append(", ".join(f"{labels[i]}: {names[i]}" for i in heard) or "a quiet room")
    return AudioWindows(
        np.concatenate(audio),
        playing,
        [host.targets[one.label] for one in reports],
        np.array([one.sample for one in reports], np.int64),
    )
