"""Step choose-thresholds: from which score on each label is reported, as C."""

import math
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
    Rule,
    count_by_label,
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
        total = int(round(target * heard.hours, 6))  # 28.999999999999996 are 29
        levels, allowed = share_reports(
            heard.averages,
            heard.track.played,
            targets,
            total=total,
            smoothing=smoothing,
            quiet=host.quiet_inferences,
            rule=heard.rule,
        )
        reports = report(heard.averages, levels, quiet=host.quiet_inferences)
        outcome = heard.rule(reports, heard.track.played, targets)
        found = {
            "answers": answers,
            "background": settings.background,
            **heard.count(outcome),
            "reached_on_validation": len(outcome.false) <= total,
            "too_short": _too_short(target, heard.hours, len(targets)),
        }
        of_labels = count_by_label(outcome, targets, heard.hours)
        for one, most in zip(of_labels.values(), allowed, strict=True):
            one["allowed_false_reports"] = most
            one["reached_on_validation"] = one["false_reports"] <= most
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


def _too_short(target: float, hours: float, labels: int) -> str | None:
    """Say what track would be needed where a label cannot have one whole false report."""
    if target == 0:
        return "no track is long enough to show a target of 0 false reports"
    if target * hours >= labels:
        return None
    needed = math.ceil(100 * labels / target) / 100
    return (
        f"one false report of a label in {hours:.3g} h is more than its share of the target: to "
        f"show that it keeps to it takes {needed:g} hours (detection.hours)"
    )


def share_reports(
    averages: Averages,
    played: Sequence[Played],
    targets: Sequence[str],
    *,
    total: int,
    smoothing: int,
    quiet: int,
    rule: Rule = judge,
) -> tuple[list[int], list[int]]:
    """Share false reports among labels, and find the lowest thresholds that keep within them.

    All labels may have as many; of those that are left, one each goes to the labels that hear the
    most targets more with it.

    Parameters
    ----------
    averages, played, targets, smoothing, quiet, rule
        As `lowest_levels` takes them.
    total
        False reports of all labels together.

    Returns
    -------
    levels : list of int
        Least sums of the latest scores.
    allowed : list of int
        False reports of each label.
    """

    def find(most: Sequence[int]) -> list[int]:
        return lowest_levels(
            averages, played, targets, most=most, smoothing=smoothing, quiet=quiet, rule=rule
        )

    def heard(levels: Sequence[int]) -> np.ndarray:
        outcome = rule(report(averages, levels, quiet=quiet), played, targets)
        pairs = zip(outcome.wanted, outcome.matches, strict=True)
        return np.bincount([n for n, match in pairs if match], minlength=len(targets))

    each, left = divmod(total, len(targets))
    allowed = [each] * len(targets)
    levels = find(allowed)
    if not left:
        return levels, allowed
    gains = heard(find([each + 1] * len(targets))) - heard(levels)
    for label in np.argsort(-gains, kind="stable")[:left].tolist():
        allowed[label] += int(gains[label] > 0)
    return find(allowed), allowed


def lowest_levels(
    averages: Averages,
    played: Sequence[Played],
    targets: Sequence[str],
    *,
    most: Sequence[int],
    smoothing: int,
    quiet: int,
    rule: Rule = judge,
) -> list[int]:
    """Find the lowest threshold of each label that keeps its false reports within its `most`.

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
        False reports that each label may have.
    smoothing
        Inferences in an average.
    quiet
        Inferences after a report in which there is no other.
    rule
        Tells right reports from false ones.

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
        return rule([one for one in reports if one.label == label], of_label[label], targets)

    def lowest(label: int) -> int:
        kept = None
        for level in candidates[label]:
            if len(outcome(label, level).false) > most[label]:
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
