"""Figures of several trainings of an experiment, as a mean."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from wav2nano.errors import UserError
from wav2nano.evaluation.metrics import rounded
from wav2nano.settings.evaluation import Answers
from wav2nano.tables.scores import Scores, read_answers

FIGURES = ("accuracy", "macro_f1")


def read_tests(
    float_scores: Sequence[Path], litert_scores: Sequence[Path], answers: Answers
) -> dict[str, list[Scores]]:
    """Read what the float and the int8 model of each training score on its test set.

    Raises
    ------
    UserError
        If there is no test set, or the scores are not of the same labels.
    """
    tests = {
        "float": [_read_test(path, answers) for path in float_scores],
        "int8": [_read_test(path, answers) for path in litert_scores],
    }
    paths = [*float_scores, *litert_scores]
    for path, test in zip(paths, [*tests["float"], *tests["int8"]], strict=True):
        if test.labels != tests["float"][0].labels:
            raise UserError(
                f"{path} and {paths[0]} have scores of different labels. Delete both, and the next "
                "run makes them again."
            )
    return tests


def average(figures: Sequence[dict[str, float]]) -> dict[str, Any]:
    """Average figures over trainings, with 95 % intervals of Student's t.

    The interval takes them for independent, and is None for a single one.
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


def _read_test(path: Path, answers: Answers) -> Scores:
    test = read_answers(path, answers).of_part("test")
    if not len(test.target):
        raise UserError(f"{path} has no windows of the test set. Score the model again.")
    return test
