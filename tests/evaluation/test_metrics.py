"""Figures against their definitions."""

import csv
import tracemalloc
import warnings

import numpy as np
import pytest

from wav2nano.evaluation import metrics, plots
from wav2nano.evaluation.evaluate import (
    ROC_POINTS,
    describe_data,
    write_confusion,
    write_roc,
)
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
    monkeypatch.setattr(metrics, "BLOCK", block)  # however the draws are divided
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


def random_scores(classes, windows, seed=0, groups=9):
    random = np.random.default_rng(seed)
    labels = ["_unknown_", *(f"a long label {i}" for i in range(classes - 1))]
    target = random.integers(0, classes, windows)
    values = random.random((windows, classes))
    values[np.arange(windows), target] += 0.4
    text = np.array(["test"] * windows)
    return Scores(
        labels, values, target, text, random.integers(0, groups, windows).astype(str), text
    )


def read_csv(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_confusion_table_has_a_row_a_window(tmp_path):
    scores = scores_of([0, 0, 1, 2], [0, 1, 1, 2])
    write_confusion(tmp_path / "confusion.csv", scores)
    rows = [(row["actual"], row["predicted"]) for row in read_csv(tmp_path / "confusion.csv")]
    assert rows == [("yes", "yes"), ("yes", "no"), ("no", "no"), ("_silence_", "_silence_")]


@pytest.mark.parametrize(("classes", "windows"), [(2, 30), (5, 20_000)])
def test_roc_table_is_bounded_and_goes_from_none_to_all(tmp_path, classes, windows):
    scores = random_scores(classes, windows)
    write_roc(tmp_path / "roc.csv", scores)
    rows = read_csv(tmp_path / "roc.csv")
    for label in scores.labels:
        curve = np.array(
            [(row["false_alarms"], row["hits"]) for row in rows if row["label"] == label], float
        )
        assert 2 <= len(curve) <= ROC_POINTS
        assert curve[0].tolist() == [0, 0]
        assert curve[-1].tolist() == [1, 1]
        assert (np.diff(curve, axis=0) >= 0).all()
        # Few points lose little of the area.
        area = np.trapezoid(curve[:, 1], curve[:, 0])
        exact = measure(scores, resamplings=2, seed=1)["per_class"][label]["roc_auc"]
        assert area == pytest.approx(exact, abs=0.01)


def test_roc_table_leaves_out_a_label_that_is_not_there(tmp_path):
    write_roc(tmp_path / "roc.csv", scores_of([0, 0, 1], [0, 1, 1]))
    assert {row["label"] for row in read_csv(tmp_path / "roc.csv")} == {"yes", "no"}


@pytest.mark.parametrize("classes", [2, 35])
def test_plots_are_readable_with_few_and_many_labels(tmp_path, classes):
    scores = random_scores(classes, 40 * classes)
    figures = {name: measure(scores, resamplings=5, seed=1) for name in ("float", "int8")}
    about = ("title", "test set: random")
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # as of a legend without entries, or no room for the axes
        plots.confusion_matrices(figures, scores.labels, tmp_path / "confusion.png", *about)
        plots.per_class(figures, scores.labels, tmp_path / "per_class.png", *about)
        both = {"float": scores, "int8": scores}
        plots.roc_curves(both, tmp_path / "roc.png", *about)
        plots.det_curves(both, tmp_path / "det.png", *about)
    for name in ("confusion", "per_class", "roc", "det"):
        content = (tmp_path / f"{name}.png").read_bytes()
        width, height = np.frombuffer(content[16:24], ">u4")
        assert width <= 2200, name  # fits a screen
        assert height >= 400, name


def test_plots_have_the_same_bytes_again(tmp_path):
    scores = random_scores(4, 100)
    for name in ("one.png", "two.png"):
        plots.det_curves({"float": scores, "int8": scores}, tmp_path / name, "title", "")
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
