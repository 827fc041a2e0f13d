"""Figures for a classifier, with their uncertainty."""

from typing import Any

import numpy as np
from sklearn.metrics import (
    auc,
    confusion_matrix,
    log_loss,
    precision_recall_fscore_support,
    roc_curve,
)

from wav2nano.settings.evaluation import Answers
from wav2nano.tables.scores import Scores
from wav2nano.uncertainty import accuracy_and_macro_f1, bootstrap_by_group


def measure(
    scores: Scores, *, resamplings: int, seed: int, answers: Answers = "windows"
) -> dict[str, Any]:
    """Compute counts, accuracy, macro F1, per-class figures and confidence intervals.

    The scores are of `answers`, by whose name they are counted.

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
        answers: len(scores.target),
        "correct": int((predicted == scores.target).sum()),
        "groups": len(set(scores.group)),
        "accuracy": rounded((predicted == scores.target).mean()),
        "accuracy_ci95": interval["accuracy"],
        "macro_f1": rounded(f1.mean()),
        "macro_f1_ci95": interval["macro_f1"],
        "loss": rounded(log_loss(scores.target, probability, labels=classes)),
        "per_class": {
            label: {
                "precision": rounded(precision[i]),
                "recall": rounded(recall[i]),
                "f1": rounded(f1[i]),
                answers: int(support[i]),
                "roc_auc": _auc(scores, i),
            }
            for i, label in enumerate(scores.labels)
        },
        "confusion": confusion_matrix(scores.target, predicted, labels=classes).tolist(),
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


def _auc(scores: Scores, index: int) -> float | None:
    curve = rates(scores, index)
    return None if curve is None else rounded(auc(*curve))


def accuracy_and_f1(scores: Scores) -> dict[str, float]:
    """Compute the two figures by which models are compared."""
    accuracy, macro_f1 = accuracy_and_macro_f1(scores)
    return {"accuracy": rounded(accuracy), "macro_f1": rounded(macro_f1)}


def rounded(value: float) -> float:
    """Round a figure to what is written of it."""
    return round(float(value), 4)
