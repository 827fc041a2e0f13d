"""The first layers of YAMNet, which have learned 521 sounds of AudioSet, and a small head.

YAMNet (M. Plakal and D. Ellis, tensorflow/models, research/audioset/yamnet) is MobileNet v1: a
convolution, then pairs of a depthwise and a pointwise one. What the first of them have learned of
two million clips serves sounds of which there are few; all of them would not fit a microcontroller.
"""

from functools import cache
from types import ModuleType
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from wav2nano.model_files import YAMNET
from wav2nano.models.base import ModelSettings
from wav2nano.models.normalization import normalize

MODEL = YAMNET
FEATURES = "yamnet_logmel"

# Filters and strides of the pointwise convolutions and the depthwise ones before them.
PAIRS = (
    (64, 1),
    (128, 2),
    (128, 1),
    (256, 2),
    (256, 1),
    (512, 2),
    *((512, 1),) * 5,
    (1024, 2),
    (1024, 1),
)


class Settings(ModelSettings):
    """First layers of YAMNet, which knows the sounds of AudioSet, and a small head."""

    architecture: Literal["yamnet"] = "yamnet"
    """yamnet: the first layers of a network that knows 521 sounds, and a small head"""

    pairs: Annotated[int, Field(ge=1, le=len(PAIRS))] = 7
    """how many of YAMNet's 13 pairs of a depthwise and a pointwise convolution follow its first
    one; 7 have 529,000 weights"""

    fine_tune: bool = False
    """whether they are trained, too, or only the head"""

    units: Annotated[list[Annotated[int, Field(ge=1, le=512)]], Field(max_length=3)] = Field(
        default=[]
    )
    """units of each fully connected layer of the head before the scores; [] for none"""

    dropout: Annotated[float, Field(ge=0, le=0.9)] = 0.5
    """share of the head's inputs that training drops"""


def check(shape: tuple[int, int], settings: Settings) -> None:
    """Any number of frames will do: the convolutions pad the window."""


def connect(layers: ModuleType, x: Any, settings: Settings) -> Any:
    """Connect the layers between the features and the scores."""
    frames, bins = x.shape[1:]
    trained = {"trainable": settings.fine_tune}
    x = layers.Reshape((frames, bins, 1), name="channel")(x)
    x = layers.Conv2D(32, 3, strides=2, padding="same", name="conv", **trained)(x)
    x = layers.ReLU(6, name="relu")(x)
    for index, (filters, strides) in enumerate(PAIRS[: settings.pairs]):
        x = layers.DepthwiseConv2D(
            3, strides=strides, padding="same", name=f"depthwise_conv_{index}", **trained
        )(x)
        x = layers.ReLU(6, name=f"depthwise_relu_{index}")(x)
        x = layers.Conv2D(filters, 1, name=f"pointwise_conv_{index}", **trained)(x)
        x = layers.ReLU(6, name=f"pointwise_relu_{index}")(x)
    x = layers.GlobalAveragePooling2D(name="average")(x)
    x = normalize(layers, x, "norm")  # some filters answer seldom, and a hundred times weaker
    x = layers.Dropout(settings.dropout, name="dropout")(x)
    for index, units in enumerate(settings.units):
        x = layers.Dense(units, activation="relu", name=f"dense_{index}")(x)
        x = layers.Dropout(settings.dropout, name=f"dense_dropout_{index}")(x)
    return x


def pretrained(settings: Settings) -> dict[str, list[np.ndarray]]:
    """Give YAMNet's weights, float32, by the names of the layers.

    Raises
    ------
    UserError
        If the model file is not there, or is another one.
    """
    names = ["conv"]
    for index in range(settings.pairs):
        names += [f"depthwise_conv_{index}", f"pointwise_conv_{index}"]
    return dict(zip(names, _convolutions(), strict=False))


@cache
def _convolutions() -> list[list[np.ndarray]]:
    """Weights and biases of all convolutions, in their order, from the int8 model.

    Keras wants [height, width, inputs, filters], and of a depthwise one [height, width, channels,
    1]; in the file it is [filters, height, width, inputs] and [1, height, width, channels].
    """
    # What reads the file takes longer to import than most that knows of architectures needs.
    from wav2nano.codegen.read_tflite import Tensor, read_graph

    def real(tensor: Tensor | None) -> np.ndarray:
        assert tensor is not None
        shape = [1] * len(tensor.shape)
        shape[tensor.axis] = -1
        scales = tensor.scales.reshape(shape)
        return (np.asarray(tensor.values) * scales).astype(np.float32)

    found = []
    path = MODEL.verified()
    for node in read_graph(path.read_bytes(), str(path)).nodes:
        if node.op in ("CONV_2D", "DEPTHWISE_CONV_2D"):
            _, weights, bias = node.inputs
            found.append([np.transpose(real(weights), (1, 2, 3, 0)), real(bias)])
    return found
