"""What a sweep is: experiments that differ in a few settings."""

from typing import Annotated, Any

from pydantic import Field

from wav2nano.settings.base import Name, Settings

Row = Annotated[dict[str, Any], Field(min_length=1)]
Values = Annotated[list[Any], Field(min_length=1)]


class SweepSettings(Settings):
    """A sweep: the variants of an experiment."""

    base: Name
    """the experiment to vary: a file in config/experiments/, without .yaml"""

    table: list[Row] = Field(default_factory=list)
    """a variant for each row: settings by dotted name, such as {model.units: [32]}"""

    product: dict[str, Values] = Field(default_factory=dict)
    """lists of values by dotted name: a variant for each combination, and for each row of `table`
    if there is one"""
