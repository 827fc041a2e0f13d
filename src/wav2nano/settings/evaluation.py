"""How the test set is scored."""

from typing import Annotated, Literal

from pydantic import Field

from wav2nano.settings.base import Seed, Settings, Text

Answers = Literal["windows", "recordings"]


class EvaluationSettings(Settings):
    """How the test set is scored."""

    answers: Answers = "windows"
    """what counts as one answer: each window, as the board hears them, or each recording by the
    mean of its windows' scores, as clips that slide through several windows are scored elsewhere"""

    bootstrap: Annotated[int, Field(ge=100, le=100_000)] = 1000
    """resamplings for the confidence intervals"""

    seed: Seed = 1
    """seed of the resamplings"""

    random_split_too: bool = False
    """also train and test on a random split of the same windows, to show by how much such a figure,
    which is what is often published, flatters; nothing is built from it"""

    folds: Literal["all"] | Annotated[list[Text], Field(min_length=1)] | None = None
    """cross-validation: also train and test with each fold left out, all of them or those listed as
    text, such as ["1", "2"]. Folds are the official ones (split.policy official), or sets of groups
    (group)"""

    groups_per_fold: Annotated[int, Field(ge=1)] = 1
    """groups (speakers, sources) in a fold, in alphabetical order, where there are no official
    folds"""

    seeds: Annotated[int, Field(ge=1, le=100)] = 1
    """trainings on the experiment's own split, with training.seed and the next ones, whose mean and
    standard deviation show how much of a figure is luck; nothing is built from the others, and
    folds and a random split are trained once"""
