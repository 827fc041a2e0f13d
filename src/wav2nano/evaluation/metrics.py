"""Figures for a classifier, with what chance could have made of them."""

from typing import Any

import numpy as np
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    f1_score,
    log_loss,
    precision_recall_fscore_support,
    roc_auc_score,
    roc_curve,
)

from wav2nano.evaluation.scores import Scores


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
        "accuracy": _round(accuracy_score(scores.target, predicted)),
        "accuracy_ci95": interval["accuracy"],
        "macro_f1": _round(
            f1_score(scores.target, predicted, labels=classes, average="macro", zero_division=0.0)
        ),
        "macro_f1_ci95": interval["macro_f1"],
        "loss": _round(log_loss(scores.target, probability, labels=classes)),
        "per_class": {
            label: {
                "precision": _round(precision[i]),
                "recall": _round(recall[i]),
                "f1": _round(f1[i]),
                "windows": int(support[i]),
                "roc_auc": _auc(scores.target == i, scores.scores[:, i]),
            }
            for i, label in enumerate(scores.labels)
        },
        "confusion": confusion_matrix(scores.target, predicted, labels=classes).tolist(),
    }


def bootstrap_by_group(
    scores: Scores, *, resamplings: int, seed: int
) -> dict[str, list[float] | None]:
    """95 % intervals of accuracy and macro F1; None with fewer than two groups."""
    names, group = np.unique(scores.group, return_inverse=True)
    if len(names) < 2:
        return {"accuracy": None, "macro_f1": None}
    classes = len(scores.labels)
    predicted = scores.scores.argmax(axis=1)
    confusion = np.zeros((len(names), classes, classes))
    np.add.at(confusion, (group, scores.target, predicted), 1)
    draws = np.random.default_rng(seed).integers(0, len(names), (resamplings, len(names)))
    sums = confusion[draws].sum(axis=1)
    hits = np.diagonal(sums, axis1=1, axis2=2)
    accuracy = hits.sum(axis=1) / sums.sum(axis=(1, 2))
    either = sums.sum(axis=1) + sums.sum(axis=2)
    # A class that a bootstrap sample lacks altogether says nothing about its F1.
    present = np.where(either > 0, 1.0, np.nan)
    macro_f1 = np.nanmean(present * 2 * hits / np.maximum(either, 1), axis=1)
    return {
        name: [_round(value) for value in np.percentile(values, [2.5, 97.5])]
        for name, values in {"accuracy": accuracy, "macro_f1": macro_f1}.items()
    }


def rates(scores: Scores, index: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Compute false and true positive rates of one label against the rest, from 0 to 1.

    None where the label is all there is, or is not there.
    """
    positive = scores.target == index
    if positive.all() or not positive.any():
        return None
    false, true, _ = roc_curve(positive, scores.scores[:, index])
    return false, true


def _auc(positive: np.ndarray, score: np.ndarray) -> float | None:
    if positive.all() or not positive.any():
        return None
    return _round(roc_auc_score(positive, score))


def _round(value: float) -> float:
    return round(float(value), 4)
