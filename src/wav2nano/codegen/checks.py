"""What the operators demand of their tensors and options.

The kernels check nothing at run time, so the C of a model that breaks one of their rules would
write where it must not. Each function here refuses one kind of such models, in plain words.
"""

import math
from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from wav2nano.codegen.read_tflite import ACTIVATIONS, Node, Tensor
from wav2nano.codegen.scales import Scale, activation_range, quantize_multiplier
from wav2nano.errors import UserError

SUM_LIMIT = 2**30  # what sums of products, and the same shifted left, must stay below
REACH_LIMIT = 2**30  # of a window that moves, so that places beyond the edges fit 32 bits
STEPS = range(1, 2**15)  # strides, dilations, sizes of a pool: int16 in TensorFlow Lite
MOST_APART = 0.02  # of the scales of a bias and of the sums, in units of the output's
SMALLEST_SHIFT, LARGEST_SHIFT = -31, 30  # of a w2n_scale


@dataclass(frozen=True)
class Context:
    """A node to be lowered: the model's name in messages, and the C identifier of its layer."""

    source: str
    name: str
    node: Node

    @property
    def where(self) -> str:
        """The layer in messages."""
        return f"{self.name} of {self.source}"


def refuse(context: Context, reason: str) -> NoReturn:
    """Raise a `UserError`; the layer is the subject of the reason."""
    raise UserError(f"{context.where} {reason}")


def shape_text(shape: tuple[int, ...]) -> str:
    """Give sizes as in 1 x 32 x 13.

    Examples
    --------
    >>> shape_text((1, 32, 13))
    '1 x 32 x 13'
    """
    return " x ".join(map(str, shape)) or "a single number"


# Tensors


def required(context: Context, index: int) -> Tensor:
    """Give an input that the operation cannot do without."""
    inputs = context.node.inputs
    tensor = inputs[index] if index < len(inputs) else None
    if tensor is None:
        refuse(context, f"lacks its input {index}: convert the model again.")
    return tensor


def activation(context: Context, index: int, rank: int | None = None) -> Tensor:
    """Give an input that is computed: a quantised int8 tensor (see `check_graph`)."""
    tensor = required(context, index)
    if tensor.values is not None or tensor.variable:
        refuse(context, f"takes a constant or a state as its input {index}: no kernel does that.")
    if rank is not None and len(tensor.shape) != rank:
        refuse(
            context,
            f"has an input of {shape_text(tensor.shape)}, where {rank} axes belong: convert the "
            "model again.",
        )
    return tensor


def output(context: Context, shape: tuple[int, ...]) -> Tensor:
    """Give the output if it has the shape that the operation computes."""
    tensor = context.node.outputs[0]
    if tensor.shape != shape:
        refuse(
            context,
            f"has an output of {shape_text(tensor.shape)}, but it computes {shape_text(shape)}: "
            "the model is damaged.",
        )
    return tensor


def require_same_quantization(context: Context, a: Tensor, b: Tensor) -> None:
    """Refuse an operation that would have to rescale what it only moves."""
    if a.scale != b.scale or a.zero_point != b.zero_point:
        refuse(context, "has inputs and outputs of different scales: no kernel does that.")


def require_one_scale(context: Context, tensor: Tensor, zero_points: range) -> None:
    """Refuse a tensor that is not quantised as a whole, or to a zero point that it cannot hold."""
    if len(tensor.scales) != 1:
        refuse(context, f"has {tensor.name!r} with {len(tensor.scales)} scales instead of one.")
    _check_scales(context, tensor)
    if tensor.zero_point not in zero_points:
        refuse(
            context,
            f"has {tensor.name!r} with the zero point {tensor.zero_point}; "
            f"{zero_points[0]} to {zero_points[-1]} are possible.",
        )


def _check_scales(context: Context, tensor: Tensor) -> None:
    if not (np.isfinite(tensor.scales) & (tensor.scales > 0)).all():
        refuse(context, f"has {tensor.name!r} with a scale that is not a positive number.")
    if tensor.axis not in range(max(len(tensor.shape), 1)):
        refuse(context, f"has {tensor.name!r} with scales along its axis {tensor.axis}.")


def state(context: Context, index: int, kind: str, shape: tuple[int, ...]) -> Tensor:
    """Give a state that the operation keeps to itself."""
    tensor = required(context, index)
    if tensor.type != kind or not tensor.variable or tensor.values is not None:
        refuse(context, f"has a state that is not a variable tensor of type {kind}.")
    if tensor.shape != shape:
        refuse(
            context,
            f"has a state of {shape_text(tensor.shape)}, where {shape_text(shape)} belongs.",
        )
    require_one_scale(context, tensor, range(-128, 128) if kind == "int8" else range(1))
    return tensor


# Constants


def constant(context: Context, tensor: Tensor, kind: str) -> np.ndarray:
    """Give the values of a constant of type `kind`."""
    if tensor.values is None or tensor.type != kind or tensor.variable:
        refuse(
            context,
            f"has a weight, bias or axis that is not a constant of type {kind}: quantise the model "
            "to int8 with constant weights.",
        )
    return tensor.values


def constant_weights(context: Context, tensor: Tensor, rank: int, axis: int) -> np.ndarray:
    """Give weights of `rank` axes as int32 in [-127, 127].

    There is one scale for all, or one for each channel, which lie along `axis`.
    """
    weights = constant(context, tensor, "int8").astype(np.int32)
    if weights.ndim != rank or not weights.size:
        refuse(
            context,
            f"has weights of {shape_text(weights.shape)}, where {rank} axes belong: convert the "
            "model again.",
        )
    if weights.min() < -127 or tensor.zero_points.any():
        refuse(
            context,
            "has a weight of -128 or weights with a zero point; TensorFlow Lite's scheme has "
            "weights in [-127, 127] around 0: convert the model again.",
        )
    channels = weights.shape[axis]
    if len(tensor.scales) not in (1, channels) or (len(tensor.scales) > 1 and tensor.axis != axis):
        refuse(
            context,
            f"has {len(tensor.scales)} scales along axis {tensor.axis} for weights with {channels} "
            f"channels along axis {axis}: convert the model again.",
        )
    _check_scales(context, tensor)
    return weights


def constant_bias(context: Context, index: int, rows: int) -> np.ndarray:
    """Give the bias as int64 [rows], zeros where it is left out."""
    inputs = context.node.inputs
    tensor = inputs[index] if index < len(inputs) else None
    if tensor is None:
        return np.zeros(rows, np.int64)
    bias = constant(context, tensor, "int32").astype(np.int64)
    if bias.shape != (rows,) or tensor.zero_points.any() or len(tensor.scales) not in (0, 1, rows):
        refuse(
            context,
            f"has a bias of {shape_text(bias.shape)} with {len(tensor.scales)} scales, where "
            f"{rows} numbers around 0 belong: convert the model again.",
        )
    _check_scales(context, tensor)
    return bias


def require_scale_of_sums(context: Context, index: int, input_: Tensor, filter_: Tensor) -> None:
    """Refuse a bias under another scale than the sums to which it is added, as LiteRT does."""
    inputs = context.node.inputs
    tensor = inputs[index] if index < len(inputs) else None
    if tensor is None or not len(tensor.scales):
        return
    sums = float(input_.scale) * filter_.scales.astype(np.float64)
    apart = np.abs(sums - tensor.scales).max() / float(context.node.outputs[0].scale)
    if apart > MOST_APART:
        refuse(context, "has a bias with another scale than its sums: convert the model again.")


def constant_axes(context: Context, index: int, rank: int) -> list[int]:
    """Give constant axes, sorted, counted from the first."""
    values = constant(context, required(context, index), "int32").ravel()
    return sorted({axis_in(context, int(axis), rank) for axis in values})


def axis_in(context: Context, axis: int, rank: int) -> int:
    """Give an axis counted from the first."""
    if not -rank <= axis < rank:
        refuse(context, f"has the axis {axis} of a tensor with {rank}: convert the model again.")
    return axis % rank


# Options


def option(context: Context, name: str, allowed: range) -> int:
    """Give a whole number (or True or False) among the options."""
    value = context.node.options[name]
    if value not in allowed:
        refuse(
            context,
            f"has the option {name} = {value}, for which there is no kernel; possible are "
            f"{allowed[0]} to {allowed[-1]:,}.",
        )
    return int(value)


def activation_bounds(context: Context) -> tuple[int, int]:
    """Give the smallest and largest output that the fused activation lets through."""
    name = ACTIVATIONS.get(context.node.options["fusedActivationFunction"], "unknown")
    if name not in ("none", "relu", "relu6", "relu_n1_to_1"):
        refuse(context, f"has the activation {name}, which is not a ReLU.")
    result = context.node.outputs[0]
    return activation_range(name, result.scale, result.zero_point)


# Numbers


def scale(context: Context, factor: float, largest: int) -> Scale:
    """Make the multiplier and the shift by which a kernel multiplies numbers up to `largest`.

    All of them are made here, but for those of the exponential and the logistic function, which
    shift as far as their own limits allow.
    """
    if math.isfinite(factor) and factor >= 0:
        made = quantize_multiplier(factor)
        if (
            SMALLEST_SHIFT <= made.shift <= LARGEST_SHIFT
            and largest << max(made.shift, 0) < SUM_LIMIT
        ):
            return made
    refuse(
        context,
        f"multiplies numbers up to {largest:,} by {factor:.3g}, which 32 bits cannot hold: the "
        "scales of its tensors do not belong together.",
    )


def sum_scales(
    context: Context, input_: Tensor, filter_: Tensor, output_scale: np.float32, largest: np.ndarray
) -> list[Scale]:
    """Scales from sums of products to the output, one for each of the `largest` sums.

    In double precision throughout, as tflite-micro's Python package computes it. Versions of the
    source that round the product of the scales to float32 differ in rare values of an LSTM.
    """
    factors = float(input_.scale) * filter_.scales.astype(np.float64) / float(output_scale)
    return [
        scale(context, float(factor), int(limit))
        for factor, limit in zip(np.broadcast_to(factors, len(largest)), largest, strict=True)
    ]


def largest_sums(context: Context, weights: np.ndarray, bias: np.ndarray, limit: int) -> np.ndarray:
    """Give how large the sum of each row of weights can become, in either direction.

    The inputs are any int8, whose zero point is folded into the bias.
    """
    largest = np.abs(bias) + 128 * np.abs(weights.astype(np.int64)).sum(axis=1)
    if largest.max() >= limit:
        refuse(
            context,
            f"has sums beyond 2^{limit.bit_length() - 1}, which the kernel cannot hold: use fewer "
            "units or inputs, or scale the features down.",
        )
    return largest
