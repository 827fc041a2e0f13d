"""Residual network of separable convolutions over time, with the bins as channels.

As in Majumdar and Ginsburg, MatchboxNet: 1D Time-Channel Separable Convolutional Neural Network
Architecture for Speech Commands Recognition, 2020: MatchboxNet-BxRxC.
"""

from types import ModuleType
from typing import Annotated, Any, Literal

from pydantic import Field

from wav2nano.models.base import ModelSettings
from wav2nano.models.normalization import normalize


class Settings(ModelSettings):
    """Residual blocks of separable convolutions over time (MatchboxNet)."""

    architecture: Literal["matchboxnet"] = "matchboxnet"
    """matchboxnet: residual blocks of separable convolutions over time"""

    blocks: Annotated[int, Field(ge=1, le=6)] = 3
    """residual blocks (B)"""

    repeats: Annotated[int, Field(ge=1, le=5)] = 1
    """separable convolutions in a block (R)"""

    filters: Annotated[int, Field(ge=1, le=256)] = 64
    """filters of each convolution in a block (C)"""

    outer_filters: Annotated[int, Field(ge=1, le=256)] = 128
    """filters of the convolution before the blocks, and of the two after them"""

    dropout: Annotated[float, Field(ge=0, le=0.9)] = 0.1
    """share of the outputs of each block that training drops"""


def check(shape: tuple[int, int], settings: Settings) -> None:
    """Any shape will do: the convolutions pad the window."""


def connect(layers: ModuleType, x: Any, settings: Settings) -> Any:
    """Connect the layers between the features and the scores.

    Time is one side of an image of width 1, since TensorFlow Lite has depthwise convolutions over
    images only.
    """

    def separable(
        x: Any, name: str, filters: int, kernel: int, *, stride: int = 1, dilation: int = 1
    ) -> Any:
        x = layers.DepthwiseConv2D(
            (kernel, 1),
            strides=stride,
            padding="same",
            dilation_rate=(dilation, 1),
            use_bias=False,
            name=f"{name}_depthwise",
        )(x)
        return pointwise(x, name, filters)

    def pointwise(x: Any, name: str, filters: int) -> Any:
        x = layers.Conv2D(filters, 1, use_bias=False, name=f"{name}_pointwise")(x)
        return normalize(layers, x, f"{name}_norm")

    def activate(x: Any, name: str) -> Any:
        x = layers.ReLU(name=f"{name}_relu")(x)
        return layers.Dropout(settings.dropout, name=f"{name}_dropout")(x)

    frames, bins = x.shape[1:]
    x = layers.Reshape((frames, 1, bins), name="image")(x)
    x = activate(separable(x, "before", settings.outer_filters, 11, stride=2), "before")
    for block in range(settings.blocks):
        shortcut = pointwise(x, f"block_{block}_shortcut", settings.filters)
        for repeat in range(settings.repeats):
            name = f"block_{block}_{repeat}"
            if repeat:
                x = activate(x, f"block_{block}_{repeat - 1}")
            x = separable(x, name, settings.filters, 13 + 2 * block)
        x = layers.Add(name=f"block_{block}_add")([x, shortcut])
        x = activate(x, f"block_{block}")
    x = activate(separable(x, "after_0", settings.outer_filters, 29, dilation=2), "after_0")
    x = activate(pointwise(x, "after_1", settings.outer_filters), "after_1")
    return layers.GlobalAveragePooling2D(name="average")(x)
