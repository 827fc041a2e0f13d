"""Figures over seeds are those that scipy, statistics and scikit-learn compute."""

import csv
import json
import statistics

import numpy as np
import pytest
from made_up_scores import LABELS, scores_of
from scipy.stats import ttest_1samp
from sklearn.metrics import accuracy_score, f1_score

from wav2nano.errors import UserError
from wav2nano.evaluation.evaluate_seeds import evaluate_seeds
from wav2nano.tables.scores import KEYS

TARGET = np.arange(60) % 3
SCORERS = {
    "accuracy": accuracy_score,
    "macro_f1": lambda target, predicted: f1_score(target, predicted, average="macro"),
}


@pytest.fixture
def made(tmp_path):
    """Write scores of models that are wrong in shares of the windows; gives paths, predictions."""

    def make(name, shares, recordings=60):
        random = np.random.default_rng(3)
        paths, answers = [], []
        for i, share in enumerate(shares):
            predicted = np.where(random.random(60) < share, (TARGET + 1) % 3, TARGET)
            paths.append(tmp_path / f"{name}{i}.csv")
            with paths[-1].open("w", newline="") as file:
                writer = csv.writer(file)
                writer.writerow([*KEYS, *(f"score {label}" for label in LABELS)])
                for j, scores in enumerate(scores_of(TARGET, predicted).scores):
                    key = ("test", j % recordings, j, f"speaker {j % 3}", "own", LABELS[TARGET[j]])
                    writer.writerow([*key, *scores])
                writer.writerow(["validation", "x", 0, "g", "own", LABELS[0], 0, 1, 0])
            answers.append(predicted)
        return paths, answers

    return make


def evaluate(paths, seeds, out, answers="windows"):
    evaluate_seeds(
        seeds=seeds,
        float_scores=paths[0],
        litert_scores=paths[1],
        answers=answers,
        title="digits",
        out=out,
    )
    return json.loads(out.read_text())


def test_mean_standard_deviation_and_interval(made, tmp_path):
    shares = {"float": (0.1, 0.2, 0.15, 0.12), "int8": (0.2, 0.3, 0.25, 0.2)}
    written = {name: made(name, found) for name, found in shares.items()}
    found = evaluate([paths for paths, _ in written.values()], [1, 2, 3, 4], tmp_path / "s.json")
    assert [one["seed"] for one in found["seeds"]] == [1, 2, 3, 4]
    for name, (_, answers) in written.items():
        for key, scorer in SCORERS.items():
            expected = [scorer(TARGET, answer) for answer in answers]
            assert [one[name][key] for one in found["seeds"]] == pytest.approx(expected, abs=1e-4)
            values = [one[name][key] for one in found["seeds"]]
            mean = found["mean"][name]
            assert mean[key] == pytest.approx(statistics.mean(values), abs=1e-4)
            assert mean[f"{key}_std"] == pytest.approx(statistics.stdev(values), abs=1e-4)
            assert mean[f"{key}_std"] > 0
            interval = ttest_1samp(values, 0).confidence_interval(0.95)
            assert mean[f"{key}_ci95"] == pytest.approx(
                [interval.low, min(1, interval.high)], abs=1e-4
            )


def test_recordings_are_scored_where_the_experiment_says_so(made, tmp_path):
    # Sixty windows of three recordings, which the mean of twenty scores each gets right.
    paths, _ = made("model", (0.2, 0.3), recordings=3)
    windows = evaluate([paths, paths], [1, 2], tmp_path / "windows.json")
    recordings = evaluate([paths, paths], [1, 2], tmp_path / "recordings.json", "recordings")
    assert windows["mean"]["int8"]["accuracy"] < 0.9
    assert recordings["mean"]["int8"]["accuracy"] == 1
    assert recordings["mean"]["int8"]["accuracy_std"] == 0


def test_one_seed_is_no_average(made, tmp_path):
    paths, _ = made("model", (0.2,))
    with pytest.raises(UserError, match=r"no seeds to average over: set evaluation\.seeds"):
        evaluate([paths, paths], [1], tmp_path / "seeds.json")


def test_scores_of_another_test_set_are_told(made, tmp_path):
    paths, _ = made("model", (0.2, 0.3))
    paths[1].write_text(paths[1].read_text().replace("test,7,", "test,77,"))
    with pytest.raises(UserError, match=r"model1\.csv and .*model0\.csv are not of the same test"):
        evaluate([paths, paths], [1, 2], tmp_path / "seeds.json")
    paths[1].write_text(paths[1].read_text().replace("_silence_", "_noise_"))
    with pytest.raises(UserError, match=r"model1\.csv and .*model0\.csv have scores of different"):
        evaluate([paths, paths], [1, 2], tmp_path / "seeds.json")
