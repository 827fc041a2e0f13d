"""Depthwise separable convolutions over time and frequency.

As in Zhang, Suda, Lai and Chandra, Hello Edge: Keyword Spotting on Microcontrollers, 2017: DS-CNN.
"""

from types import ModuleType
from typing import Annotated, Any, Literal

from pydantic import Field

from wav2nano.models.base import ModelSettings
from wav2nano.models.normalization import normalize


class Settings(ModelSettings):
    """Depthwise separable convolutions over time and frequency (Hello Edge)."""

    architecture: Literal["ds_cnn"] = "ds_cnn"
    """ds_cnn: depthwise separable convolutions over time and frequency"""

    filters: Annotated[int, Field(ge=1, le=256)] = 64
    """filters of each convolution"""

    kernel: Annotated[
        list[Annotated[int, Field(ge=1, le=31)]], Field(min_length=2, max_length=2)
    ] = Field(default=[10, 4])
    """frames and bins that the first convolution spans, which moves by 2 in both directions"""

    blocks: Annotated[int, Field(ge=0, le=8)] = 4
    """pairs of a depthwise convolution, which spans 3 frames and 3 bins, and a pointwise one"""

    dropout: Annotated[float, Field(ge=0, le=0.9)] = 0.2
    """share of the outputs that training drops"""


def check(shape: tuple[int, int], settings: Settings) -> None:
    """Any shape will do: the convolutions pad the window."""


def connect(layers: ModuleType, x: Any, settings: Settings) -> Any:
    """Connect the layers between the features and the scores."""
    frames, bins = x.shape[1:]
    x = layers.Reshape((frames, bins, 1), name="channel")(x)
    x = layers.Conv2D(
        settings.filters,
        settings.kernel,
        strides=2,
        padding="same",
        use_bias=False,
        name="conv",
    )(x)
    x = normalize(layers, x, "norm")
    x = layers.ReLU(name="relu")(x)
    for index in range(settings.blocks):
        x = layers.DepthwiseConv2D(
            3, padding="same", use_bias=False, name=f"depthwise_conv_{index}"
        )(x)
        x = normalize(layers, x, f"depthwise_norm_{index}")
        x = layers.ReLU(name=f"depthwise_relu_{index}")(x)
        x = layers.Conv2D(settings.filters, 1, use_bias=False, name=f"pointwise_conv_{index}")(x)
        x = normalize(layers, x, f"pointwise_norm_{index}")
        x = layers.ReLU(name=f"pointwise_relu_{index}")(x)
    x = layers.GlobalAveragePooling2D(name="average")(x)
    return layers.Dropout(settings.dropout, name="dropout")(x)
