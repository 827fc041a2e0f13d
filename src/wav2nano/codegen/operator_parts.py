"""What the operators share: what they lower to, checks of their tensors, pieces of C."""

from dataclasses import dataclass, field

import numpy as np

from wav2nano.c_source import initializer, structure
from wav2nano.codegen.packing import fold_zero_point, pack_weights
from wav2nano.codegen.read_tflite import ACTIVATIONS, Node, Tensor
from wav2nano.codegen.scales import Scale, activation_range
from wav2nano.errors import UserError

SUM_LIMIT = 2**30  # what sums of products must stay below


@dataclass(frozen=True)
class Array:
    """A constant array of the generated code."""

    name: str
    type: str
    values: np.ndarray

    @property
    def size(self) -> int:
        """Bytes."""
        return (
            self.values.size * {"int8_t": 1, "int16_t": 2, "int32_t": 4, "w2n_scale": 4}[self.type]
        )


@dataclass(frozen=True)
class Layer:
    """One operation as C.

    Attributes
    ----------
    name : str
        C identifier, the stem of the layer's constants.
    op : str
        Name of the operation in TensorFlow Lite.
    description : str
        Shapes and quantisation, for the reader.
    inputs, output : list of Tensor, Tensor
        What it reads and writes.
    calls : list of str
        Statements, with {input}, {input1} ..., {output} and {scratch} for the buffers.
    arrays : list of Array
        Its constant arrays.
    structure : str
        Definitions in C that refer to the arrays.
    header : str
        Header that declares its kernel, where it is not wav2nano_kernels.h.
    scratch : int
        Number of int16 values that the calls need as scratch.
    macs : int
        Multiply-accumulates of one inference.
    """

    name: str
    op: str
    description: str
    inputs: list[Tensor]
    output: Tensor
    calls: list[str]
    arrays: list[Array] = field(default_factory=list)
    structure: str = ""
    header: str = ""
    scratch: int = 0
    macs: int = 0


@dataclass(frozen=True)
class Alias:
    """A tensor that is part of another: `size` elements starting at `offset`."""

    output: Tensor
    input: Tensor
    offset: int


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

    def required(self, index: int) -> Tensor:
        """Give an input that the operation cannot do without.

        Raises
        ------
        UserError
            If the model leaves it out.
        """
        inputs = self.node.inputs
        tensor = inputs[index] if index < len(inputs) else None
        if tensor is None:
            raise UserError(f"{self.where} lacks its input {index}: convert the model again.")
        return tensor


# Descriptions


def describe_quantization(tensor: Tensor) -> str:
    """Give the formula from a tensor's integers to real numbers."""
    return f"{tensor.scale:.6g} * (q - {tensor.zero_point})".replace("- -", "+ ")


def describe_shape(tensor: Tensor) -> str:
    """Give a tensor's sizes, as in 1 x 32 x 13."""
    return " x ".join(map(str, tensor.shape))


def describe(inputs: list[Tensor], output: Tensor, *details: str) -> str:
    """Describe a layer: shapes, details, quantisation of the first input and of the output."""
    lines = [
        f"{', '.join(map(describe_shape, inputs))} > {describe_shape(output)}",
        *details,
        f"input {describe_quantization(inputs[0])}, output {describe_quantization(output)}",
    ]
    return "\n".join(lines)


# Pieces of C


def scale_array(name: str, scales: list[Scale]) -> Array:
    """Make a constant array of scales."""
    values = np.array([[s.multiplier, s.shift] for s in scales], np.int64)
    return Array(name, "w2n_scale", values)


def scale_initializer(scale: Scale) -> str:
    """Give a w2n_scale in braces."""
    return initializer((scale.multiplier, scale.shift))


def constant_structure(type_name: str, name: str, fields: dict[str, object]) -> str:
    """Define a constant structure."""
    return structure(f"static const {type_name} {name}", fields)


def even(n: int) -> int:
    """Round up to an even number."""
    return -(-n // 2) * 2


# Checks of constant tensors and options


def constant(context: Context, tensor: Tensor, kind: str) -> np.ndarray:
    """Give the values of a constant of type `kind`.

    Raises
    ------
    UserError
        If it is computed or of another type.
    """
    if tensor.values is None or tensor.type != kind:
        raise UserError(
            f"{context.where}: a weight, bias or axis is not a constant of type {kind}; quantise "
            "the model to int8 with constant weights."
        )
    return tensor.values


def constant_weights(context: Context, tensor: Tensor) -> np.ndarray:
    """Give weights as int32 in [-127, 127].

    Raises
    ------
    UserError
        If they are not constant, or not quantised as TensorFlow Lite prescribes.
    """
    weights = constant(context, tensor, "int8").astype(np.int32)
    if weights.min() < -127 or tensor.zero_point != 0:
        raise UserError(
            f"{context.where} has a weight of -128 or weights with a zero point; TensorFlow Lite's "
            "scheme has weights in [-127, 127] around 0. Convert the model again."
        )
    return weights


def constant_bias(context: Context, tensor: Tensor | None, rows: int) -> np.ndarray:
    """Give the bias as int64 [rows], zeros where it is left out."""
    if tensor is None:
        return np.zeros(rows, np.int64)
    return constant(context, tensor, "int32").astype(np.int64)


def folded_bias(context: Context, weights: np.ndarray) -> np.ndarray:
    """Give the bias of each row of weights with the input's zero point folded in.

    Raises
    ------
    UserError
        If sums could pass `SUM_LIMIT`.
    """
    tensor = context.node.inputs[2] if len(context.node.inputs) > 2 else None
    bias = constant_bias(context, tensor, len(weights))
    folded = fold_zero_point(bias, weights, context.required(0).zero_point)
    if (np.abs(folded) + 128 * np.abs(weights).sum(axis=1)).max() >= SUM_LIMIT:
        raise UserError(f"{context.where} has sums beyond 2^30: use fewer inputs.")
    return folded


def activation_bounds(context: Context) -> tuple[int, int]:
    """Give the smallest and largest output that the fused activation lets through."""
    name = ACTIVATIONS.get(context.node.options.get("fusedActivationFunction", 0), "unknown")
    if name not in ("none", "relu", "relu6", "relu_n1_to_1"):
        raise UserError(f"{context.where} has the activation {name}, which is not a ReLU.")
    output = context.node.outputs[0]
    return activation_range(name, output.scale, output.zero_point)


def constant_axes(context: Context, tensor: Tensor, rank: int) -> list[int]:
    """Give constant axes, sorted, counted from the first."""
    values = constant(context, tensor, "int32").ravel()
    return sorted({int(axis) % rank for axis in values})


def split_at(shape: tuple[int, ...], axes: list[int]) -> tuple[int, int, int]:
    """Give the sizes before, along and after neighbouring axes.

    Examples
    --------
    >>> split_at((1, 8, 4, 16), [1, 2])
    (1, 32, 16)
    """
    first, last = axes[0], axes[-1]
    parts = shape[:first], shape[first : last + 1], shape[last + 1 :]
    outer, count, inner = (int(np.prod(part, dtype=np.int64)) for part in parts)
    return outer, count, inner


# Structures of several kernels


def linear_layer(
    context: Context, weights: np.ndarray, scales: list[Scale]
) -> tuple[list[Array], str]:
    """Make arrays and structure of a w2n_linear whose rows of weights are given."""
    name = context.name
    output = context.node.outputs[0]
    low, high = activation_bounds(context)
    added = -len(weights) % 4
    arrays = [
        Array(f"{name}_weights", "int16_t", pack_weights(weights)),
        Array(f"{name}_bias", "int32_t", np.pad(folded_bias(context, weights), (0, added))),
        scale_array(f"{name}_scale", [*scales, *[Scale(0, 0)] * added]),
    ]
    fields = {
        "inputs": weights.shape[1],
        "outputs": weights.shape[0],
        "weights": f"{name}_weights",
        "bias": f"{name}_bias",
        "scale": f"{name}_scale",
        "output_zero_point": output.zero_point,
        "activation_min": low,
        "activation_max": high,
    }
    return arrays, constant_structure("w2n_linear", name, fields)


def window_structure(context: Context, filter_height: int, filter_width: int) -> str:
    """Make the w2n_window named {layer}_window; padding as TensorFlow computes it."""
    options = context.node.options
    input_, output = context.required(0), context.node.outputs[0]
    if len(input_.shape) != 4 or input_.shape[0] != 1:
        raise UserError(
            f"{context.where} has an input of {describe_shape(input_)}: only batches of 1 work."
        )
    fields: dict[str, object] = {
        "input_height": input_.shape[1],
        "input_width": input_.shape[2],
        "channels": input_.shape[3],
        "output_height": output.shape[1],
        "output_width": output.shape[2],
        "filter_height": filter_height,
        "filter_width": filter_width,
    }
    strides = options["strideH"], options["strideW"]
    dilations = options.get("dilationHFactor", 1), options.get("dilationWFactor", 1)
    padding = []
    for axis, filter_size in enumerate((filter_height, filter_width)):
        reach = (
            (output.shape[1 + axis] - 1) * strides[axis] + (filter_size - 1) * dilations[axis] + 1
        )
        padding.append(
            max(reach - input_.shape[1 + axis], 0) // 2 if options["padding"] == 0 else 0
        )
    fields |= {"stride_height": strides[0], "stride_width": strides[1]}
    fields |= {"dilation_height": dilations[0], "dilation_width": dilations[1]}
    fields |= {"padding_top": padding[0], "padding_left": padding[1]}
    return constant_structure("w2n_window", f"{context.name}_window", fields)
