"""Recordings of the labels in other data sets."""

from typing import Annotated

from pydantic import Field

from wav2nano.settings.base import Name, Seed, Settings


class JoinSettings(Settings):
    """Recordings of the labels in other data sets, which join the experiment's."""

    datasets: list[Name] = Field(default_factory=list)
    """data sets of spoken words whose recordings of the labels join in, such as mswc (which is
    fetched first, 32 GB)"""

    recordings: Annotated[int, Field(ge=1, le=100_000)] = 1000
    """at most so many of each label from each of them, drawn at random"""

    unknown: Annotated[int, Field(ge=0, le=100_000)] = 2000
    """so many of other words from each of them, which join _unknown_: as many words as possible"""

    seed: Seed = 1
    """seed of what is drawn"""
