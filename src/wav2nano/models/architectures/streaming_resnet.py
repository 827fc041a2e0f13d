"""Residual network of convolutions over time that a stream can run column by column.

TC-ResNet (Choi et al., Temporal Convolution for Real-time Keyword Spotting on Mobile Devices, 2019)
without padding and without strides but the first, so that what a window needs of a convolution is
what the window before it had, moved on: the board computes the new columns alone (Rybakov et al.,
Streaming Keyword Spotting on Mobile Devices, 2020).
"""

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
    """frames that the first convolution spans, and columns that both of each block span"""

    stride: Annotated[int, Field(ge=1, le=8)] = 1
    """frames by which the first convolution moves: a column is as many"""

    dropout: Annotated[float, Field(ge=0, le=0.9)] = 0.1
    """share of the outputs that training drops"""


def frames_per_column(settings: Settings) -> int:
    """Frames by which the convolutions move."""
    return settings.stride


def columns(frames: int, settings: Settings) -> int:
    """Columns of the last block, of which the mean is taken; below 1 if the window is too short."""
    left = (frames - settings.kernels[0]) // settings.stride + 1
    return left - 2 * sum(kernel - 1 for kernel in settings.kernels[1:])


def check(shape: tuple[int, int], settings: Settings) -> None:
    """Check that there are as many kernels as filters, and that the window is long enough."""
    if len(settings.kernels) != len(settings.filters):
        raise UserError(
            f"model.kernels has {len(settings.kernels)} sizes for {len(settings.filters)} numbers "
            "in model.filters. Give each convolution and block one."
        )
    if columns(shape[0], settings) < 1:
        raise UserError(
            f"model.kernels: {settings.kernels} span more than a window's {shape[0]} frames. Use "
            "shorter ones, or a longer chunking.window_seconds."
        )


def connect(layers: ModuleType, x: Any, settings: Settings) -> Any:
    """Connect the layers between the features and the scores."""

    def convolve(x: Any, name: str, filters: int, kernel: int, stride: int = 1) -> Any:
        x = layers.Conv1D(filters, kernel, strides=stride, use_bias=False, name=f"{name}_conv")(x)
        return normalize(layers, x, f"{name}_norm")

    first, *blocks = settings.filters
    # The columns end with the window: what does not fill one is at its beginning.
    if unused := (x.shape[1] - settings.kernels[0]) % settings.stride:
        x = layers.Cropping1D((unused, 0), name="latest")(x)
    x = convolve(x, "first", first, settings.kernels[0], settings.stride)
    x = layers.ReLU(name="first_relu")(x)
    before = first
    for index, (filters, kernel) in enumerate(zip(blocks, settings.kernels[1:], strict=True)):
        shortcut = layers.Cropping1D(kernel - 1, name=f"block_{index}_middle")(x)
        if filters != before:
            shortcut = convolve(shortcut, f"block_{index}_shortcut", filters, 1)
            shortcut = layers.ReLU(name=f"block_{index}_shortcut_relu")(shortcut)
        x = convolve(x, f"block_{index}_0", filters, kernel)
        x = layers.ReLU(name=f"block_{index}_0_relu")(x)
        x = convolve(x, f"block_{index}_1", filters, kernel)
        x = layers.Add(name=f"block_{index}_add")([x, shortcut])
        x = layers.ReLU(name=f"block_{index}_relu")(x)
        before = filters
    x = layers.GlobalAveragePooling1D(name="average")(x)
    return layers.Dropout(settings.dropout, name="dropout")(x)
