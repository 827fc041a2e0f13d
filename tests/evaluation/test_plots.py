"""Plots can be read, and are the same again."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from made_up_scores import random_scores
from matplotlib.figure import Figure
from matplotlib.text import Text

from wav2nano.evaluation import plots
from wav2nano.evaluation.metrics import measure


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


def test_any_label_can_be_drawn(tmp_path):
    scores = replace(random_scores(3, 60), labels=[r"$\foo$", "$5 or $6", "größe"])
    figures = {name: measure(scores, resamplings=5, seed=1) for name in ("float", "int8")}
    plots.confusion_matrices(figures, scores.labels, tmp_path / "confusion.png", "t", "")
    plots.roc_curves({"float": scores, "int8": scores}, tmp_path / "roc.png", "t", "")


def test_hundreds_of_labels_are_drawn(tmp_path):
    labels = [f"label {i}" for i in range(400)]
    random = np.random.default_rng(1)
    counts = random.integers(0, 3, (400, 400)).tolist()
    figures = {name: {"confusion": counts, "accuracy": 0.5, "windows": 9} for name in plots.NAMES}
    plots.confusion_matrices(figures, labels, tmp_path / "confusion.png", "t", "")
    width, height = np.frombuffer((tmp_path / "confusion.png").read_bytes()[16:24], ">u4")
    assert max(width, height) < 2**14


@pytest.fixture
def said(monkeypatch):
    """All texts of the plots that are saved."""
    texts = []
    save = Figure.savefig
    monkeypatch.setattr(
        Figure,
        "savefig",
        lambda self, *a, **k: (
            save(self, *a, **k),
            texts.extend(text.get_text() for text in self.findobj(Text)),
        ),
    )
    return texts


def test_no_number_is_written_in_tex(tmp_path, said):
    """Plots do not read TeX, for labels may have dollar signs."""
    scores = random_scores(3, 60)
    both = {"float": scores, "int8": scores}
    figures = {name: measure(scores, resamplings=5, seed=1) for name in both}
    plots.roc_curves(both, tmp_path / "roc.png", "t", "")
    plots.det_curves(both, tmp_path / "det.png", "t", "")
    plots.confusion_matrices(figures, scores.labels, tmp_path / "confusion.png", "t", "")
    plots.per_class(figures, scores.labels, tmp_path / "per_class.png", "t", "")
    assert "0.1" in said
    assert not [text for text in said if "$" in text]


def test_plots_say_whether_windows_or_recordings_are_counted(tmp_path, said):
    scores = random_scores(2, 60)
    what = "recordings"
    measured = measure(scores, resamplings=5, seed=1, answers=what)
    figures = {"float": measured, "int8": measured}
    plots.confusion_matrices(figures, scores.labels, tmp_path / "confusion.png", "t", "", what)
    plots.per_class(figures, scores.labels, tmp_path / "per_class.png", "t", "", what)
    assert "label (recordings in the test set)" in said
    assert len([text for text in said if text.endswith("of 60 recordings correct")]) == 2
    assert not [text for text in said if "window" in text]
