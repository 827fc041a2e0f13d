"""Figures for a classifier, with their uncertainty."""

from typing import Any

import numpy as np
from sklearn.metrics import (
    auc,
    confusion_matrix,
    f1_score,
    log_loss,
    precision_recall_fscore_support,
    roc_curve,
)

from wav2nano.tables.scores import Scores

BLOCK = 1 << 20  # draws that are held at once


def measure(scores: Scores, *, resamplings: int, seed: int) -> dict[str, Any]:
    """Compute counts, accuracy, macro F1, per-class figures and confidence intervals.

    The 95 % intervals are percentiles over bootstrap samples of whole groups (Efron and Tibshirani
    1993): windows of one speaker are not independent of each other.
    """
    predicted = scores.scores.argmax(axis=1)
    classes = np.arange(len(scores.labels))
    precision, recall, f1, support = precision_recall_fscore_support(
        scores.target, predicted, labels=classes, zero_division=0.0
    )
    interval = bootstrap_by_group(scores, resamplings=resamplings, seed=seed)
    total = scores.scores.sum(axis=1, keepdims=True)
    probability = np.clip(scores.scores / np.maximum(total, 1e-9), 1e-7, 1.0)
    probability /= probability.sum(axis=1, keepdims=True)
    return {
        "windows": len(scores.target),
        "correct": int((predicted == scores.target).sum()),
        "groups": len(set(scores.group)),
        "accuracy": _round((predicted == scores.target).mean()),
        "accuracy_ci95": interval["accuracy"],
        "macro_f1": _round(f1.mean()),
        "macro_f1_ci95": interval["macro_f1"],
        "loss": _round(log_loss(scores.target, probability, labels=classes)),
        "per_class": {
            label: {
                "precision": _round(precision[i]),
                "recall": _round(recall[i]),
                "f1": _round(f1[i]),
                "windows": int(support[i]),
                "roc_auc": _auc(scores, i),
            }
            for i, label in enumerate(scores.labels)
        },
        "confusion": confusion_matrix(scores.target, predicted, labels=classes).tolist(),
    }


def accuracy_and_macro_f1(scores: Scores) -> tuple[float, float]:
    """Compute the two figures by which models are compared."""
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
    names, group = np.unique(scores.group, return_inverse=True)
    if len(names) < 2:
        return {"accuracy": None, "macro_f1": None}
    predicted = scores.scores.argmax(axis=1)
    shape = (len(names), len(scores.labels))
    # Of a confusion matrix, these figures need only the diagonal and the row and column sums.
    hits, either = np.zeros(shape), np.zeros(shape)
    np.add.at(hits, (group, scores.target), predicted == scores.target)
    np.add.at(either, (group, scores.target), 1)
    np.add.at(either, (group, predicted), 1)
    random = np.random.default_rng(seed)
    block = max(1, BLOCK // len(names))
    sizes = [min(block, resamplings - done) for done in range(0, resamplings, block)]
    figures = np.concatenate(
        [_accuracy_and_macro_f1(_draw(random, size, len(names)), hits, either) for size in sizes]
    )
    low, high = np.percentile(figures, [2.5, 97.5], axis=0)
    return {
        name: [_round(low[i]), _round(high[i])] for i, name in enumerate(("accuracy", "macro_f1"))
    }


def _draw(random: np.random.Generator, resamplings: int, groups: int) -> np.ndarray:
    """Draw as many groups as there are; count [resamplings, groups] how often each is drawn."""
    draws = random.integers(0, groups, (resamplings, groups))
    draws += groups * np.arange(resamplings)[:, None]
    counts = np.bincount(draws.ravel(), minlength=draws.size)
    return counts.reshape(draws.shape).astype(np.float64)


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


def rates(scores: Scores, index: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Compute false and true positive rates of one label against the rest, from 0 to 1.

    None where the label is all there is, or is not there.
    """
    positive = scores.target == index
    if positive.all() or not positive.any():
        return None
    false, true, _ = roc_curve(positive, scores.scores[:, index])
    return false, true


def _auc(scores: Scores, index: int) -> float | None:
    curve = rates(scores, index)
    return None if curve is None else _round(auc(*curve))


def _round(value: float) -> float:
    return round(float(value), 4)
