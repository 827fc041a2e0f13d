"""Step evaluate-seeds: figures of trainings that differ only in their seed, as a mean."""

import sys
from pathlib import Path

import numpy as np

from wav2nano.describe import describe_spread
from wav2nano.errors import UserError
from wav2nano.evaluation.average import FIGURES, average, read_tests
from wav2nano.evaluation.metrics import accuracy_and_f1, rounded
from wav2nano.files import write_json
from wav2nano.settings.evaluation import Answers


def evaluate_seeds(
    *,
    seeds: list[int],
    float_scores: list[Path],
    litert_scores: list[Path],
    answers: Answers,
    title: str,
    out: Path,
) -> None:
    """Gather what networks score that differ only in the seed of their training.

    Parameters
    ----------
    seeds
        The seeds.
    float_scores
        CSV file of the float model's scores for each seed, in the same order.
    litert_scores
        The same of the int8 model in LiteRT.
    answers
        What counts as one answer: windows or recordings.
    title
        Name of the experiment.
    out
        JSON file to write: the figures of each seed, and their mean with its interval and their
        standard deviation.

    Raises
    ------
    UserError
        If there are fewer than two seeds, or their scores are not of the same test set.
    """
    if len(seeds) < 2:
        raise UserError(
            "There are no seeds to average over: set evaluation.seeds in the experiment's settings."
        )
    tests = read_tests(float_scores, litert_scores, answers)
    first = tests["float"][0]
    for path, test in zip(
        [*float_scores, *litert_scores], [*tests["float"], *tests["int8"]], strict=True
    ):
        if not np.array_equal(test.recording, first.recording):
            raise UserError(
                f"{path} and {float_scores[0]} are not of the same test set. Delete both, and the "
                "next run makes them again."
            )
    by_seed = {name: [accuracy_and_f1(test) for test in found] for name, found in tests.items()}
    mean = {}
    for name, figures in by_seed.items():
        values = {key: np.array([one[key] for one in figures]) for key in FIGURES}
        spread = {f"{key}_std": rounded(values[key].std(ddof=1)) for key in FIGURES}
        mean[name] = average(figures) | spread
    write_json(
        out,
        {
            "experiment": title,
            "seeds": [
                {"seed": seed, **{name: figures[i] for name, figures in by_seed.items()}}
                for i, seed in enumerate(seeds)
            ],
            "mean": mean,
        },
    )
    print(f"int8, over {len(seeds)} seeds: {describe_spread(mean['int8'])}", file=sys.stderr)
