"""Fully recurrent layers (Elman networks), after a few convolutions over time."""

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
    """Fully recurrent layers (Elman networks) after convolutions over time."""

    architecture: Literal["simple_rnn"] = "simple_rnn"
    """simple_rnn: convolutions over time, then fully recurrent layers"""

    recurrent_activation: Literal["tanh", "relu"] = "tanh"
    """of the recurrent layers: tanh or relu"""


def check(shape: tuple[int, int], settings: Settings) -> None:
    """Check that there are not too many steps."""
    check_unrolled(shape, settings)


def connect(layers: ModuleType, x: Any, settings: Settings) -> Any:
    """Connect the layers between the features and the scores."""
    unroll = is_converted(x)
    x = connect_convolutions(layers, x, settings)
    last = len(settings.units) - 1
    for index, units in enumerate(settings.units):
        x = layers.SimpleRNN(
            units,
            activation=settings.recurrent_activation,
            return_sequences=index < last,
            unroll=unroll,
            **recurrent_regularizers(settings),
            name=f"simple_rnn_{index}",
        )(x)
        x = layers.Dropout(settings.dropout, name=f"dropout_{index}")(x)
    return connect_dense(layers, x, settings)
