"""Fully recurrent layers (Elman networks), after a few convolutions over time."""

from types import ModuleType
from typing import Any, Literal

from wav2nano.models.recurrent import (
    RecurrentSettings,
    check_unrolled,
    connect_recurrent,
    is_converted,
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

    def recurrent(index: int, units: int, **rest: Any) -> Any:
        return layers.SimpleRNN(
            units,
            activation=settings.recurrent_activation,
            unroll=unroll,
            name=f"simple_rnn_{index}",
            **rest,
        )

    return connect_recurrent(layers, x, settings, recurrent)
