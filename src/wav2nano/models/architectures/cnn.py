"""Convolutions over time with pooling, then fully connected layers."""

from types import ModuleType
from typing import Annotated, Any, Literal

from pydantic import Field

from wav2nano.errors import UserError
from wav2nano.models.base import ModelSettings


class Settings(ModelSettings):
    """Convolutions over time with pooling, then fully connected layers."""

    architecture: Literal["cnn"] = "cnn"
    """cnn: convolutions over time with pooling"""

    filters: Annotated[
        list[Annotated[int, Field(ge=1, le=256)]], Field(min_length=1, max_length=6)
    ] = Field(default=[48, 64])
    """filters of each convolution"""

    kernel: Annotated[int, Field(ge=1, le=31)] = 5
    """frames that a convolution spans"""

    pool: Annotated[int, Field(ge=1, le=8)] = 2
    """frames pooled into one after each convolution; 1 for none"""

    units: Annotated[list[Annotated[int, Field(ge=1, le=512)]], Field(max_length=4)] = Field(
        default=[64]
    )
    """units of each fully connected layer; [] for none"""

    dropout: Annotated[float, Field(ge=0, le=0.9)] = 0.3
    """share of the outputs that training drops"""


def check(shape: tuple[int, int], settings: Settings) -> None:
    """Check that enough frames are left for every convolution and pooling."""
    frames = shape[0]
    for index in range(len(settings.filters)):
        left = (frames - settings.kernel + 1) // settings.pool
        if left < 1:
            raise UserError(
                f"model.filters: convolution {index + 1} of {len(settings.filters)} has {frames} "
                f"frames left, too few for a kernel of {settings.kernel} and a pool of "
                f"{settings.pool}. Use fewer convolutions, or a smaller kernel or pool."
            )
        frames = left


def connect(layers: ModuleType, x: Any, settings: Settings) -> Any:
    """Connect the layers between the features and the scores."""
    for index, filters in enumerate(settings.filters):
        x = layers.Conv1D(filters, settings.kernel, use_bias=False, name=f"conv_{index}")(x)
        x = layers.BatchNormalization(name=f"norm_{index}")(x)
        x = layers.ReLU(name=f"relu_{index}")(x)
        if settings.pool > 1:
            x = layers.MaxPooling1D(settings.pool, name=f"pool_{index}")(x)
        x = layers.Dropout(settings.dropout, name=f"conv_dropout_{index}")(x)
    x = layers.Flatten(name="flatten")(x)
    for index, units in enumerate(settings.units):
        x = layers.Dense(units, activation="relu", name=f"dense_{index}")(x)
        x = layers.Dropout(settings.dropout, name=f"dropout_{index}")(x)
    return x
