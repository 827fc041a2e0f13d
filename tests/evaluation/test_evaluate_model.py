"""What was scored is told as it is, and the tables hold what the plots show."""

import csv
import io
import json

import numpy as np
import pytest
from made_up_scores import random_scores, scores_of
from sklearn.metrics import accuracy_score, f1_score

from wav2nano.errors import UserError
from wav2nano.evaluation.evaluate_model import (
    ROC_POINTS,
    describe_data,
    evaluate_model,
    write_confusion,
    write_roc,
)
from wav2nano.evaluation.metrics import measure
from wav2nano.settings.evaluation import EvaluationSettings
from wav2nano.tables.scores import KEYS


@pytest.mark.parametrize(
    ("origins", "words", "synthetic"),
    [
        (["espeak", "flite", "noise"], "synthetic speech,", True),
        (["own", "own", "noise"], "recorded,", False),
        (["own", "espeak", "noise"], "50% synthetic speech, the rest recorded", True),
        (["piper", "piper", "noise"], "synthetic speech,", True),  # an engine not known here
        (["own", "piper", "noise"], "50% synthetic speech, the rest recorded", True),
    ],
)
def test_synthetic_speech_is_called_that(origins, words, synthetic):
    data = describe_data(scores_of([0, 1, 2], [0, 1, 2], origins=origins))
    assert data["description"].startswith(words)
    assert data["synthetic"] is synthetic


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


@pytest.fixture
def evaluate(tmp_path):
    """A function that writes tables of scores, spoils one, and evaluates them."""

    def run(name="", spoil=lambda text: text, answers="windows"):
        history = "epoch,loss,accuracy,validation_loss,validation_accuracy,kept\n1,1,0.5,1,0.5,1\n"
        tables = {"history": history}
        for runtime in ("float", "litert"):
            scores = random_scores(3, 60)
            file = io.StringIO()
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([*KEYS, *(f"score {label}" for label in scores.labels)])
            for i, row in enumerate(scores.scores):
                label = scores.labels[scores.target[i]]
                part = "validation" if i < 15 else "test"
                writer.writerow([part, i, 0, f"group {i % 7}", "own", label, *row])
            tables[runtime] = file.getvalue()
        for table, text in tables.items():
            text = spoil(text) if table == name else text
            (tmp_path / f"{table}.csv").write_text(text)
        evaluate_model(
            float_scores=tmp_path / "float.csv",
            litert_scores=tmp_path / "litert.csv",
            history=tmp_path / "history.csv",
            settings=EvaluationSettings(answers=answers),
            title="t",
            out=tmp_path,
        )
        return json.loads((tmp_path / "evaluation.json").read_text())

    return run


def test_what_is_not_for_the_board_has_no_scores_of_the_generated_c(evaluate):
    evaluation = evaluate()
    assert evaluation["int8"] == evaluation["float"]  # the same scores here
    assert "litert" not in evaluation
    assert evaluation["agreement"] == {"int8_with_float": 1.0}


def test_recordings_are_counted_where_they_are_scored(evaluate):
    evaluation = evaluate(answers="recordings")
    assert evaluation["test_data"]["description"] == "recorded, 45 recordings of 7 groups"
    assert evaluation["int8"]["recordings"] == 45
    assert "windows" not in json.dumps(evaluation)


def test_validation_has_figures_of_its_own(evaluate):
    evaluation = evaluate()
    scores = random_scores(3, 60)
    target, predicted = scores.target[:15], scores.scores.argmax(axis=1)[:15]
    assert evaluation["int8"]["windows"] == 45
    assert evaluation["validation"]["int8"] == {
        "accuracy": round(accuracy_score(target, predicted), 4),
        "macro_f1": round(f1_score(target, predicted, average="macro"), 4),
    }


SPOILED = {
    "no row": (lambda text: text.splitlines(True)[0], "no windows of the test set"),
    "no test": (lambda text: text.replace("\ntest,", "\nvalidation,"), "no windows of the test"),
    "no validation": (
        lambda text: text.replace("\nvalidation,", "\ntest,"),
        "no windows of validation|not of the same windows",
    ),
    "a row less": (lambda text: text[: text.rindex("\ntest") + 1], "not of the same windows"),
    "no number": (lambda text: f"{text[: text.rindex(',')]},nan\n", "a score is not a number"),
    "a cell less": (lambda text: f"{text[: text.rindex(',')]}\n", "is damaged"),
}


@pytest.mark.parametrize("case", SPOILED)
@pytest.mark.parametrize("name", ["float", "litert"])
def test_damaged_scores_are_told(evaluate, name, case):
    spoil, words = SPOILED[case]
    with pytest.raises(UserError, match=words) as caught:
        evaluate(name, spoil)
    assert f"{name}.csv" in str(caught.value)


def test_a_history_without_a_kept_epoch_is_told(evaluate):
    with pytest.raises(
        UserError, match=r"history\.csv is damaged.*of no epoch were the weights kept"
    ):
        evaluate("history", lambda text: text.replace(",1\n", ",0\n"))
