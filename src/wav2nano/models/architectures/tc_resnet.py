"""Residual network of convolutions over time, with the bins as channels.

As in Choi et al., Temporal Convolution for Real-time Keyword Spotting on Mobile Devices, 2019:
TC-ResNet. `filters: [16, 24, 32, 48]` is TC-ResNet8, and with each width of a block given twice it
is TC-ResNet14.
"""

from types import ModuleType
from typing import Annotated, Any, Literal

from pydantic import Field

from wav2nano.models.base import ModelSettings
from wav2nano.models.normalization import normalize

FIRST_KERNEL = 3


class Settings(ModelSettings):
    """Residual blocks of convolutions over time, with the bins as channels (TC-ResNet)."""

    architecture: Literal["tc_resnet"] = "tc_resnet"
    """tc_resnet: residual blocks of convolutions over time"""

    filters: Annotated[
        list[Annotated[int, Field(ge=1, le=256)]], Field(min_length=2, max_length=9)
    ] = Field(default=[24, 36, 48, 72])
    """filters of the first convolution and of each block; one with another number than the block
    before it moves by 2 frames"""

    kernel: Annotated[int, Field(ge=1, le=31)] = 9
    """frames that a convolution in a block spans"""

    dropout: Annotated[float, Field(ge=0, le=0.9)] = 0.3
    """share of the outputs that training drops"""


def check(shape: tuple[int, int], settings: Settings) -> None:
    """Any shape will do: the convolutions pad the window."""


def connect(layers: ModuleType, x: Any, settings: Settings) -> Any:
    """Connect the layers between the features and the scores."""

    def convolve(x: Any, name: str, filters: int, kernel: int, stride: int = 1) -> Any:
        x = layers.Conv1D(
            filters,
            kernel,
            strides=stride,
            padding="same",
            use_bias=False,
            name=f"{name}_conv",
        )(x)
        return normalize(layers, x, f"{name}_norm")

    first, *blocks = settings.filters
    x = convolve(x, "first", first, FIRST_KERNEL)
    x = layers.ReLU(name="first_relu")(x)
    before = first
    for index, filters in enumerate(blocks):
        shortcut, stride = x, 1
        if filters != before:
            stride = 2
            shortcut = convolve(x, f"block_{index}_shortcut", filters, 1, stride)
            shortcut = layers.ReLU(name=f"block_{index}_shortcut_relu")(shortcut)
        x = convolve(x, f"block_{index}_0", filters, settings.kernel, stride)
        x = layers.ReLU(name=f"block_{index}_0_relu")(x)
        x = convolve(x, f"block_{index}_1", filters, settings.kernel)
        x = layers.Add(name=f"block_{index}_add")([x, shortcut])
        x = layers.ReLU(name=f"block_{index}_relu")(x)
        before = filters
    x = layers.GlobalAveragePooling1D(name="average")(x)
    return layers.Dropout(settings.dropout, name="dropout")(x)
