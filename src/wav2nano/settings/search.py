"""What a search is: settings of an experiment, and the values among which to find the best."""

import math
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from wav2nano.settings.base import Name, Seed, Settings

MOST_TRIALS = 400


class RangeSettings(Settings):
    """A range of numbers."""

    low: float
    """least value"""

    high: float
    """greatest value"""

    step: Annotated[float, Field(gt=0)] | None = None
    """from one value to the next; with a whole `low` and `step` the values are whole numbers.
    `null`: any value in between"""

    log: bool = False
    """whether values are as likely in each decade, such as learning rates"""

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if not self.low < self.high:
            raise ValueError(f"low ({self.low:g}) should be less than high ({self.high:g})")
        if self.log and self.step is not None:
            raise ValueError("log has no step: leave one of them out")
        if self.log and self.low <= 0:
            raise ValueError("log needs a low that is more than 0")
        return self

    def as_setting(self, value: float) -> float | int:
        """Round to three digits, or to a whole number, which a file can show."""
        if self.step is not None and self.low.is_integer() and self.step.is_integer():
            return round(value)
        if not value:
            return 0.0
        return round(value, 2 - math.floor(math.log10(abs(value))))


Values = Annotated[list[Any], Field(min_length=2)]


class SearchSettings(Settings):
    """A search: the best settings of an experiment by its score on validation."""

    base: Name
    """the experiment to start from: a file in config/experiments/, without .yaml"""

    choices: dict[str, Values] = Field(default_factory=dict)
    """lists of values by dotted name, such as model.units: [[32], [64]]"""

    ranges: dict[str, RangeSettings] = Field(default_factory=dict)
    """ranges of numbers by dotted name, such as model.kernel: {low: 3, high: 9, step: 2}"""

    trials: Annotated[int, Field(ge=1, le=MOST_TRIALS)] = 30
    """how many networks to train, those that are stopped early among them"""

    minutes: Annotated[float, Field(gt=0)] | None = None
    """after how long no further training is started; `null`: without a limit"""

    stop_early: bool = True
    """whether to stop a training whose validation loss is above the median of the others' in the
    same epoch"""

    seed: Seed = 1
    """seed of the search"""

    @model_validator(mode="after")
    def _searches(self) -> Self:
        if not self.choices and not self.ranges:
            raise ValueError("there is nothing to search: give `choices` or `ranges`")
        if twice := sorted(self.choices.keys() & self.ranges.keys()):
            raise ValueError(f"{twice[0]} is in choices and in ranges: leave one of them out")
        if "goal" in self.choices:
            raise ValueError("goal cannot be searched: it decides what is possible. Set it in base")
        return self
