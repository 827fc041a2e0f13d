"""Figures against their definitions."""

import numpy as np
import pytest

from wav2nano.evaluation.evaluate import describe_data
from wav2nano.evaluation.metrics import bootstrap_by_group, measure
from wav2nano.evaluation.scores import Scores

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
    )


def test_figures_by_hand():
    figures = measure(scores_of([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 0, 2]), resamplings=200, seed=1)
    assert figures["accuracy"] == pytest.approx(4 / 6, abs=1e-4)
    assert figures["confusion"] == [[2, 1, 0], [1, 1, 0], [0, 0, 1]]
    yes = figures["per_class"]["yes"]
    assert (yes["precision"], yes["recall"], yes["windows"]) == (0.6667, 0.6667, 3)
    assert figures["macro_f1"] == pytest.approx((2 / 3 + 1 / 2 + 1) / 3, abs=1e-4)
    assert figures["loss"] == pytest.approx(-(4 * np.log(0.8) + 2 * np.log(0.1)) / 6, abs=1e-3)


def test_a_class_never_predicted_counts_as_zero():
    figures = measure(scores_of([0, 1, 2], [0, 0, 2]), resamplings=100, seed=1)
    assert figures["per_class"]["no"]["f1"] == 0
    assert figures["macro_f1"] < 0.6


def test_intervals_are_of_groups_not_of_windows():
    # Ten speakers, each of whom is understood always or never: a hundred windows are ten facts.
    target = np.zeros(100, dtype=int)
    by_speaker = np.repeat([0, 0, 0, 0, 0, 0, 0, 1, 1, 1], 10)
    speakers = np.repeat([f"s{i}" for i in range(10)], 10)
    grouped = bootstrap_by_group(scores_of(target, by_speaker, speakers), resamplings=2000, seed=1)[
        "accuracy"
    ]
    single = bootstrap_by_group(scores_of(target, by_speaker), resamplings=2000, seed=1)["accuracy"]
    assert np.ptp(grouped) == pytest.approx(2 * 1.96 * np.sqrt(0.7 * 0.3 / 10), rel=0.15)
    assert np.ptp(single) == pytest.approx(2 * 1.96 * np.sqrt(0.7 * 0.3 / 100), rel=0.15)


def test_one_group_has_no_interval():
    figures = bootstrap_by_group(scores_of([0, 1], [0, 1], ["s", "s"]), resamplings=100, seed=1)
    assert figures == {"accuracy": None, "macro_f1": None}


@pytest.mark.parametrize(
    ("origins", "words", "synthetic"),
    [
        (["espeak", "flite", "noise"], "synthetic speech,", True),
        (["own", "own", "noise"], "recorded,", False),
        (["own", "espeak", "noise"], "50% synthetic speech, the rest recorded", True),
    ],
)
def test_synthetic_speech_is_called_that(origins, words, synthetic):
    data = describe_data(scores_of([0, 1, 2], [0, 1, 2], origins=origins))
    assert data["description"].startswith(words)
    assert data["synthetic"] is synthetic
