"""Figures against their definitions."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from made_up_scores import random_scores, scores_of

from wav2nano import uncertainty
from wav2nano.evaluation.metrics import measure
from wav2nano.uncertainty import bootstrap_by_group


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


def intervals_of_whole_matrices(scores, resamplings, seed):
    """The definition: sum the confusion matrices of the groups that were drawn."""
    names, group = np.unique(scores.group, return_inverse=True)
    classes = len(scores.labels)
    matrices = np.zeros((len(names), classes, classes))
    np.add.at(matrices, (group, scores.target, scores.scores.argmax(axis=1)), 1)
    draws = np.random.default_rng(seed).integers(0, len(names), (resamplings, len(names)))
    figures = []
    for matrix in (matrices[drawn].sum(axis=0) for drawn in draws):
        hits, either = np.diagonal(matrix), matrix.sum(axis=0) + matrix.sum(axis=1)
        seen = either > 0
        figures.append((hits.sum() / matrix.sum(), np.mean(2 * hits[seen] / either[seen])))
    accuracy, macro_f1 = np.round(np.percentile(figures, [2.5, 97.5], axis=0), 4).T.tolist()
    return {"accuracy": accuracy, "macro_f1": macro_f1}


@pytest.mark.parametrize("block", [1, 64, 1 << 20])
@pytest.mark.parametrize(("classes", "windows"), [(3, 40), (7, 500), (30, 60)])
def test_intervals_are_those_of_whole_matrices(monkeypatch, block, classes, windows):
    monkeypatch.setattr(uncertainty, "BLOCK", block)  # however the draws are divided
    scores = random_scores(classes, windows)
    found = bootstrap_by_group(scores, resamplings=151, seed=3)
    assert found == intervals_of_whole_matrices(scores, 151, 3)


def test_intervals_of_many_groups_and_classes_need_little_memory():
    scores = random_scores(50, 20_000, groups=200)
    tracemalloc.start()
    try:
        bootstrap_by_group(scores, resamplings=1000, seed=1)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16e6


def test_one_group_has_no_interval():
    figures = bootstrap_by_group(scores_of([0, 1], [0, 1], ["s", "s"]), resamplings=100, seed=1)
    assert figures == {"accuracy": None, "macro_f1": None}


def test_a_recording_has_the_mean_scores_of_its_windows():
    scores = scores_of(target=[0, 0, 1, 1], predicted=[0, 1, 1, 0], groups=["a", "a", "b", "b"])
    scores = replace(scores, recording=np.array(["x.wav", "x.wav", "y.wav", "z.wav"]))
    scores = replace(scores, part=np.array(["test", "test", "test", "train"]))
    whole = scores.of_recordings()
    assert whole.recording.tolist() == ["x.wav", "y.wav", "z.wav"]
    assert whole.part.tolist() == ["test", "test", "train"]
    assert (whole.target.tolist(), whole.group.tolist()) == ([0, 1, 1], ["a", "b", "b"])
    np.testing.assert_allclose(whole.scores[0], [0.45, 0.45, 0.1])
    np.testing.assert_allclose(whole.scores[1], [0.1, 0.8, 0.1])


def test_a_recording_in_two_parts_counts_in_each():
    scores = scores_of(target=[0, 0], predicted=[0, 1])
    scores = replace(scores, recording=np.array(["x.wav"] * 2), part=np.array(["test", "train"]))
    assert sorted(scores.of_recordings().part) == ["test", "train"]
