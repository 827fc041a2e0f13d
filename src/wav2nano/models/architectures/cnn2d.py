"""Convolutions over time and frequency with pooling, then fully connected layers."""

from types import ModuleType
from typing import Annotated, Any, Literal

from pydantic import Field

from wav2nano.models.base import ModelSettings
from wav2nano.models.normalization import normalize


class Settings(ModelSettings):
    """Convolutions over time and frequency with pooling, then fully connected layers."""

    architecture: Literal["cnn2d"] = "cnn2d"
    """cnn2d: convolutions over time and frequency"""

    filters: Annotated[
        list[Annotated[int, Field(ge=1, le=256)]], Field(min_length=1, max_length=6)
    ] = Field(default=[16, 32, 64])
    """filters of each convolution"""

    kernel: Annotated[int, Field(ge=1, le=15)] = 3
    """frames and bins that a convolution spans"""

    pool: Annotated[list[Annotated[int, Field(ge=1, le=8)]], Field(min_length=2, max_length=2)] = (
        Field(default=[2, 2])
    )
    """frames and bins pooled into one after each convolution; 1 for none"""

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
    frames, bins = x.shape[1:]
    x = layers.Reshape((frames, bins, 1), name="channel")(x)
    for index, filters in enumerate(settings.filters):
        x = layers.Conv2D(
            filters, settings.kernel, padding="same", use_bias=False, name=f"conv_{index}"
        )(x)
        x = normalize(layers, x, f"norm_{index}")
        x = layers.ReLU(name=f"relu_{index}")(x)
        if max(settings.pool) > 1:
            x = layers.MaxPooling2D(settings.pool, padding="same", name=f"pool_{index}")(x)
    if settings.join == "average":
        x = layers.GlobalAveragePooling2D(name="average")(x)
    else:
        x = layers.Flatten(name="flatten")(x)
    x = layers.Dropout(settings.dropout, name="dropout")(x)
    for index, units in enumerate(settings.dense):
        x = layers.Dense(units, activation="relu", name=f"dense_{index}")(x)
        x = layers.Dropout(settings.dropout, name=f"dense_dropout_{index}")(x)
    return x
