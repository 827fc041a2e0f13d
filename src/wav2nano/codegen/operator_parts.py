"""What the operators share: what they lower to, descriptions, pieces of C."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from wav2nano.c_source import initializer, structure
from wav2nano.codegen.checks import (
    REACH_LIMIT,
    STEPS,
    SUM_LIMIT,
    Context,
    activation,
    activation_bounds,
    constant,
    constant_bias,
    largest_sums,
    option,
    refuse,
    require_one_scale,
    require_same_quantization,
    require_scale_of_sums,
    required,
    shape_text,
    sum_scales,
)
from wav2nano.codegen.packing import fold_zero_point, pack_weights
from wav2nano.codegen.read_tflite import Tensor
from wav2nano.codegen.scales import Scale


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
    shared : bool
        Whether all its constants are those of a layer before it.
    kept : bool
        Whether its output is there until the model runs again.
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
    shared: bool = False
    kept: bool = False

    @property
    def weight_bytes(self) -> int:
        """Bytes of its constant arrays."""
        return sum(array.size for array in self.arrays)


@dataclass(frozen=True)
class Alias:
    """A tensor that is part of another: `size` elements starting at `offset`."""

    output: Tensor
    input: Tensor
    offset: int


# Descriptions


def describe_quantization(tensor: Tensor) -> str:
    """Give the formula from a tensor's integers to real numbers."""
    return f"{tensor.scale:.6g} * (q - {tensor.zero_point})".replace("- -", "+ ")


def describe(inputs: list[Tensor], output: Tensor, *details: str) -> str:
    """Describe a layer: shapes, details, quantisation of the first input and of the output."""
    lines = [
        f"{', '.join(shape_text(t.shape) for t in inputs)} > {shape_text(output.shape)}",
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


# Sizes


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


# Operands of operators that work value by value


@dataclass(frozen=True)
class Operands:
    """Two tensors that are combined value by value, one of which may be constant.

    Attributes
    ----------
    tensors : tuple of Tensor
        Both, with their scales.
    computed : list of Tensor
        Those that are not constant.
    places : list of str
        What stands for each in a call.
    arrays : list of Array
        The constant, repeated to the size of the other.
    """

    tensors: tuple[Tensor, Tensor]
    computed: list[Tensor]
    places: list[str]
    arrays: list[Array]

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the result."""
        return self.computed[0].shape


def operands(context: Context, does: str) -> Operands:
    """Take the two inputs of an operation that combines tensors of one shape, or a constant.

    Parameters
    ----------
    context
        Of the node.
    does
        Its verb in messages, such as "adds".
    """
    a, b = required(context, 0), required(context, 1)
    both_constant = a.values is not None and b.values is not None
    computed: list[Tensor] = []
    places, arrays = [], []
    for index, tensor in enumerate((a, b)):
        if tensor.values is None or both_constant:
            computed.append(activation(context, index))
            places.append("{input1}" if len(computed) > 1 else "{input}")
            continue
        values = constant(context, tensor, "int8")
        require_one_scale(context, tensor, range(-128, 128))
        name, shape = f"{context.name}_constant", (b if index == 0 else a).shape
        try:
            repeated = np.broadcast_to(values, shape).ravel()
        except ValueError:
            refuse(
                context,
                f"{does} a constant of {shape_text(values.shape)} and {shape_text(shape)}: no "
                "kernel does that.",
            )
        places.append(name)
        arrays.append(Array(name, "int8_t", repeated))
    if computed[0].shape != computed[-1].shape:
        refuse(context, f"{does} tensors of different shapes: no kernel does that.")
    return Operands((a, b), computed, places, arrays)


def layer_of_operands(
    context: Context,
    both: Operands,
    result: Tensor,
    *,
    function: str,
    structure: str,
    fields: Mapping[str, object],
) -> Layer:
    """Make the layer of a kernel that combines two tensors value by value.

    Parameters
    ----------
    context
        Of the node.
    both
        The two tensors.
    result
        Of their shape.
    function, structure
        The kernel, and the type of the constant structure that it takes.
    fields
        Of the structure, beside the size, the zero points and the bounds of the result.
    """
    low, high = activation_bounds(context)
    values: dict[str, object] = {
        "size": result.size,
        "zero_point": initializer(tensor.zero_point for tensor in both.tensors),
        **fields,
        "output_zero_point": result.zero_point,
        "activation_min": low,
        "activation_max": high,
    }
    return Layer(
        name=context.name,
        op=context.node.op,
        description=describe(list(both.tensors), result),
        inputs=both.computed,
        output=result,
        calls=[f"{function}(&{context.name}, {', '.join(both.places)}, {{output}});"],
        arrays=both.arrays,
        structure=constant_structure(structure, context.name, values),
    )


def parts(
    context: Context, input_: Tensor, axis: int, shapes: list[tuple[int, ...]]
) -> list[Alias]:
    """Lower the outputs, of the given shapes, to parts of the input one after the other.

    Raises
    ------
    UserError
        If the outputs have other shapes or scales, or are not the whole input; or if there is more
        than one index before the axis, so that parts are not contiguous.
    """
    if math.prod(input_.shape[:axis]) != 1:
        refuse(context, "has parts that are not contiguous: no kernel does that.")
    made, offset = [], 0
    for result, shape in zip(context.node.outputs, shapes, strict=True):
        if result.shape != shape:
            refuse(
                context,
                f"has a part of {shape_text(result.shape)}, but it computes {shape_text(shape)}: "
                "the model is damaged.",
            )
        require_same_quantization(context, input_, result)
        made.append(Alias(result, input_, offset))
        offset += result.size
    if offset != input_.size:
        refuse(
            context,
            f"has {offset} values in its parts, of {input_.size}: the model is damaged.",
        )
    return made


# Structures of several kernels


def linear_layer(
    context: Context, weights: np.ndarray, input_: Tensor, filter_: Tensor, output: Tensor
) -> tuple[list[Array], str]:
    """Make arrays and structure of a w2n_linear whose rows of weights are given."""
    name = context.name
    bias, scales = bias_and_scales(context, weights, input_, filter_, output)
    low, high = activation_bounds(context)
    added = -len(weights) % 4
    arrays = [
        Array(f"{name}_weights", "int16_t", pack_weights(weights)),
        Array(f"{name}_bias", "int32_t", np.pad(bias, (0, added))),
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


def bias_and_scales(
    context: Context, weights: np.ndarray, input_: Tensor, filter_: Tensor, output: Tensor
) -> tuple[np.ndarray, list[Scale]]:
    """Give what is added to the sum of each row of weights, and how the sum becomes int8."""
    bias = constant_bias(context, 2, len(weights))
    require_scale_of_sums(context, 2, input_, filter_)
    folded = fold_zero_point(bias, weights, input_.zero_point)
    largest = largest_sums(context, weights, folded, SUM_LIMIT)
    return folded, sum_scales(context, input_, filter_, output.scale, largest)


@dataclass(frozen=True)
class Window:
    """A window that moves over an image [1, height, width, channels], as the options say.

    Attributes
    ----------
    input_shape : tuple of int
        Of the image.
    size, stride, dilation, padding : tuple of int
        Downwards and to the right; the padding is that before the first row and column.
    output_size : tuple of int
        How many places it takes.
    """

    input_shape: tuple[int, ...]
    size: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    padding: tuple[int, int]
    output_size: tuple[int, int]

    def structure(self, layer: str) -> str:
        """Make the w2n_window named {layer}_window."""
        fields: dict[str, object] = {
            "input_height": self.input_shape[1],
            "input_width": self.input_shape[2],
            "channels": self.input_shape[3],
            "output_height": self.output_size[0],
            "output_width": self.output_size[1],
            "filter_height": self.size[0],
            "filter_width": self.size[1],
        }
        fields |= {"stride_height": self.stride[0], "stride_width": self.stride[1]}
        fields |= {"dilation_height": self.dilation[0], "dilation_width": self.dilation[1]}
        fields |= {"padding_top": self.padding[0], "padding_left": self.padding[1]}
        return constant_structure("w2n_window", f"{layer}_window", fields)


def window(
    context: Context, input_: Tensor, size: tuple[int, int], *, dilated: bool = False
) -> Window:
    """Compute how a window of a size moves over the input, as TensorFlow does.

    Raises
    ------
    UserError
        If the input is not one image, the options make no sense, or the window fits nowhere.
    """
    if input_.shape[0] != 1:
        refuse(context, f"has an input of {shape_text(input_.shape)}: only batches of 1 work.")
    same = option(context, "padding", range(2)) == 0
    stride = option(context, "strideH", STEPS), option(context, "strideW", STEPS)
    dilation = 1, 1
    if dilated:
        dilation = (
            option(context, "dilationHFactor", STEPS),
            option(context, "dilationWFactor", STEPS),
        )
    padding, places = [], []
    for there, wide, step, spread in zip(input_.shape[1:3], size, stride, dilation, strict=True):
        covered = (wide - 1) * spread + 1
        count = -(-(there if same else there - covered + 1) // step)
        reach = (count - 1) * step + covered
        before = max(reach - there, 0) // 2 if same else 0
        if count < 1 or reach > REACH_LIMIT or before > STEPS[-1]:
            refuse(
                context,
                f"has a window that covers {covered:,} places of {there:,}: convert the model "
                "again.",
            )
        places.append(count)
        padding.append(before)
    return Window(
        input_shape=input_.shape,
        size=size,
        stride=stride,
        dilation=dilation,
        padding=(padding[0], padding[1]),
        output_size=(places[0], places[1]),
    )
