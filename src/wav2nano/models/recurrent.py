"""What the recurrent architectures share: convolutions before, fully connected layers after."""

from collections.abc import Callable
from types import ModuleType
from typing import Annotated, Any, Literal

from pydantic import Field

from wav2nano.errors import UserError
from wav2nano.models.base import ModelSettings

MOST_STEPS = 200  # of all layers that are unrolled: more take minutes to convert
SPATIAL_DROPOUT = 0.1  # share of the channels of a convolution that training drops


class RecurrentSettings(ModelSettings):
    """Recurrent layers after convolutions over time, fully connected layers after them."""

    filters: Annotated[list[Annotated[int, Field(ge=1, le=256)]], Field(max_length=4)] = Field(
        default=[48, 64]
    )
    """filters of each convolution, the first with stride 2; [] for none"""

    kernel: Annotated[int, Field(ge=1, le=15)] = 5
    """frames that a convolution spans"""

    units: Annotated[
        list[Annotated[int, Field(ge=1, le=512)]], Field(min_length=1, max_length=4)
    ] = Field(default=[64])
    """units of each recurrent layer"""

    dense: Annotated[list[Annotated[int, Field(ge=1, le=512)]], Field(max_length=4)] = Field(
        default=[]
    )
    """units of each fully connected layer after the recurrent ones; [] for none"""

    activation: Literal["relu", "tanh"] = "relu"
    """of the fully connected layers: relu or tanh"""

    l2: Annotated[float, Field(ge=0, le=1)] = 0.0
    """factor of the squared weights of recurrent and fully connected layers in the loss"""

    dropout: Annotated[float, Field(ge=0, le=0.9)] = 0.3
    """share of the outputs that training drops"""


def _regularizer(settings: RecurrentSettings) -> dict[str, Any] | None:
    """Describe the penalty of weights, for either Keras."""
    if not settings.l2:
        return None
    return {"class_name": "L2", "config": {"l2": settings.l2}}


def connect_recurrent(
    layers: ModuleType, x: Any, settings: RecurrentSettings, recurrent: Callable[..., Any]
) -> Any:
    """Connect convolutions, recurrent layers with dropout, and fully connected layers.

    `recurrent` takes the number of a layer, its units, and what else Keras' layer takes by name.
    """
    x = _connect_convolutions(layers, x, settings)
    last = len(settings.units) - 1
    penalty = _regularizer(settings)
    for index, units in enumerate(settings.units):
        x = recurrent(
            index,
            units,
            return_sequences=index < last,
            kernel_regularizer=penalty,
            recurrent_regularizer=penalty,
        )(x)
        x = layers.Dropout(settings.dropout, name=f"dropout_{index}")(x)
    return _connect_dense(layers, x, settings)


def _connect_convolutions(layers: ModuleType, x: Any, settings: RecurrentSettings) -> Any:
    """Connect the convolutions before the recurrent layers."""
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
        x = layers.SpatialDropout1D(SPATIAL_DROPOUT, name=f"spatial_dropout_{index}")(x)
    return x


def _connect_dense(layers: ModuleType, x: Any, settings: RecurrentSettings) -> Any:
    """Connect the fully connected layers after the recurrent ones."""
    for index, units in enumerate(settings.dense):
        x = layers.Dense(
            units,
            activation=settings.activation,
            kernel_regularizer=_regularizer(settings),
            name=f"dense_{index}",
        )(x)
        x = layers.Dropout(settings.dropout, name=f"dense_dropout_{index}")(x)
    return x


def check_unrolled(shape: tuple[int, int], settings: RecurrentSettings) -> None:
    """Check that there are not too many steps for layers that are converted step by step."""
    # The first convolution has stride 2.
    frames = -(-shape[0] // 2) if settings.filters else shape[0]
    steps = frames * len(settings.units)
    if steps <= MOST_STEPS:
        return
    remedies = ["use a longer features.hop", "a shorter chunking.window_seconds"]
    if len(settings.units) > 1:
        remedies.append("fewer layers in model.units")
    if not settings.filters:
        remedies.append("convolutions in front, such as model.filters: [48, 64], which halve them")
    raise UserError(
        f"model.architecture: {settings.architecture} would take {steps} steps in all; it is "
        f"unrolled for the board, which {MOST_STEPS} at most allow. To take fewer, "
        f"{', or '.join(remedies)}. An lstm takes any number."
    )


def is_converted(x: Any) -> bool:
    """Tell whether a network is built to be converted, by the fixed size of its batch of one.

    The converter makes a single operation of an LSTM alone; it crashes on the loops of other
    recurrent layers, which are therefore unrolled.
    """
    return x.shape[0] == 1
