"""Reports of the listener at any threshold, from what the model said once; right or false."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from wav2nano.runtimes.host_listener import Inferences
from wav2nano.tracks import Played, match_reports

LEVELS = 256  # of a score


@dataclass(frozen=True)
class Averages:
    """Averages of the latest scores, as the listener makes them.

    All have an entry for each inference from the first for which there are enough scores: how many
    samples had been heard, the label with the highest average, and the sum that this is of.
    """

    sample: np.ndarray
    best: np.ndarray
    total: np.ndarray


@dataclass(frozen=True)
class Report:
    """A reported label: its number, samples heard by then, and the sum of the latest scores."""

    label: int
    sample: int
    total: int


@dataclass(frozen=True)
class Outcome:
    """What reports are worth: for each target that was played the report of it, or None.

    `wanted` are the labels of the targets, by number; `false` are reports that are of no target.
    """

    wanted: list[int]
    matches: list[Report | None]
    false: list[Report]

    def of_label(self, label: int) -> "Outcome":
        """Take targets and false reports of one label."""
        kept = [i for i, wanted in enumerate(self.wanted) if wanted == label]
        return Outcome(
            [label] * len(kept),
            [self.matches[i] for i in kept],
            [one for one in self.false if one.label == label],
        )


Rule = Callable[[Sequence[Report], Sequence[Played], Sequence[str]], Outcome]
"""Tells right reports from false ones: reports, what was played, and the labels' names."""


def average(inferences: Inferences, smoothing: int) -> Averages:
    """Average the scores of each `smoothing` inferences in a row."""
    counted = inferences.scores.astype(np.int64) + LEVELS // 2
    sums = np.cumsum(np.vstack([np.zeros_like(counted[:1]), counted]), axis=0)
    totals = sums[smoothing:] - sums[:-smoothing]
    best = totals.argmax(axis=1) if len(totals) else np.empty(0, np.int64)
    return Averages(inferences.sample[smoothing - 1 :], best, totals.max(axis=1, initial=0))


def report(averages: Averages, thresholds: Sequence[int], *, quiet: int) -> list[Report]:
    """Report by the rule of `w2n_listener_hop`: the best label, if it is a target and surely heard.

    Parameters
    ----------
    averages
        Of the scores.
    thresholds
        Least sums of the latest scores, of the labels that are reported; these are the first.
    quiet
        Inferences after a report in which there is no other.
    """
    targets = np.flatnonzero(averages.best < len(thresholds))
    least = np.asarray(thresholds)[averages.best[targets]]
    loud = targets[averages.total[targets] >= least].tolist()
    reports = []
    place = 0
    while place < len(loud):
        index = loud[place]
        reports.append(
            Report(
                int(averages.best[index]), int(averages.sample[index]), int(averages.total[index])
            )
        )
        place = bisect_left(loud, index + quiet + 1, place)
    return reports


def judge(reports: Sequence[Report], played: Sequence[Played], targets: Sequence[str]) -> Outcome:
    """Tell right reports from false ones."""
    named = [targets[one.label] for one in reports]
    numbers = match_reports(played, named, [one.sample for one in reports])
    right = {number for number in numbers if number is not None}
    return Outcome(
        [targets.index(one.label) for one in played],
        [None if number is None else reports[number] for number in numbers],
        [one for number, one in enumerate(reports) if number not in right],
    )


def count(outcome: Outcome, hours: float) -> dict[str, Any]:
    """Count misses, their share (None without targets), false reports, and these per hour."""
    played, missed = len(outcome.matches), sum(match is None for match in outcome.matches)
    return {
        "targets": played,
        "missed": missed,
        "misses": round(missed / played, 4) if played else None,
        "false_reports": len(outcome.false),
        "false_reports_per_hour": round(len(outcome.false) / hours, 2),
    }


def count_by_label(
    outcome: Outcome, targets: Sequence[str], hours: float
) -> dict[str, dict[str, Any]]:
    """Count the same of each label, by its name."""
    return {name: count(outcome.of_label(label), hours) for label, name in enumerate(targets)}


def hourly_interval(false_reports: int, hours: float, repeats: float) -> list[float]:
    """95 % interval of false reports an hour, where sounds were heard `repeats` times."""
    return [round(repeats * end / hours, 2) for end in poisson_interval(false_reports / repeats)]


def poisson_interval(count: float) -> tuple[float, float]:
    """95 % interval of the mean of what was counted once (Garwood 1936)."""
    from scipy.stats import chi2

    low = chi2.ppf(0.025, 2 * count) / 2 if count else 0.0
    return float(low), float(chi2.ppf(0.975, 2 * count + 2) / 2)
