"""Fully connected layers over all features of a window."""

from types import ModuleType
from typing import Annotated, Any, Literal

from pydantic import Field

from wav2nano.models.base import ModelSettings


class Settings(ModelSettings):
    """Fully connected layers over all features of a window."""

    architecture: Literal["dense"] = "dense"
    """dense: fully connected layers over the whole window"""

    units: Annotated[
        list[Annotated[int, Field(ge=1, le=512)]], Field(min_length=1, max_length=4)
    ] = Field(default=[64])
    """units of each layer"""

    dropout: Annotated[float, Field(ge=0, le=0.9)] = 0.3
    """share of the outputs that training drops"""


def check(shape: tuple[int, int], settings: Settings) -> None:
    """Any shape will do."""


def connect(layers: ModuleType, x: Any, settings: Settings) -> Any:
    """Connect the layers between the features and the scores."""
    x = layers.Flatten(name="flatten")(x)
    for index, units in enumerate(settings.units):
        x = layers.Dense(units, activation="relu", name=f"dense_{index}")(x)
        x = layers.Dropout(settings.dropout, name=f"dropout_{index}")(x)
    return x
