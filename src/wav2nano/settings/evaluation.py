"""How the test set is scored."""

from typing import Annotated

from pydantic import Field

from wav2nano.settings.base import Seed, Settings


class EvaluationSettings(Settings):
    """How the test set is scored."""

    bootstrap: Annotated[int, Field(ge=100, le=100_000)] = 1000
    """resamplings for the confidence intervals"""

    seed: Seed = 1
    """seed of the resamplings"""

    random_split_too: bool = False
    """also train and test on a random split of the same windows, to show by how much such a figure,
    which is what is often published, flatters; nothing is built from it"""
