"""Step choose-thresholds: from which score on each label is reported, as C."""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from wav2nano.describe import describe_range, describe_thresholds
from wav2nano.evaluation.detection import (
    LEVELS,
    Averages,
    Outcome,
    count,
    count_by_label,
    hourly_interval,
    judge,
    report,
)
from wav2nano.evaluation.stream import play
from wav2nano.files import write_json, write_text
from wav2nano.runtimes.host_listener import HostListener
from wav2nano.settings.detection import DetectionSettings
from wav2nano.settings.evaluation import Answers
from wav2nano.settings.listener import ListenerSettings
from wav2nano.tables.preprocessing import Preprocessing, read_preprocessing
from wav2nano.tables.split import targets_of
from wav2nano.tables.thresholds import thresholds_code
from wav2nano.tracks import Played

FREE_ROUNDS = 3  # in which thresholds may also become lower again


def choose_thresholds(
    *,
    code: list[Path],
    preprocessing: Path,
    split: Path,
    windows: list[Path],
    listener: ListenerSettings,
    answers: Answers,
    settings: DetectionSettings,
    libraries: Path,
    title: str,
    source: Path,
    out: Path,
) -> None:
    """Choose the threshold of each label on the validation set, or take the one of the settings.

    Parameters
    ----------
    code
        Files of generated C, all but the thresholds.
    preprocessing
        JSON file of what comes between audio and the model.
    split
        CSV file of the split: the validation set is played, never the test set.
    windows
        HDF5 files of windows of audio.
    listener
        `listener` of the experiment, with the threshold of all labels, or a target for choosing.
    answers
        `evaluation.answers` of the experiment: recordings are played whole, or windows alone.
    settings
        `detection` of the experiment: of the track.
    libraries
        Folder of the Arduino libraries.
    title
        Name of the experiment.
    source
        File of C to write.
    out
        JSON file to write: the thresholds, and what they miss and report in error on the
        validation set, if they were chosen.

    Raises
    ------
    UserError
        If the files do not belong together.
    """
    between = read_preprocessing(preprocessing)
    targets, smoothing = targets_of(between.labels), _smoothing(between, listener)
    fixed = round(listener.threshold * LEVELS * smoothing)
    levels = [fixed] * len(targets)
    found: dict[str, Any] = {}
    of_labels: dict[str, dict[str, Any]] = {name: {} for name in targets}
    if (target := listener.target_false_alarms_per_hour) is not None:
        with tempfile.TemporaryDirectory() as folder:
            # The C needs some; what the model says does not depend on them.
            unused = Path(folder) / "thresholds.c"
            write_text(unused, thresholds_code(levels))
            host = HostListener([*code, unused], libraries)
        rate = between.chunking.rate
        heard = play(
            host,
            "validation",
            windows=windows,
            split=split,
            answers=answers,
            settings=settings,
            rate=rate,
        )
        most = int(target * heard.hours // len(targets))
        levels = lowest_levels(
            heard.averages,
            heard.track.played,
            targets,
            most=most,
            smoothing=smoothing,
            quiet=host.quiet_inferences,
        )
        reports = report(heard.averages, levels, quiet=host.quiet_inferences)
        outcome = judge(reports, heard.track.played, targets)
        found = {
            "hours": round(heard.hours, 4),
            "answers": answers,
            "background": settings.background,
            "background_minutes": round(heard.background_minutes, 2),
            "repeats": round(heard.repeats, 2),
            **count(outcome, heard.hours),
            "false_reports_per_hour_ci95": hourly_interval(
                len(outcome.false), heard.hours, heard.repeats
            ),
            "reached": len(outcome.false) <= target * heard.hours,
        }
        of_labels = count_by_label(outcome, targets, heard.hours)
        for one in of_labels.values():
            one["reached"] = one["false_reports"] <= most
    told = {
        "experiment": title,
        "target_false_alarms_per_hour": target,
        **found,
        "labels": {
            name: {
                "threshold": round(level / LEVELS / smoothing, 3),
                "level": level,
                **of_labels[name],
            }
            for name, level in zip(targets, levels, strict=True)
        },
    }
    write_text(source, thresholds_code(levels))
    # Last: if it exists, everything does.
    write_json(out, told)
    print(describe_thresholds(told) or describe_range(told["labels"]), file=sys.stderr)


def _smoothing(between: Preprocessing, listener: ListenerSettings) -> int:
    return listener.smoothing(between.chunking.rate, between.features.hop_samples)


def lowest_levels(
    averages: Averages,
    played: Sequence[Played],
    targets: Sequence[str],
    *,
    most: int,
    smoothing: int,
    quiet: int,
) -> list[int]:
    """Find the lowest threshold of each label that keeps its false reports within `most`.

    It, and any higher one, keeps them so while the other labels have theirs: a report of one label
    may silence another. If even the highest that can be reached does not, it is the one with the
    fewest.

    Parameters
    ----------
    averages
        Of the scores.
    played
        The targets in the track.
    targets
        The labels that are reported.
    most
        False reports of a label.
    smoothing
        Inferences in an average.
    quiet
        Inferences after a report in which there is no other.

    Returns
    -------
    list of int
        Least sums of the latest scores.
    """
    top = (LEVELS - 1) * smoothing
    candidates = [_candidates(averages, label, top) for label in range(len(targets))]
    of_label = [[one for one in played if one.label == name] for name in targets]
    levels = [top] * len(targets)

    def outcome(label: int, level: int) -> Outcome:
        tried = [*levels[:label], level, *levels[label + 1 :]]
        reports = report(averages, tried, quiet=quiet)
        return judge([one for one in reports if one.label == label], of_label[label], targets)

    def lowest(label: int) -> int:
        kept = None
        for level in candidates[label]:
            if len(outcome(label, level).false) > most:
                break
            kept = level
        if kept is not None:
            return kept
        return min(candidates[label], key=lambda level: (*_errors(outcome(label, level)), -level))

    rounds, before = 0, list[int]()
    while levels != before:
        before = list(levels)
        for label in range(len(targets)):
            found = lowest(label)
            # In the end they only rise: so there is an end.
            levels[label] = found if rounds < FREE_ROUNDS else max(found, levels[label])
        rounds += 1
    return levels


def _candidates(averages: Averages, label: int, top: int) -> list[int]:
    """List thresholds that differ in what they report, each as low as it can be; highest first."""
    totals = np.unique(averages.total[averages.best == label])
    return [int(total) + 1 for total in totals[::-1] if total < top] + [0]


def _errors(outcome: Outcome) -> tuple[int, int]:
    return len(outcome.false), outcome.matches.count(None)
