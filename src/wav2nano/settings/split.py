"""Which recordings train, validate and test."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from wav2nano.settings.base import Seed, Settings

MOST_HELD_OUT = 0.8  # of the recordings, for validation and test together

Policy = Literal["group", "recording", "official", "time"]


class SplitSettings(Settings):
    """Which recordings train, validate and test."""

    policy: Policy | None = None
    """`null`: as the data set says; or group (whole speakers), recording, official, time"""

    validation: Annotated[float, Field(gt=0, le=0.5)] = 0.15
    """share of the recordings, or of each one if divided by time; not for official folds"""

    test: Annotated[float, Field(gt=0, le=0.5)] = 0.2
    """the same for the test set"""

    synthetic: Literal["all", "train"] = "all"
    """where synthetic recordings go: all parts, or train alone, beside own ones of each label"""

    seed: Seed = 1
    """seed of the random assignments, of which the best balanced is used"""

    @model_validator(mode="after")
    def _leaves_some(self) -> Self:
        if self.validation + self.test > MOST_HELD_OUT:
            raise ValueError(
                f"validation and test are {self.validation + self.test:g} of the recordings "
                f"together; at most {MOST_HELD_OUT:g} leaves enough to train on"
            )
        return self


class SplitPlan(SplitSettings):
    """How a data set is split: what the experiment leaves open is filled in by the data set."""

    policy: Policy
    folds: dict[Literal["validation", "test"], list[str]] = Field(default_factory=dict)
    """official folds of validation and test; without those of validation, it takes groups of the
    folds that train"""

    test_groups: list[str] = Field(default_factory=list)
    """groups that test, in cross-validation: of the others some validate"""
