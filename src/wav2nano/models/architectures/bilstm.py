"""Long short-term memory in both directions of time, after a few convolutions over time."""

from types import ModuleType
from typing import Annotated, Any, Literal

from pydantic import Field

from wav2nano.models.recurrent import (
    RecurrentSettings,
    connect_convolutions,
    connect_dense,
    recurrent_regularizers,
)


class Settings(RecurrentSettings):
    """LSTM layers in both directions of time after convolutions over time."""

    architecture: Literal["bilstm"] = "bilstm"
    """bilstm: convolutions over time, then LSTM layers in both directions"""

    units: Annotated[
        list[Annotated[int, Field(ge=1, le=512)]], Field(min_length=1, max_length=2)
    ] = Field(default=[32])
    """units of each LSTM layer in each direction"""


def check(shape: tuple[int, int], settings: Settings) -> None:
    """Any shape will do: the convolutions pad the window."""


def connect(layers: ModuleType, x: Any, settings: Settings) -> Any:
    """Connect the layers between the features and the scores."""
    x = connect_convolutions(layers, x, settings)
    last = len(settings.units) - 1
    for index, units in enumerate(settings.units):
        one_way = layers.LSTM(
            units,
            return_sequences=index < last,
            **recurrent_regularizers(settings),
            name=f"lstm_{index}",
        )
        x = layers.Bidirectional(one_way, name=f"bilstm_{index}")(x)
        x = layers.Dropout(settings.dropout, name=f"dropout_{index}")(x)
    return connect_dense(layers, x, settings)
