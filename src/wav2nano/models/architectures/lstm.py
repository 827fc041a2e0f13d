"""Long short-term memory, after a few convolutions over time."""

from types import ModuleType
from typing import Annotated, Any, Literal

from pydantic import Field

from wav2nano.models.base import ModelSettings


class Settings(ModelSettings):
    """LSTM layers after convolutions over time."""

    architecture: Literal["lstm"] = "lstm"
    """lstm: convolutions over time, then LSTM layers"""

    filters: Annotated[list[Annotated[int, Field(ge=1, le=256)]], Field(max_length=4)] = Field(
        default=[48, 64]
    )
    """filters of each convolution, the first with stride 2; [] for none"""

    kernel: Annotated[int, Field(ge=1, le=15)] = 5
    """frames that a convolution spans"""

    units: Annotated[
        list[Annotated[int, Field(ge=1, le=512)]], Field(min_length=1, max_length=4)
    ] = Field(default=[64])
    """units of each LSTM layer"""

    dropout: Annotated[float, Field(ge=0, le=0.9)] = 0.3
    """share of the outputs that training drops"""


def check(shape: tuple[int, int], settings: Settings) -> None:
    """Any shape will do: the convolutions pad the window."""


def connect(layers: ModuleType, x: Any, settings: Settings) -> Any:
    """Connect the layers between the features and the scores."""
    for index, filters in enumerate(settings.filters):
        x = layers.Conv1D(
            filters,
            settings.kernel,
            strides=1 if index else 2,
            padding="same",
            use_bias=False,
            name=f"conv_{index}",
        )(x)
        x = layers.BatchNormalization(name=f"norm_{index}")(x)
        x = layers.ReLU(name=f"relu_{index}")(x)
        x = layers.SpatialDropout1D(0.1, name=f"spatial_dropout_{index}")(x)
    last = len(settings.units) - 1
    for index, units in enumerate(settings.units):
        x = layers.LSTM(units, return_sequences=index < last, name=f"lstm_{index}")(x)
        x = layers.Dropout(settings.dropout, name=f"dropout_{index}")(x)
    return x
