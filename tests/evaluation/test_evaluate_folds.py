"""Figures of cross-validation are those that scipy and scikit-learn compute."""

import csv
import json

import numpy as np
import pytest
from made_up_scores import LABELS, scores_of
from scipy.stats import ttest_1samp
from sklearn.metrics import accuracy_score, f1_score

from wav2nano.errors import UserError
from wav2nano.evaluation.average import t_interval
from wav2nano.evaluation.evaluate_folds import evaluate_folds
from wav2nano.settings.evaluation import EvaluationSettings
from wav2nano.tables.scores import KEYS

WRONG = {"float": 0.2, "int8": 0.3}


@pytest.fixture
def made(tmp_path):
    """Write scores of each fold by each runtime; gives their targets and predictions, too."""

    def make(folds, labels=LABELS):
        random = np.random.default_rng(3)
        paths, answers = {name: [] for name in WRONG}, {name: [] for name in WRONG}
        for fold in range(folds):
            target = np.arange(30 + fold) % 3
            for name, share in WRONG.items():
                wrong = random.random(len(target)) < share
                predicted = np.where(wrong, (target + 1) % 3, target)
                found = scores_of(target, predicted)
                path = tmp_path / f"{name}{fold}.csv"
                with path.open("w", newline="") as file:
                    writer = csv.writer(file)
                    writer.writerow([*KEYS, *(f"score {label}" for label in labels)])
                    for i, scores in enumerate(found.scores):
                        group = f"speaker {fold}.{i % 4}"
                        keys = ("test", f"{fold}/{i}", 0, group, "own", labels[target[i]])
                        writer.writerow([*keys, *scores])
                    writer.writerow(["validation", "x", 0, "g", "own", labels[0], 0, 1, 0])
                paths[name].append(path)
                answers[name].append((target, predicted))
        return paths, answers

    return make


def evaluate(paths, folds, out, answers="windows"):
    evaluate_folds(
        folds=folds,
        float_scores=paths["float"],
        litert_scores=paths["int8"],
        settings=EvaluationSettings(bootstrap=200, answers=answers),
        title="digits",
        out=out,
    )
    return json.loads((out / "folds.json").read_text())


def test_folds_mean_and_pool(made, tmp_path):
    paths, answers = made(4)
    found = evaluate(paths, ["1", "2", "5", "10"], tmp_path)
    assert [one["fold"] for one in found["folds"]] == ["1", "2", "5", "10"]
    assert [one["windows"] for one in found["folds"]] == [30, 31, 32, 33]
    assert {one["groups"] for one in found["folds"]} == {4}
    scorers = {
        "accuracy": accuracy_score,
        "macro_f1": lambda target, predicted: f1_score(target, predicted, average="macro"),
    }
    for name, folds in answers.items():
        for key, scorer in scorers.items():
            expected = [scorer(*answer) for answer in folds]
            assert [one[name][key] for one in found["folds"]] == pytest.approx(expected, abs=1e-4)
            mean = found["mean"][name]
            assert mean[key] == pytest.approx(np.mean(expected), abs=1e-4)
            values = [one[name][key] for one in found["folds"]]
            interval = ttest_1samp(values, 0).confidence_interval(0.95)
            assert mean[f"{key}_ci95"] == pytest.approx(
                [interval.low, min(1, interval.high)], abs=1e-4
            )
            pooled = scorer(*map(np.concatenate, zip(*folds, strict=True)))
            assert found["pooled"][name][key] == pytest.approx(pooled, abs=1e-4)
            low, high = found["pooled"][name][f"{key}_ci95"]
            assert low < pooled < high
    assert (tmp_path / "folds.png").read_bytes().startswith(b"\x89PNG")


def test_recordings_are_counted_where_they_are_scored(made, tmp_path):
    found = evaluate(made(2)[0], ["1", "2"], tmp_path, "recordings")
    assert [one["recordings"] for one in found["folds"]] == [30, 31]
    assert "windows" not in found["folds"][0]


def test_one_fold_has_no_interval_of_the_mean(made, tmp_path):
    found = evaluate(made(1)[0], ["a"], tmp_path)
    assert found["mean"]["int8"]["accuracy_ci95"] is None
    assert found["pooled"]["int8"]["accuracy_ci95"] is not None


def test_an_interval_of_shares_ends_at_one():
    assert t_interval(np.array([0.8, 1.0, 1.0]))[1] == 1
    assert t_interval(np.array([0.8, 0.8, 0.8])) == [0.8, 0.8]


def test_a_hundred_folds_can_be_plotted(made, tmp_path):
    paths, _ = made(100)
    evaluate(paths, [f"fold {i}" for i in range(100)], tmp_path)
    width, height = np.frombuffer((tmp_path / "folds.png").read_bytes()[16:24], ">u4")
    assert width < 3500
    assert height < 900


def test_what_cannot_be_gathered_is_told(made, tmp_path):
    with pytest.raises(UserError, match=r"no folds: set evaluation\.folds"):
        evaluate({"float": [], "int8": []}, [], tmp_path)
    paths, _ = made(2)
    text = paths["int8"][1].read_text()
    paths["int8"][1].write_text(text.replace("score no", "score nie").replace(",no,", ",nie,"))
    with pytest.raises(UserError, match=r"int81\.csv and .*float0\.csv have scores of different"):
        evaluate(paths, ["1", "2"], tmp_path)
    lines = paths["float"][0].read_text().splitlines(keepends=True)
    paths["float"][0].write_text("".join(line for line in lines if not line.startswith("test")))
    with pytest.raises(UserError, match=r"float0\.csv has no windows of the test set"):
        evaluate(paths, ["1", "2"], tmp_path)
