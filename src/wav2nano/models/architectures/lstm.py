"""Long short-term memory, after a few convolutions over time."""

from types import ModuleType
from typing import Any, Literal

from wav2nano.models.recurrent import (
    RecurrentSettings,
    connect_convolutions,
    connect_dense,
    recurrent_regularizers,
)


class Settings(RecurrentSettings):
    """LSTM layers after convolutions over time."""

    architecture: Literal["lstm"] = "lstm"
    """lstm: convolutions over time, then LSTM layers"""


def check(shape: tuple[int, int], settings: Settings) -> None:
    """Any shape will do: the convolutions pad the window."""


def connect(layers: ModuleType, x: Any, settings: Settings) -> Any:
    """Connect the layers between the features and the scores."""
    x = connect_convolutions(layers, x, settings)
    last = len(settings.units) - 1
    for index, units in enumerate(settings.units):
        x = layers.LSTM(
            units,
            return_sequences=index < last,
            **recurrent_regularizers(settings),
            name=f"lstm_{index}",
        )(x)
        x = layers.Dropout(settings.dropout, name=f"dropout_{index}")(x)
    return connect_dense(layers, x, settings)
