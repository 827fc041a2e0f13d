"""Long short-term memory, after a few convolutions over time."""

from types import ModuleType
from typing import Any, Literal

from wav2nano.models.recurrent import RecurrentSettings, connect_recurrent

ANY_LENGTH = True  # the converter makes one operation of an LSTM, whatever the number of frames


class Settings(RecurrentSettings):
    """LSTM layers after convolutions over time."""

    architecture: Literal["lstm"] = "lstm"
    """lstm: convolutions over time, then LSTM layers"""


def check(shape: tuple[int, int], settings: Settings) -> None:
    """Any shape will do: the convolutions pad the window."""


def connect(layers: ModuleType, x: Any, settings: Settings) -> Any:
    """Connect the layers between the features and the scores."""

    def recurrent(index: int, units: int, **rest: Any) -> Any:
        return layers.LSTM(units, name=f"lstm_{index}", **rest)

    return connect_recurrent(layers, x, settings, recurrent)
