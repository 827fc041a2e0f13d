"""Gated recurrent units, after a few convolutions over time."""

from types import ModuleType
from typing import Any, Literal

from wav2nano.models.recurrent import (
    RecurrentSettings,
    check_unrolled,
    connect_recurrent,
    is_converted,
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

    def recurrent(index: int, units: int, **rest: Any) -> Any:
        return layers.GRU(units, unroll=unroll, name=f"gru_{index}", **rest)

    return connect_recurrent(layers, x, settings, recurrent)
