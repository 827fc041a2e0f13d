"""Residual network of convolutions over time that a stream can run column by column.

TC-ResNet (Choi et al., Temporal Convolution for Real-time Keyword Spotting on Mobile Devices, 2019)
without padding, so that what a window needs of a convolution is what the window before it had,
moved on: the board computes the new columns alone (Rybakov et al., Streaming Keyword Spotting on
Mobile Devices, 2020).
"""

import math
from types import ModuleType
from typing import Annotated, Any, Literal

from pydantic import Field

from wav2nano.errors import UserError
from wav2nano.models.base import ModelSettings
from wav2nano.models.normalization import normalize


class Settings(ModelSettings):
    """Residual blocks of convolutions over time, which the board runs step by step in a stream."""

    architecture: Literal["streaming_resnet"] = "streaming_resnet"
    """streaming_resnet: residual blocks of convolutions over time without padding"""

    filters: Annotated[
        list[Annotated[int, Field(ge=1, le=256)]], Field(min_length=1, max_length=9)
    ] = Field(default=[32, 32, 48, 64])
    """filters of the first convolution and of each block"""

    kernels: Annotated[
        list[Annotated[int, Field(ge=1, le=31)]], Field(min_length=1, max_length=9)
    ] = Field(default=[4, 3, 5, 5])
    """columns that the first convolution spans (of frames), and both of each block"""

    strides: Annotated[
        list[Annotated[int, Field(ge=1, le=8)]], Field(min_length=1, max_length=9)
    ] = Field(default=[1, 1, 1, 1])
    """columns by which the first convolution moves, and that of each block"""

    dropout: Annotated[float, Field(ge=0, le=0.9)] = 0.1
    """share of the outputs that training drops"""


def frames_per_column(settings: Settings) -> int:
    """Frames by which all convolutions move together."""
    return math.prod(settings.strides)


def frames_of(columns: int, settings: Settings) -> int:
    """Frames that so many columns of the last block are made of."""
    first, *blocks = zip(settings.kernels, settings.strides, strict=True)
    for kernel, stride in reversed(blocks):
        columns = (columns + kernel - 2) * stride + kernel
    return (columns - 1) * first[1] + first[0]


def check(shape: tuple[int, int], settings: Settings) -> None:
    """Check that the lists belong together, and that the window is long enough."""
    for name in ("kernels", "strides"):
        if len(sizes := getattr(settings, name)) != len(settings.filters):
            raise UserError(
                f"model.{name} has {len(sizes)} entries, and model.filters "
                f"{len(settings.filters)}: each is of one convolution or block."
            )
    if (needed := frames_of(1, settings)) > shape[0]:
        raise UserError(
            f"model.kernels: {settings.kernels} span {needed} frames, and a window has {shape[0]}. "
            "Use shorter ones, or a longer chunking.window_seconds."
        )


def connect(layers: ModuleType, x: Any, settings: Settings) -> Any:
    """Connect the layers between the features and the scores."""

    def convolve(x: Any, name: str, filters: int, kernel: int, stride: int = 1) -> Any:
        x = layers.Conv1D(filters, kernel, strides=stride, use_bias=False, name=f"{name}_conv")(x)
        return normalize(layers, x, f"{name}_norm")

    (before, *widths), (first, *kernels), (step, *strides) = (
        settings.filters,
        settings.kernels,
        settings.strides,
    )
    # The columns end with the window: what does not fill one is at its beginning.
    frames, column = x.shape[1], frames_per_column(settings)
    if unused := (frames - frames_of(1, settings)) % column:
        x = layers.Cropping1D((unused, 0), name="latest")(x)
    x = convolve(x, "first", before, first, step)
    x = layers.ReLU(name="first_relu")(x)
    for index, (filters, kernel, stride) in enumerate(zip(widths, kernels, strides, strict=True)):
        # The middle of what the convolutions span.
        earlier = (kernel - 1) * (1 + stride) // 2
        later = (kernel - 1) * (1 + stride) - earlier
        shortcut = layers.Cropping1D((earlier, later), name=f"block_{index}_middle")(x)
        if filters != before or stride > 1:
            shortcut = convolve(shortcut, f"block_{index}_shortcut", filters, 1, stride)
            shortcut = layers.ReLU(name=f"block_{index}_shortcut_relu")(shortcut)
        x = convolve(x, f"block_{index}_0", filters, kernel, stride)
        x = layers.ReLU(name=f"block_{index}_0_relu")(x)
        x = convolve(x, f"block_{index}_1", filters, kernel)
        x = layers.Add(name=f"block_{index}_add")([x, shortcut])
        x = layers.ReLU(name=f"block_{index}_relu")(x)
        before = filters
    x = layers.GlobalAveragePooling1D(name="average")(x)
    return layers.Dropout(settings.dropout, name="dropout")(x)
