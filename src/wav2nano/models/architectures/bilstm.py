"""Long short-term memory in both directions of time, after a few convolutions over time."""

from types import ModuleType
from typing import Annotated, Any, Literal

from pydantic import Field

from wav2nano.models.recurrent import RecurrentSettings, connect_recurrent

ANY_LENGTH = True  # the converter makes one operation of an LSTM, whatever the number of frames


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

    def recurrent(index: int, units: int, **rest: Any) -> Any:
        one_way = layers.LSTM(units, name=f"lstm_{index}", **rest)
        return layers.Bidirectional(one_way, name=f"bilstm_{index}")

    return connect_recurrent(layers, x, settings, recurrent)
