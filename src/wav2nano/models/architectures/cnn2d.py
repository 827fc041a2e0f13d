"""Convolutions over time and frequency with pooling, then fully connected layers."""

from types import ModuleType
from typing import Annotated, Any, Literal

from pydantic import Field

from wav2nano.models.convolutions_2d import Convolutions2DSettings, connect_convolutions_2d


class Settings(Convolutions2DSettings):
    """Convolutions over time and frequency with pooling, then fully connected layers."""

    architecture: Literal["cnn2d"] = "cnn2d"
    """cnn2d: convolutions over time and frequency"""

    filters: Annotated[
        list[Annotated[int, Field(ge=1, le=256)]], Field(min_length=1, max_length=6)
    ] = Field(default=[16, 32, 64])
    """filters of each convolution"""

    join: Literal["average", "flatten"] = "average"
    """how the places after the last convolution come together: average or flatten"""

    dense: Annotated[list[Annotated[int, Field(ge=1, le=512)]], Field(max_length=4)] = Field(
        default=[64]
    )
    """units of each fully connected layer; [] for none"""

    dropout: Annotated[float, Field(ge=0, le=0.9)] = 0.2
    """share of the outputs that training drops"""


def check(shape: tuple[int, int], settings: Settings) -> None:
    """Any shape will do: convolutions and pooling pad the window."""


def connect(layers: ModuleType, x: Any, settings: Settings) -> Any:
    """Connect the layers between the features and the scores."""
    x = connect_convolutions_2d(layers, x, settings)
    if settings.join == "average":
        x = layers.GlobalAveragePooling2D(name="average")(x)
    else:
        x = layers.Flatten(name="flatten")(x)
    x = layers.Dropout(settings.dropout, name="dropout")(x)
    for index, units in enumerate(settings.dense):
        x = layers.Dense(units, activation="relu", name=f"dense_{index}")(x)
        x = layers.Dropout(settings.dropout, name=f"dense_dropout_{index}")(x)
    return x
