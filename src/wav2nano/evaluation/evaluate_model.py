"""Step evaluate-model: figures and plots of float and int8 models on the test set."""

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from wav2nano.describe import NOISE, describe_accuracy
from wav2nano.errors import UserError
from wav2nano.evaluation import plots
from wav2nano.evaluation.metrics import accuracy_and_f1, measure, rates
from wav2nano.files import as_written, read_csv, write_csv, write_json
from wav2nano.settings.evaluation import Answers, EvaluationSettings
from wav2nano.tables.recordings import OWN
from wav2nano.tables.scores import Scores, read_answers

HISTORY = ("epoch", "loss", "accuracy", "validation_loss", "validation_accuracy", "kept")
ROC_POINTS = 60  # of each label in roc.csv


def evaluate_model(
    *,
    float_scores: Path,
    litert_scores: Path,
    c_scores: Path | None = None,
    history: Path,
    settings: EvaluationSettings,
    title: str,
    out: Path,
) -> None:
    """Measure the float and the int8 model on the test set.

    Parameters
    ----------
    float_scores
        CSV file of the float model's scores.
    litert_scores
        The same of the int8 model in LiteRT.
    c_scores
        The same of the int8 model as the board computes it; none where it is not for the board.
    history
        CSV file of the training's history.
    settings
        `evaluation` of the experiment.
    title
        Name of the experiment, for the plots.
    out
        Folder to write `evaluation.json`, the plots, and `confusion.csv` and `roc.csv` (of the
        int8 model, as the board computes it if it is for the board) to.
    """
    paths = {"float": float_scores, "litert": litert_scores, "int8": c_scores or litert_scores}
    scores = {name: read_answers(path, settings.answers) for name, path in paths.items()}
    test = {name: found.of_part("test") for name, found in scores.items()}
    validation = {name: scores[name].of_part("validation") for name in ("float", "int8")}
    for name, part in test.items():
        if not len(part.target):
            raise UserError(f"{paths[name]} has no windows of the test set. Score the model again.")
        if not (scores[name].part == "validation").any():
            raise UserError(f"{paths[name]} has no windows of validation. Score the model again.")
        if part.labels != test["float"].labels or not np.array_equal(
            part.target, test["float"].target
        ):
            raise UserError(
                f"{paths[name]} and {float_scores} are not of the same windows. Delete both, and "
                "the next run makes them again."
            )
    if c_scores is None:
        del test["litert"]  # it is int8
    labels, answers = test["float"].labels, settings.answers
    data = describe_data(test["float"], answers)
    figures = {
        name: measure(part, resamplings=settings.bootstrap, seed=settings.seed, answers=answers)
        for name, part in test.items()
    }
    agreement = {"int8_with_float": _agreement(test["int8"], test["float"])}
    if "litert" in test:
        difference = np.abs(test["int8"].scores - test["litert"].scores).max()
        agreement |= {
            "int8_with_litert": _agreement(test["int8"], test["litert"]),
            "largest_score_difference_to_litert": round(float(difference), 5),
        }
    evaluation = {
        "experiment": title,
        "test_data": data,
        **figures,
        "validation": {name: accuracy_and_f1(part) for name, part in validation.items()},
        "agreement": agreement,
    }
    subtitle = f"test set: {data['description']}"
    shown = {"float": test["float"], "int8": test["int8"]}
    plots.learning_curves(
        _read_history(history), figures["float"], out / "learning_curves.png", title, subtitle
    )
    plots.confusion_matrices(figures, labels, out / "confusion.png", title, subtitle, answers)
    plots.per_class(figures, labels, out / "per_class.png", title, subtitle, answers)
    plots.roc_curves(shown, out / "roc.png", title, subtitle)
    plots.det_curves(shown, out / "det.png", title, subtitle)
    write_confusion(out / "confusion.csv", test["int8"])
    write_roc(out / "roc.csv", test["int8"])
    # Last: if evaluation.json exists, everything does.
    write_json(out / "evaluation.json", evaluation)
    for name in ("float", "int8"):
        print(f"{name}: {describe_accuracy(figures[name])}, {subtitle}", file=sys.stderr)


def write_confusion(path: Path, test: Scores) -> None:
    """Write one row per window or recording: its label and the predicted label."""
    predicted = test.scores.argmax(axis=1)
    pairs = zip(test.target, predicted, strict=True)
    write_csv(path, ["actual", "predicted"], [(test.labels[a], test.labels[b]) for a, b in pairs])


def write_roc(path: Path, test: Scores) -> None:
    """Write points of each label's ROC curve, at most `ROC_POINTS`, evenly along it."""
    rows = []
    for index, label in enumerate(test.labels):
        if (curve := rates(test, index)) is None:
            continue
        false, true = curve
        along = false + true  # from 0 to 2, never less than before
        kept = np.unique(np.searchsorted(along, np.linspace(0, along[-1], ROC_POINTS)))
        rows += [(label, f"{false[i]:.5f}", f"{true[i]:.5f}") for i in kept]
    write_csv(path, ["label", "false_alarms", "hits"], rows)


def describe_data(test: Scores, answers: Answers = "windows") -> dict[str, Any]:
    """Describe what was scored, in figures and in words."""
    origins = Counter(test.origin.tolist())
    spoken = {name: count for name, count in origins.items() if name != NOISE}
    synthetic = sum(count for name, count in spoken.items() if name != OWN)
    if not spoken or synthetic == sum(spoken.values()):
        kind = "synthetic speech"
    elif synthetic:
        kind = f"{synthetic / sum(spoken.values()):.0%} synthetic speech, the rest recorded"
    else:
        kind = "recorded"
    groups = len(set(test.group))
    return {
        "description": f"{kind}, {len(test.target)} {answers} of {groups} groups",
        "synthetic": synthetic > 0,
        "origins": dict(sorted(origins.items())),
    }


def _agreement(one: Scores, other: Scores) -> float:
    same = one.scores.argmax(axis=1) == other.scores.argmax(axis=1)
    return round(float(same.mean()), 5)


def _read_history(path: Path) -> dict[str, np.ndarray]:
    with as_written(path):
        rows = read_csv(path)
        if not rows:
            raise ValueError("it has no epochs")
        history = {key: np.array([float(row[key]) for row in rows]) for key in HISTORY}
        if not (history["kept"] == 1).any():
            raise ValueError("of no epoch were the weights kept")
        return history
