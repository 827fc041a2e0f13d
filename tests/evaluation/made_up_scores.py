"""Scores that no model gave."""

import numpy as np

from wav2nano.tables.scores import Scores

LABELS = ["yes", "no", "_silence_"]


def scores_of(target, predicted, groups=None, origins=None):
    target, predicted = np.array(target), np.array(predicted)
    values = np.full((len(target), len(LABELS)), 0.1)
    values[np.arange(len(target)), predicted] = 0.8
    return Scores(
        LABELS,
        values,
        target,
        np.array(["test"] * len(target)),
        np.array(groups if groups is not None else [str(i) for i in range(len(target))]),
        np.array(origins if origins is not None else ["own"] * len(target)),
        np.array([f"{i}.wav" for i in range(len(target))]),
        np.zeros(len(target), np.int64),
    )


def random_scores(classes, windows, seed=0, groups=9):
    random = np.random.default_rng(seed)
    labels = ["_unknown_", *(f"a long label {i}" for i in range(classes - 1))]
    target = random.integers(0, classes, windows)
    values = random.random((windows, classes))
    values[np.arange(windows), target] += 0.4
    text = np.array(["test"] * windows)
    group = random.integers(0, groups, windows).astype(str)
    return Scores(labels, values, target, text, group, text, text, np.arange(windows))
