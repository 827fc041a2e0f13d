"""Accuracy and macro F1, how sure they are, and whether two models differ in them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from wav2nano.tables.scores import Scores

BLOCK = 1 << 20  # draws that are held at once


@dataclass(frozen=True)
class Difference:
    """How much better one model is than another on the same answers: windows or recordings.

    `interval` is of the difference in macro F1, None with fewer than two groups; `p` is McNemar's.
    """

    macro_f1: float
    interval: tuple[float, float] | None
    p: float


def accuracy_and_macro_f1(scores: Scores) -> tuple[float, float]:
    """Compute the two figures by which models are compared."""
    from sklearn.metrics import f1_score

    predicted = scores.scores.argmax(axis=1)
    classes = np.arange(len(scores.labels))
    macro_f1 = f1_score(
        scores.target, predicted, labels=classes, average="macro", zero_division=0.0
    )
    return float((predicted == scores.target).mean()), float(macro_f1)


def bootstrap_by_group(
    scores: Scores, *, resamplings: int, seed: int
) -> dict[str, list[float] | None]:
    """95 % intervals of accuracy and macro F1; None with fewer than two groups."""
    groups = len(set(scores.group))
    if groups < 2:
        return {"accuracy": None, "macro_f1": None}
    hits, either = _count_by_group(scores)
    drawn = _draw(groups, resamplings=resamplings, seed=seed)
    figures = np.concatenate([_accuracy_and_macro_f1(counts, hits, either) for counts in drawn])
    low, high = np.percentile(figures, [2.5, 97.5], axis=0)
    return {
        name: [round(float(low[i]), 4), round(float(high[i]), 4)]
        for i, name in enumerate(("accuracy", "macro_f1"))
    }


def compare_paired(one: Scores, other: Scores, *, resamplings: int, seed: int) -> Difference | None:
    """Compare two models on the same windows, or recordings; None if these are not the same.

    The interval is of 95 %, from percentiles over bootstrap samples of whole groups, of which each
    is drawn for both models (Efron and Tibshirani 1993).
    """
    for name in ("recording", "start", "target"):
        if not np.array_equal(getattr(one, name), getattr(other, name)):
            return None
    if one.labels != other.labels:
        return None
    difference = accuracy_and_macro_f1(one)[1] - accuracy_and_macro_f1(other)[1]
    right = [scores.scores.argmax(axis=1) == scores.target for scores in (one, other)]
    p = mcnemar(int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum()))
    groups = len(set(one.group))
    if groups < 2:
        return Difference(difference, None, p)
    counted = [_count_by_group(scores) for scores in (one, other)]
    differences = np.concatenate(
        [
            np.subtract(*(_accuracy_and_macro_f1(counts, *count)[:, 1] for count in counted))
            for counts in _draw(groups, resamplings=resamplings, seed=seed)
        ]
    )
    low, high = np.percentile(differences, [2.5, 97.5])
    return Difference(difference, (float(low), float(high)), p)


def mcnemar(only_one: int, only_other: int) -> float:
    """Compute the two-sided p of McNemar's exact test (1947).

    Parameters
    ----------
    only_one, only_other
        Windows, or recordings, that only one of the models, and only the other, labels correctly.

    Examples
    --------
    >>> mcnemar(0, 0), mcnemar(1, 5), mcnemar(0, 10)
    (1.0, 0.21875, 0.001953125)
    """
    from scipy.stats import binomtest

    differing = only_one + only_other
    return float(binomtest(only_one, differing).pvalue) if differing else 1.0


def _count_by_group(scores: Scores) -> tuple[np.ndarray, np.ndarray]:
    """Count for each group [groups, classes] what accuracy and macro F1 are computed from.

    Of a confusion matrix, these need only the diagonal and the row and column sums.
    """
    names, group = np.unique(scores.group, return_inverse=True)
    predicted = scores.scores.argmax(axis=1)
    shape = (len(names), len(scores.labels))
    hits, either = np.zeros(shape), np.zeros(shape)
    np.add.at(hits, (group, scores.target), predicted == scores.target)
    np.add.at(either, (group, scores.target), 1)
    np.add.at(either, (group, predicted), 1)
    return hits, either


def share_by_group(
    found: Sequence[bool], group: Sequence[str], *, resamplings: int, seed: int
) -> list[float] | None:
    """95 % interval of a share by bootstrap over whole groups; None with fewer than two."""
    intervals = shares_by_group(np.array([found]), group, resamplings=resamplings, seed=seed)
    return intervals[0] if intervals else None


def shares_by_group(
    found: np.ndarray, group: Sequence[str], *, resamplings: int, seed: int
) -> list[list[float]] | None:
    """95 % interval of each row's share, `found` [rows, answers], over the same draws of groups."""
    names, number = np.unique(group, return_inverse=True)
    if len(names) < 2:
        return None
    hits = np.stack([np.bincount(number, weights=row) for row in found], axis=1)
    all_ = np.bincount(number)[:, None]
    drawn = _draw(len(names), resamplings=resamplings, seed=seed)
    shares = np.concatenate([counts @ hits / (counts @ all_) for counts in drawn])
    ends = np.percentile(shares, [2.5, 97.5], axis=0).T
    return [[round(end, 4) for end in interval] for interval in ends.tolist()]


def _draw(groups: int, *, resamplings: int, seed: int) -> Iterator[np.ndarray]:
    """Draw as many groups as there are; count [resamplings, groups] how often each is drawn."""
    random = np.random.default_rng(seed)
    block = max(1, BLOCK // groups)
    for done in range(0, resamplings, block):
        size = min(block, resamplings - done)
        draws = random.integers(0, groups, (size, groups))
        draws += groups * np.arange(size)[:, None]
        counts = np.bincount(draws.ravel(), minlength=draws.size)
        yield counts.reshape(draws.shape).astype(np.float64)


def _accuracy_and_macro_f1(counts: np.ndarray, hits: np.ndarray, either: np.ndarray) -> np.ndarray:
    """Compute both figures [resamplings, 2] from how often groups [resamplings, groups] are drawn.

    `hits` [groups, classes] are the windows of a class that were predicted as it, `either` the
    windows of a class and those that were predicted as it, together.
    """
    hits, either = counts @ hits, counts @ either
    accuracy = hits.sum(axis=1) / (either.sum(axis=1) / 2)
    # A class that a bootstrap sample lacks altogether says nothing about its F1.
    present = np.where(either > 0, 1.0, np.nan)
    macro_f1 = np.nanmean(present * 2 * hits / np.maximum(either, 1), axis=1)
    return np.stack([accuracy, macro_f1], axis=1)
