"""Convolutions over time with pooling, then fully connected layers."""

from types import ModuleType
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from wav2nano.errors import UserError
from wav2nano.models.base import ModelSettings

MOST = 6  # convolutions

Kernel = Annotated[int, Field(ge=1, le=31)]
Stride = Annotated[int, Field(ge=1, le=16)]


def _form(value: Any) -> str:
    """Tell which of the two a value is, so that messages speak of that one alone."""
    return "list" if isinstance(value, list) else "number"


class Settings(ModelSettings):
    """Convolutions over time with pooling, then fully connected layers."""

    architecture: Literal["cnn"] = "cnn"
    """cnn: convolutions over time with pooling"""

    filters: Annotated[
        list[Annotated[int, Field(ge=1, le=256)]], Field(min_length=1, max_length=MOST)
    ] = Field(default=[48, 64])
    """filters of each convolution"""

    kernel: Annotated[
        Annotated[Kernel, Tag("number")]
        | Annotated[list[Kernel], Field(min_length=1, max_length=MOST), Tag("list")],
        Discriminator(_form),
    ] = 5
    """frames that a convolution spans; or a list, one number for each convolution (1 to 31)"""

    stride: Annotated[
        Annotated[Stride, Tag("number")]
        | Annotated[list[Stride], Field(min_length=1, max_length=MOST), Tag("list")],
        Discriminator(_form),
    ] = 1
    """frames by which a convolution moves; or a list, one number for each convolution (1 to 16)"""

    pool: Annotated[int, Field(ge=1, le=8)] = 2
    """frames pooled into one after each convolution; 1 for none"""

    units: Annotated[list[Annotated[int, Field(ge=1, le=512)]], Field(max_length=4)] = Field(
        default=[64]
    )
    """units of each fully connected layer; [] for none"""

    dropout: Annotated[float, Field(ge=0, le=0.9)] = 0.3
    """share of the outputs that training drops"""


def check(shape: tuple[int, int], settings: Settings) -> None:
    """Check that there is a kernel, a stride and enough frames for every convolution."""
    count = len(settings.filters)
    for name, value in (("kernel", settings.kernel), ("stride", settings.stride)):
        if isinstance(value, list) and len(value) != count:
            raise UserError(
                f"model.{name}: {value} has {len(value)} numbers, but model.filters makes {count} "
                "convolutions. Give one number for each convolution, or a single one for all."
            )
    frames = shape[0]
    for index, (_, kernel, stride) in enumerate(_convolutions(settings)):
        left = ((frames - kernel) // stride + 1) // settings.pool
        if left < 1:
            raise UserError(
                f"model.filters: convolution {index + 1} of {count} has {frames} frames left, too "
                f"few for a kernel of {kernel} and a pool of {settings.pool}. Use fewer "
                "convolutions, or a smaller kernel, stride or pool."
            )
        frames = left


def connect(layers: ModuleType, x: Any, settings: Settings) -> Any:
    """Connect the layers between the features and the scores."""
    for index, (filters, kernel, stride) in enumerate(_convolutions(settings)):
        x = layers.Conv1D(filters, kernel, strides=stride, use_bias=False, name=f"conv_{index}")(x)
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


def _convolutions(settings: Settings) -> list[tuple[int, int, int]]:
    """List filters, kernel and stride of each convolution."""
    kernels, strides = (
        value if isinstance(value, list) else [value] * len(settings.filters)
        for value in (settings.kernel, settings.stride)
    )
    return list(zip(settings.filters, kernels, strides, strict=True))
