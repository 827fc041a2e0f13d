"""Reports of the listener at any threshold, from what the model said once; right or false."""

from collections.abc import Sequence
from dataclasses import dataclass

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


def average(inferences: Inferences, smoothing: int) -> Averages:
    """Average the scores of each `smoothing` inferences in a row."""
    counted = inferences.scores.astype(np.int64) + LEVELS // 2
    sums = np.cumsum(np.vstack([np.zeros_like(counted[:1]), counted]), axis=0)
    totals = sums[smoothing:] - sums[:-smoothing]
    best = totals.argmax(axis=1) if len(totals) else np.empty(0, np.int64)
    return Averages(inferences.sample[smoothing - 1 :], best, totals.max(axis=1, initial=0))


def report(averages: Averages, threshold: int, *, targets: int, quiet: int) -> list[Report]:
    """Report by the rule of `w2n_listener_hop`: the best label, if it is a target and surely heard.

    Parameters
    ----------
    averages
        Of the scores.
    threshold
        Least sum of the latest scores.
    targets
        How many labels, from the first, are reported.
    quiet
        Inferences after a report in which there is no other.
    """
    reports = []
    loud = (averages.best < targets) & (averages.total >= threshold)
    free = 0
    for index in np.flatnonzero(loud).tolist():
        if index >= free:
            reports.append(
                Report(
                    int(averages.best[index]),
                    int(averages.sample[index]),
                    int(averages.total[index]),
                )
            )
            free = index + quiet + 1
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


def poisson_interval(count: float) -> tuple[float, float]:
    """95 % interval of the mean of what was counted once (Garwood 1936)."""
    from scipy.stats import chi2

    low = chi2.ppf(0.025, 2 * count) / 2 if count else 0.0
    return float(low), float(chi2.ppf(0.975, 2 * count + 2) / 2)
