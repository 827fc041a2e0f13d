"""What a network costs on a board, from its settings alone.

The architectures are connected with layers that compute nothing but shapes and costs, in well under
a millisecond, where Keras takes seconds to start. What is counted is the least that the generated C
needs: batch normalisation is folded into the convolutions, and activations cost nothing.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any

from wav2nano.models import build_model
from wav2nano.models.base import ModelSettings


@dataclass(frozen=True)
class LayerCost:
    """What a layer costs.

    Attributes
    ----------
    name : str
        As in Keras.
    shape : tuple of int
        Of its output, with the batch of 1.
    parameters : int
        As Keras counts them: weights, biases, statistics.
    weight_bytes : int
        Of its int8 weights in flash, without biases and scales.
    macs : int
        Multiply-accumulates of one inference.
    arena_bytes : int
        RAM that inputs and outputs take while it runs, without the network's input.
    """

    name: str
    shape: tuple[int, ...]
    parameters: int = 0
    weight_bytes: int = 0
    macs: int = 0
    arena_bytes: int = 0


@dataclass(frozen=True)
class Tensor:
    """What stands for a tensor while layers are connected.

    Attributes
    ----------
    shape : tuple of int
        With the batch of 1.
    held : int
        Bytes of the arena that hold it; none of the network's input, which is the caller's.
    costs : list of LayerCost
        Those of all layers of its network so far.
    """

    shape: tuple[int, ...]
    held: int
    costs: list[LayerCost]

    @property
    def elements(self) -> int:
        """Values in it, a byte each."""
        return math.prod(self.shape)


Connection = Callable[..., Tensor]


def layer_costs(shape: tuple[int, int], classes: int, settings: ModelSettings) -> list[LayerCost]:
    """List what each layer of a network costs on a board.

    Parameters
    ----------
    shape
        (frames, bins) of a window's features.
    classes
        Number of labels.
    settings
        Of the architecture, checked for this shape.
    """
    keras: Any = SimpleNamespace(layers=LAYERS, Model=lambda inputs, outputs, name: outputs.costs)
    # A batch of one, as for the converter: what it needs is what the board runs.
    costs: list[LayerCost] = build_model(keras, shape, classes, settings, batch_size=1)
    return costs


def _input(*, batch_shape: tuple[int, ...], name: str) -> Tensor:
    return Tensor(batch_shape, 0, [LayerCost(name, batch_shape)])


def _dense(
    units: int, *, name: str, activation: str | None = None, kernel_regularizer: Any = None
) -> Connection:
    def connect(x: Tensor) -> Tensor:
        weights = x.shape[-1] * units
        return _computed(
            name,
            x,
            (*x.shape[:-1], units),
            parameters=weights + units,
            weight_bytes=weights,
            macs=x.elements * units,
        )

    return connect


def _normalization(*, name: str, momentum: float | None = None) -> Connection:
    return lambda x: _recorded(x, LayerCost(name, x.shape, parameters=4 * x.shape[-1]), x.held)


def _same_values(*_: Any, name: str) -> Connection:
    """Connect a layer that costs nothing: it is fused into the one before, or absent."""
    return lambda x: _recorded(x, LayerCost(name, x.shape), x.held)


def _global_average(*, name: str) -> Connection:
    return lambda x: _computed(name, x, (1, x.shape[-1]))


def _cropping(cropping: int | tuple[int, int], *, name: str) -> Connection:
    first, last = (cropping, cropping) if isinstance(cropping, int) else cropping

    def connect(x: Tensor) -> Tensor:
        frames = x.shape[1] - first - last
        return _recorded(x, LayerCost(name, (1, frames, *x.shape[2:])), x.held)

    return connect


def _flatten(*, name: str) -> Connection:
    return lambda x: _recorded(x, LayerCost(name, (1, x.elements)), x.held)


def _reshape(shape: tuple[int, ...], *, name: str) -> Connection:
    return lambda x: _recorded(x, LayerCost(name, (1, *shape)), x.held)


def _add(*, name: str) -> Callable[[Sequence[Tensor]], Tensor]:
    def connect(terms: Sequence[Tensor]) -> Tensor:
        x = terms[0]
        arena = sum(term.held for term in terms) + x.elements
        return _recorded(x, LayerCost(name, x.shape, arena_bytes=arena), x.elements)

    return connect


@dataclass(frozen=True)
class _Recurrent:
    """A recurrent layer, to be connected or to be wrapped in both directions."""

    gates: int
    biases: int  # of each gate and unit
    units: int
    name: str
    activation: str | None = None
    return_sequences: bool = False
    unroll: bool = False
    kernel_regularizer: Any = None
    recurrent_regularizer: Any = None

    def output_shape(self, x: Tensor) -> tuple[int, ...]:
        return (*x.shape[: 1 + self.return_sequences], self.units)

    def cost(self, x: Tensor) -> LayerCost:
        _, steps, inputs = x.shape
        shape = self.output_shape(x)
        from_input, from_state = (self.gates * self.units * n for n in (inputs, self.units))
        output = math.prod(shape)
        return LayerCost(
            self.name,
            shape,
            parameters=from_input + from_state + self.biases * self.gates * self.units,
            weight_bytes=from_input + from_state,
            # Unrolled, the first step has no state to multiply, and inputs are no longer needed
            # when the outputs of all steps are.
            macs=steps * (from_input + from_state) - self.unroll * from_state,
            arena_bytes=max(x.held, output) if self.unroll else x.held + output,
        )

    def __call__(self, x: Tensor) -> Tensor:
        cost = self.cost(x)
        return _recorded(x, cost, math.prod(cost.shape))


def _bidirectional(one_way: _Recurrent, *, name: str) -> Connection:
    def connect(x: Tensor) -> Tensor:
        one = one_way.cost(x)
        shape = (*one.shape[:-1], 2 * one.shape[-1])
        output = math.prod(shape)
        cost = LayerCost(
            name,
            shape,
            parameters=2 * one.parameters,
            weight_bytes=2 * one.weight_bytes,
            macs=2 * one.macs,
            # The input beside itself in reverse, or both directions beside what they become.
            arena_bytes=max(x.held + x.elements, 2 * output),
        )
        return _recorded(x, cost, output)

    return connect


def _convolution(
    filters: int | None,
    kernel: tuple[int, ...],
    *,
    name: str,
    strides: int = 1,
    padding: str = "valid",
    dilation_rate: tuple[int, ...] | None = None,
    use_bias: bool = True,
    trainable: bool = True,
) -> Connection:
    """Connect a convolution; one without a number of filters is depthwise."""

    def connect(x: Tensor) -> Tensor:
        channels = x.shape[-1]
        dilated = [
            (size - 1) * rate + 1
            for size, rate in zip(kernel, dilation_rate or [1] * len(kernel), strict=True)
        ]
        places = _moved(x.shape[1:-1], dilated, [strides] * len(kernel), padding)
        outputs = filters or channels
        per_output = math.prod(kernel) * (channels if filters else 1)
        weights = outputs * per_output
        shape = (1, *places, outputs)
        return _computed(
            name,
            x,
            shape,
            parameters=weights + use_bias * outputs,
            weight_bytes=weights,
            macs=math.prod(shape) * per_output,
        )

    return connect


def _pooling(size: tuple[int, ...], *, name: str, padding: str = "valid") -> Connection:
    return lambda x: _computed(
        name, x, (1, *_moved(x.shape[1:-1], size, size, padding), x.shape[-1])
    )


def _moved(
    places: Sequence[int], kernel: Sequence[int], strides: Sequence[int], padding: str
) -> list[int]:
    """Places that a kernel takes along each axis."""
    if padding == "same":
        return [-(-n // stride) for n, stride in zip(places, strides, strict=True)]
    return [
        (n - size) // stride + 1 for n, size, stride in zip(places, kernel, strides, strict=True)
    ]


def _computed(
    name: str,
    x: Tensor,
    shape: tuple[int, ...],
    *,
    parameters: int = 0,
    weight_bytes: int = 0,
    macs: int = 0,
) -> Tensor:
    """Add a layer that reads one tensor and writes another."""
    output = math.prod(shape)
    cost = LayerCost(name, shape, parameters, weight_bytes, macs, x.held + output)
    return _recorded(x, cost, output)


def _recorded(x: Tensor, cost: LayerCost, held: int) -> Tensor:
    x.costs.append(cost)
    return Tensor(cost.shape, held, x.costs)


def _pair(size: int | Sequence[int]) -> tuple[int, ...]:
    return (size, size) if isinstance(size, int) else tuple(size)


# The layers that architectures use, with the arguments that Keras takes.
LAYERS = SimpleNamespace(
    Input=_input,
    Conv1D=lambda filters, kernel, **rest: _convolution(filters, (kernel,), **rest),
    Conv2D=lambda filters, kernel, **rest: _convolution(filters, _pair(kernel), **rest),
    DepthwiseConv2D=lambda kernel, **rest: _convolution(None, _pair(kernel), **rest),
    Dense=_dense,
    SimpleRNN=partial(_Recurrent, 1, 1),
    LSTM=partial(_Recurrent, 4, 1),
    GRU=partial(_Recurrent, 3, 2),  # Keras has a bias for the inputs and one for the state
    Bidirectional=_bidirectional,
    Cropping1D=_cropping,
    BatchNormalization=_normalization,
    ReLU=_same_values,
    Dropout=_same_values,
    SpatialDropout1D=_same_values,
    SpatialDropout2D=_same_values,
    MaxPooling1D=lambda size, **rest: _pooling((size,), **rest),
    MaxPooling2D=lambda size, **rest: _pooling(_pair(size), **rest),
    GlobalAveragePooling1D=_global_average,
    GlobalAveragePooling2D=_global_average,
    Flatten=_flatten,
    Reshape=_reshape,
    Add=_add,
)
