"""Step evaluate-folds: figures of cross-validation, fold by fold, as a mean and pooled."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wav2nano.errors import UserError
from wav2nano.evaluation import plots
from wav2nano.evaluation.average import FIGURES, average, read_tests
from wav2nano.evaluation.metrics import accuracy_and_f1
from wav2nano.files import write_json
from wav2nano.settings.evaluation import EvaluationSettings
from wav2nano.tables.scores import Scores, join_scores
from wav2nano.uncertainty import bootstrap_by_group


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
    scores = read_tests(float_scores, litert_scores, settings.answers)
    by_fold = {name: [accuracy_and_f1(part) for part in parts] for name, parts in scores.items()}
    found: dict[str, Any] = {
        "experiment": title,
        "folds": [
            {
                "fold": fold,
                settings.answers: len(scores["float"][i].target),
                "groups": len(set(scores["float"][i].group)),
                **{name: figures[i] for name, figures in by_fold.items()},
            }
            for i, fold in enumerate(folds)
        ],
        # Folds share training data: they are not quite independent, and the interval of their mean
        # is somewhat too narrow (Bengio and Grandvalet 2004).
        "mean": {name: average(figures) for name, figures in by_fold.items()},
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


def _pooled(parts: Sequence[Scores], *, resamplings: int, seed: int) -> dict[str, Any]:
    """Take the answers of all folds for one test set; intervals as those of a single one."""
    pooled = join_scores(parts)
    interval = bootstrap_by_group(pooled, resamplings=resamplings, seed=seed)
    found: dict[str, Any] = accuracy_and_f1(pooled)
    return found | {f"{key}_ci95": interval[key] for key in FIGURES}
