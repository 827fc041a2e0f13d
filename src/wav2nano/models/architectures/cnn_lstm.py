"""Convolutions over time and frequency, then long short-term memory over time (CRNN)."""

from types import ModuleType
from typing import Annotated, Any, Literal

from pydantic import Field

from wav2nano.models.convolutions_2d import Convolutions2DSettings, connect_convolutions_2d


class Settings(Convolutions2DSettings):
    """Convolutions over time and frequency with pooling, then LSTM layers over time."""

    architecture: Literal["cnn_lstm"] = "cnn_lstm"
    """cnn_lstm: convolutions over time and frequency, then LSTM layers"""

    filters: Annotated[
        list[Annotated[int, Field(ge=1, le=256)]], Field(min_length=1, max_length=4)
    ] = Field(default=[16, 32])
    """filters of each convolution"""

    step_units: Annotated[int, Field(ge=0, le=512)] = 64
    """units of a fully connected layer before the LSTM layers, the same at each step; 0 for none"""

    units: Annotated[
        list[Annotated[int, Field(ge=1, le=512)]], Field(min_length=1, max_length=4)
    ] = Field(default=[64])
    """units of each LSTM layer"""

    dropout: Annotated[float, Field(ge=0, le=0.9)] = 0.2
    """share of the outputs that training drops"""


def check(shape: tuple[int, int], settings: Settings) -> None:
    """Any shape will do: convolutions and pooling pad the window."""


def connect(layers: ModuleType, x: Any, settings: Settings) -> Any:
    """Connect the layers between the features and the scores."""
    x = connect_convolutions_2d(layers, x, settings, spatial_dropout=0.1)
    # A step is still a stretch of time: all bins of all filters at that time are its features.
    steps, bins, filters = x.shape[1:]
    x = layers.Reshape((steps, bins * filters), name="steps")(x)
    if settings.step_units:
        x = layers.Dense(settings.step_units, activation="relu", name="step")(x)
        x = layers.Dropout(settings.dropout, name="step_dropout")(x)
    last = len(settings.units) - 1
    for index, units in enumerate(settings.units):
        x = layers.LSTM(units, return_sequences=index < last, name=f"lstm_{index}")(x)
        x = layers.Dropout(settings.dropout, name=f"dropout_{index}")(x)
    return x
