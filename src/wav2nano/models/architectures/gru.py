"""Gated recurrent units, after a few convolutions over time."""

from types import ModuleType
from typing import Any, Literal

from wav2nano.models.recurrent import (
    RecurrentSettings,
    check_unrolled,
    connect_convolutions,
    connect_dense,
    is_converted,
    recurrent_regularizers,
)


class Settings(RecurrentSettings):
    """Gated recurrent units after convolutions over time."""

    architecture: Literal["gru"] = "gru"
    """gru: convolutions over time, then gated recurrent units"""


def check(shape: tuple[int, int], settings: Settings) -> None:
    """Check that there are not too many steps."""
    check_unrolled(shape, settings)


def connect(layers: ModuleType, x: Any, settings: Settings) -> Any:
    """Connect the layers between the features and the scores."""
    unroll = is_converted(x)
    x = connect_convolutions(layers, x, settings)
    last = len(settings.units) - 1
    for index, units in enumerate(settings.units):
        x = layers.GRU(
            units,
            return_sequences=index < last,
            unroll=unroll,
            **recurrent_regularizers(settings),
            name=f"gru_{index}",
        )(x)
        x = layers.Dropout(settings.dropout, name=f"dropout_{index}")(x)
    return connect_dense(layers, x, settings)
