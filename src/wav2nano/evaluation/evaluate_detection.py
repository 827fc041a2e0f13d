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
from wav2nano.settings.evaluation import Answers
from wav2nano.tables.preprocessing import read_preprocessing
from wav2nano.tables.split import read_split
from wav2nano.tables.windows import AudioWindows, write_windows
from wav2nano.tracks import (
    SoundTrack,
    detection_track,
    join_windows,
    load_test_windows,
    word_end,
)
from wav2nano.uncertainty import share_by_group

THRESHOLDS = np.arange(100) / 100
MOST_FALSE = 12  # false reports to listen to
BEFORE_SECONDS = 1.5  # what is heard of one
LATE_SECONDS = 1.0  # at least, after its end, a target may be reported
RESAMPLINGS = 1000
PROGRESS_HOURS = 0.25


def evaluate_detection(
    *,
    code: list[Path],
    preprocessing: Path,
    split: Path,
    windows: list[Path],
    answers: Answers,
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
    answers
        `evaluation.answers` of the experiment: recordings are played whole, or windows alone.
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
    names, labels, starts, audio = load_test_windows(windows, split, rate=rate)
    # What windows share counts once, and what is played whole is joined.
    whole = join_windows(names, labels, starts, audio)
    background = [
        len(sound) for label, sound in zip(*whole[1:], strict=True) if label not in targets
    ]
    sounds: Sequence[np.ndarray] = list(audio)
    if answers == "recordings":
        names, labels, sounds = whole
    # As long as an average takes to forget what was before, and one inference more.
    late = max(LATE_SECONDS, (host.smoothing + 1) * host.inference_hops * host.hop / rate)
    track = detection_track(
        names,
        labels,
        sounds,
        targets=targets,
        seconds=3600 * settings.hours,
        seconds_per_target=settings.seconds_per_target,
        late_seconds=late,
        rate=rate,
        seed=settings.seed,
    )
    hours = float(track.starts[-1]) / rate / 3600
    averages = average(host.infer(_telling(track, hours)), host.smoothing)

    def outcome_at(threshold: int) -> Outcome:
        reports = report(averages, threshold, targets=len(targets), quiet=host.quiet_inferences)
        return judge(reports, track.played, targets)

    outcome = outcome_at(host.threshold)
    group_of = {row.recording: row.group for row in read_split(split)}
    repeats = _repeats(track, labels, targets)
    found = {
        "experiment": title,
        "hours": round(hours, 4),
        "answers": answers,
        "background_minutes": round(sum(background) / rate / 60, 2),
        "repeats": round(repeats, 2),
        "late_seconds": round(late, 2),
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
        "latency_seconds": _latency(outcome, track),
        "labels": _count_by_label(outcome, targets, hours),
    }
    curve = []
    for share in THRESHOLDS.tolist():
        one = outcome_at(round(share * LEVELS * host.smoothing))
        curve.append((share, _count(one, hours), _count_by_label(one, targets, hours)))
    _write_curve(out / "detection.csv", curve)
    detection_curves(
        [total for _, total, _ in curve],
        {name: [of_label[name] for _, _, of_label in curve] for name in targets},
        found,
        out / "detection.png",
        title,
        f"{hours:.3g} h of the test set with {len(track.played)} targets, "
        "heard by the firmware's C on this machine",
    )
    sound = _to_listen(_worst(outcome.false, track), track, host, names, labels)
    write_windows(out / "false_reports.h5", sound, {})
    # Last: if detection.json exists, everything does.
    write_json(out / "detection.json", found)
    print(describe_detection(found), file=sys.stderr)


def _telling(track: SoundTrack, hours: float) -> Iterator[np.ndarray]:
    """Give the track's blocks, and tell how far it is."""
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


def _count(outcome: Outcome, hours: float) -> dict[str, Any]:
    """Count misses, their share (None without targets), false reports, and these per hour."""
    played, missed = len(outcome.matches), sum(match is None for match in outcome.matches)
    return {
        "targets": played,
        "missed": missed,
        "misses": round(missed / played, 4) if played else None,
        "false_reports": len(outcome.false),
        "false_reports_per_hour": round(len(outcome.false) / hours, 2),
    }


def _count_by_label(
    outcome: Outcome, targets: Sequence[str], hours: float
) -> dict[str, dict[str, Any]]:
    return {name: _count(outcome.of_label(label), hours) for label, name in enumerate(targets)}


def _latency(outcome: Outcome, track: SoundTrack) -> dict[str, float] | None:
    """Measure from the end of words to their reports: the median and the 95th percentile."""
    late = []
    places = np.searchsorted(track.starts, [played.start for played in track.played])
    for match, played, place in zip(outcome.matches, track.played, places.tolist(), strict=True):
        if match is not None:
            word = track.sounds[track.order[place]]
            end = played.start + word_end(word, track.rate)
            late.append((match.sample - end) / track.rate)
    if not late:
        return None
    median, slow = np.percentile(late, [50, 95]).tolist()
    return {"median": round(median, 3), "p95": round(slow, 3)}


def _write_curve(
    path: Path, curve: Sequence[tuple[float, dict[str, Any], dict[str, dict[str, Any]]]]
) -> None:
    """Write for each threshold a row of all labels, without a name, and one of each."""
    rows = [
        (f"{share:.2f}", name, *counted.values())
        for share, total, of_labels in curve
        for name, counted in [("", total), *of_labels.items()]
    ]
    write_csv(path, ["threshold", "label", *curve[0][1]], rows)


def _worst(reports: Sequence[Report], track: SoundTrack) -> list[Report]:
    """Choose those with the highest sums of scores, one of each sound."""
    found: dict[int, Report] = {}
    for one in sorted(reports, key=lambda one: (-one.total, one.sample)):
        middle = max(1, one.sample - track.rate // 2)  # about there is what was heard
        found.setdefault(track.order[track.places(middle - 1, middle)[0]], one)
    return list(found.values())[:MOST_FALSE]


def _to_listen(
    reports: Sequence[Report],
    track: SoundTrack,
    host: HostListener,
    names: Sequence[str],
    labels: Sequence[str],
) -> AudioWindows:
    """Cut out what led to each report; say what was playing, and what it was taken for."""
    before = round(BEFORE_SECONDS * track.rate)
    audio, playing = [np.empty((0, before), np.int16)], []
    for one in reports:
        audio.append(track.cut(one.sample - before, one.sample)[None])
        heard = [track.order[place] for place in track.places(one.sample - before, one.sample)]
        playing.append(
            ", ".join(f"{labels[i]}: {names[i]}" if i >= 0 else "a quiet room" for i in heard)
        )
    return AudioWindows(
        np.concatenate(audio),
        playing,
        [host.targets[one.label] for one in reports],
        np.array([one.sample for one in reports], np.int64),
    )
