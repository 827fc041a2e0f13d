"""Step evaluate-folds: figures of cross-validation, fold by fold, as a mean and pooled."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from wav2nano.errors import UserError
from wav2nano.evaluation import plots
from wav2nano.evaluation.metrics import accuracy_and_f1, rounded
from wav2nano.files import write_json
from wav2nano.settings.evaluation import EvaluationSettings
from wav2nano.tables.scores import Scores, join_scores, read_answers
from wav2nano.uncertainty import bootstrap_by_group

FIGURES = ("accuracy", "macro_f1")


def evaluate_folds(
    *,
    folds: list[str],
    float_scores: list[Path],
    litert_scores: list[Path],
    settings: EvaluationSettings,
    title: str,
    out: Path,
) -> None:
    """Gather what networks score on the folds that were left out in their training.

    Parameters
    ----------
    folds
        Names of the folds.
    float_scores
        CSV file of the float model's scores for each fold, in the same order.
    litert_scores
        The same of the int8 model in LiteRT.
    settings
        `evaluation` of the experiment.
    title
        Name of the experiment, for the plot.
    out
        Folder to write `folds.json` and the plot to.

    Raises
    ------
    UserError
        If there are no folds, or their scores are not of the same labels.
    """
    if not folds:
        raise UserError("There are no folds: set evaluation.folds in the experiment's settings.")
    scores = {
        "float": [_read_test(path, settings) for path in float_scores],
        "int8": [_read_test(path, settings) for path in litert_scores],
    }
    paths = [*float_scores, *litert_scores]
    for path, part in zip(paths, [*scores["float"], *scores["int8"]], strict=True):
        if part.labels != scores["float"][0].labels:
            raise UserError(
                f"{path} and {paths[0]} have scores of different labels. Delete both, and the next "
                "run makes them again."
            )
    by_fold = {name: [accuracy_and_f1(part) for part in parts] for name, parts in scores.items()}
    found: dict[str, Any] = {
        "experiment": title,
        "folds": [
            {
                "fold": fold,
                "windows": len(scores["float"][i].target),
                "groups": len(set(scores["float"][i].group)),
                **{name: figures[i] for name, figures in by_fold.items()},
            }
            for i, fold in enumerate(folds)
        ],
        "mean": {name: mean_over_folds(figures) for name, figures in by_fold.items()},
        "pooled": {
            name: _pooled(parts, resamplings=settings.bootstrap, seed=settings.seed)
            for name, parts in scores.items()
        },
    }
    plots.folds(found, out / "folds.png", f"{title}: cross-validation")
    # Last: if folds.json exists, everything does.
    write_json(out / "folds.json", found)
    mean = found["mean"]["int8"]
    print(
        f"int8: mean accuracy over {len(folds)} folds {mean['accuracy']:.1%}, macro F1 "
        f"{mean['macro_f1']:.3f}",
        file=sys.stderr,
    )


def mean_over_folds(figures: Sequence[dict[str, float]]) -> dict[str, Any]:
    """Average figures over folds, with 95 % intervals of Student's t.

    The interval takes the folds' figures for independent. They share training data and are not
    quite (Bengio and Grandvalet 2004), so that it is somewhat too narrow. None for a single fold.
    """
    found: dict[str, Any] = {}
    for key in FIGURES:
        values = np.array([one[key] for one in figures])
        found |= {key: rounded(values.mean()), f"{key}_ci95": t_interval(values)}
    return found


def t_interval(values: np.ndarray) -> list[float] | None:
    """Compute the 95 % interval of the mean of some shares by Student's t; None of fewer than two.

    Examples
    --------
    >>> t_interval(np.array([0.6, 0.7, 0.8]))
    [0.4516, 0.9484]
    """
    from scipy.stats import t

    if len(values) < 2:
        return None
    half = t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    low, high = np.clip([values.mean() - half, values.mean() + half], 0, 1)
    return [rounded(low), rounded(high)]


def _pooled(parts: Sequence[Scores], *, resamplings: int, seed: int) -> dict[str, Any]:
    """Take the windows of all folds for one test set; intervals as those of a single one."""
    pooled = join_scores(parts)
    interval = bootstrap_by_group(pooled, resamplings=resamplings, seed=seed)
    found: dict[str, Any] = accuracy_and_f1(pooled)
    return found | {f"{key}_ci95": interval[key] for key in FIGURES}


def _read_test(path: Path, settings: EvaluationSettings) -> Scores:
    test = read_answers(path, settings.answers).of_part("test")
    if not len(test.target):
        raise UserError(f"{path} has no windows of the test set. Score the model again.")
    return test
