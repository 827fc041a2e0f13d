"""From operations of TensorFlow Lite to calls of the kernels."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from wav2nano.c_source import initializer, structure
from wav2nano.codegen.packing import fold_zero_point, pack_weights
from wav2nano.codegen.read_tflite import ACTIVATIONS, Graph, Node, Tensor
from wav2nano.codegen.scales import (
    Scale,
    activation_range,
    mean_scale,
    product_scales,
    quantize_multiplier,
    softmax_scale,
)
from wav2nano.errors import UserError

# What sums must stay below: in the LSTM, which starts them from the bias, and elsewhere.
LSTM_SUM_LIMIT, SUM_LIMIT = 2**23, 2**30


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
        Shapes and quantisation, for people.
    inputs, output : list of Tensor, Tensor
        What it reads and writes.
    calls : list of str
        Statements, with {input}, {input1} ..., {output} and {scratch} for the buffers.
    arrays : list of Array
        Its constant arrays.
    structure : str
        Definitions in C that refer to the arrays.
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
    scratch: int = 0
    macs: int = 0


@dataclass(frozen=True)
class Alias:
    """A tensor that is a part of another: `size` elements from `offset` on."""

    output: Tensor
    input: Tensor
    offset: int


def lower(graph: Graph) -> list[Layer | Alias]:
    """Translate a graph, node by node.

    Raises
    ------
    UserError
        If the model is not quantised to int8 throughout, or has an operation that the kernels lack.
    """
    for tensor, role in ((graph.input, "input"), (graph.output, "output")):
        if tensor.type != "int8":
            raise UserError(
                f"The {role} of {graph.source} is {tensor.type}: quantise the model to int8 first, "
                "with int8 input and output (inference_input_type and inference_output_type)."
            )
    lowered: list[Layer | Alias] = []
    names: dict[str, int] = {}
    consumers = _consumers(graph)
    nodes = list(graph.nodes)
    while nodes:
        node = nodes.pop(0)
        if node.op not in _LOWER:
            raise UserError(
                f"{graph.source} has the operation {node.op}, for which there is no kernel. "
                f"There are: {', '.join(sorted(_LOWER))}."
            )
        _check_types(node, graph.source)
        stem = node.op.lower() if node.op != "UNIDIRECTIONAL_SEQUENCE_LSTM" else "lstm"
        names[stem] = names.get(stem, 0) + 1
        context = _Context(graph.source, f"{stem}_{names[stem]}", node)
        if stem == "lstm":
            last = _last_step_reader(node.outputs[0], consumers, graph.output)
            if last is not None:
                nodes.remove(last)
            lowered.append(_lstm(context, last.outputs[0] if last is not None else None))
        else:
            lowered.append(_LOWER[node.op](context))
    return lowered


@dataclass(frozen=True)
class _Context:
    source: str
    name: str
    node: Node

    @property
    def where(self) -> str:
        return f"{self.name} of {self.source}"


def _consumers(graph: Graph) -> dict[int, list[Node]]:
    consumers: dict[int, list[Node]] = {}
    for node in graph.nodes:
        for tensor in node.inputs:
            if tensor is not None:
                consumers.setdefault(tensor.index, []).append(node)
    return consumers


def _check_types(node: Node, source: str) -> None:
    for tensor in (node.inputs[0], *node.outputs):
        if tensor is None or tensor.type != "int8":
            kind = "missing" if tensor is None else tensor.type
            raise UserError(
                f"{node.op} of {source} has a tensor that is {kind}, not int8: quantise the model "
                "to int8 first (target_spec.supported_ops = [TFLITE_BUILTINS_INT8])."
            )
        if not len(tensor.scales):
            raise UserError(f"{node.op} of {source} has a tensor without a scale: {tensor.name}.")


# Descriptions


def _quantization(tensor: Tensor) -> str:
    return f"{tensor.scale:.6g} * (q - {tensor.zero_point})".replace("- -", "+ ")


def _shape(tensor: Tensor) -> str:
    return " x ".join(map(str, tensor.shape))


def _describe(node: Node, *details: str) -> str:
    state = [t.index for t in node.inputs[_HIDDEN_STATE : _CELL_STATE + 1] if t is not None]
    sources = [
        t for t in node.inputs if t is not None and t.values is None and t.index not in state
    ]
    lines = [
        f"{', '.join(map(_shape, sources))} > {_shape(node.outputs[0])}",
        *details,
        f"input {_quantization(node.inputs[0])}, output {_quantization(node.outputs[0])}",
    ]
    return "\n".join(lines)


# Pieces of C


def _scales(name: str, scales: list[Scale]) -> Array:
    values = np.array([[s.multiplier, s.shift] for s in scales], np.int64)
    return Array(name, "w2n_scale", values)


def _c_scale(scale: Scale) -> str:
    return initializer((scale.multiplier, scale.shift))


def _structure(type_name: str, name: str, fields: dict[str, object]) -> str:
    return structure(f"static const {type_name} {name}", fields)


def _even(n: int) -> int:
    return -(-n // 2) * 2


# Operations


def _constant(context: _Context, tensor: Tensor | None, kind: str) -> np.ndarray:
    if tensor is None or tensor.values is None or tensor.type != kind:
        raise UserError(
            f"{context.where}: a weight, bias or axis is no constant of type {kind}; quantise the "
            "model to int8 with constant weights."
        )
    return tensor.values


def _weights(context: _Context, tensor: Tensor | None) -> np.ndarray:
    weights = _constant(context, tensor, "int8").astype(np.int32)
    if weights.min() < -127 or tensor.zero_point != 0:
        raise UserError(
            f"{context.where} has a weight of -128 or weights with a zero point; TensorFlow Lite's "
            "scheme has weights in [-127, 127] around 0. Convert the model anew."
        )
    return weights


def _bias(context: _Context, tensor: Tensor | None, rows: int) -> np.ndarray:
    if tensor is None:
        return np.zeros(rows, np.int64)
    return _constant(context, tensor, "int32").astype(np.int64)


def _activation(context: _Context) -> tuple[int, int]:
    name = ACTIVATIONS.get(context.node.options.get("fusedActivationFunction", 0), "unknown")
    if name not in ("none", "relu", "relu6", "relu_n1_to_1"):
        raise UserError(f"{context.where} has the activation {name}, which is not one of ReLU's.")
    output = context.node.outputs[0]
    return activation_range(name, output.scale, output.zero_point)


def _folded_bias(context: _Context, weights: np.ndarray) -> np.ndarray:
    """Give the bias of each row of weights with the input's zero point folded in."""
    tensor = context.node.inputs[2] if len(context.node.inputs) > 2 else None
    bias = _bias(context, tensor, len(weights))
    folded = fold_zero_point(bias, weights, context.node.inputs[0].zero_point)
    if (np.abs(folded) + 128 * np.abs(weights).sum(axis=1)).max() >= SUM_LIMIT:
        raise UserError(f"{context.where} has sums beyond 2^30: use fewer inputs.")
    return folded


def _linear(context: _Context, weights: np.ndarray, scales: list[Scale]) -> tuple[list[Array], str]:
    """Arrays and structure of a w2n_linear whose rows of weights are given."""
    name = context.name
    output = context.node.outputs[0]
    low, high = _activation(context)
    added = -len(weights) % 4
    arrays = [
        Array(f"{name}_weights", "int16_t", pack_weights(weights)),
        Array(f"{name}_bias", "int32_t", np.pad(_folded_bias(context, weights), (0, added))),
        _scales(f"{name}_scale", [*scales, *[Scale(0, 0)] * added]),
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
    return arrays, _structure("w2n_linear", name, fields)


def _fully_connected(context: _Context) -> Layer:
    node = context.node
    input_, filter_, output = node.inputs[0], node.inputs[1], node.outputs[0]
    weights = _weights(context, filter_)
    if node.options.get("weightsFormat", 0) != 0 or weights.ndim != 2:
        raise UserError(
            f"{context.where} has weights in a shuffled format; convert the model anew."
        )
    outputs, inputs = weights.shape
    scales = product_scales(input_.scale, filter_.scales, output.scale, outputs)
    rows = input_.size // inputs
    arrays, structure = _linear(context, weights, scales)
    return Layer(
        name=context.name,
        op=node.op,
        description=_describe(node),
        inputs=[input_],
        output=output,
        calls=[
            f"w2n_fully_connected(&{context.name}, {rows}, {{input}}, {{scratch}}, {{output}});"
        ],
        arrays=arrays,
        structure=structure,
        scratch=_even(inputs),
        macs=rows * inputs * outputs,
    )


def _window(context: _Context, filter_height: int, filter_width: int) -> str:
    """Structure w2n_window named {layer}_window; padding as TensorFlow computes it."""
    options = context.node.options
    input_, output = context.node.inputs[0], context.node.outputs[0]
    if len(input_.shape) != 4 or input_.shape[0] != 1:
        raise UserError(
            f"{context.where} has an input of {_shape(input_)}: batches of 1 are possible."
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
    return _structure("w2n_window", f"{context.name}_window", fields)


def _conv_2d(context: _Context) -> Layer:
    node = context.node
    input_, filter_, output = node.inputs[0], node.inputs[1], node.outputs[0]
    weights = _weights(context, filter_)
    outputs, height, width, channels = weights.shape
    if channels != input_.shape[3]:
        raise UserError(f"{context.where} is a grouped convolution, for which there is no kernel.")
    rows = weights.reshape(outputs, -1)
    arrays, structure = _linear(
        context, rows, product_scales(input_.scale, filter_.scales, output.scale, outputs)
    )
    name = context.name
    return Layer(
        name=name,
        op=node.op,
        description=_describe(node, f"{height} x {width} filter"),
        inputs=[input_],
        output=output,
        calls=[
            f"w2n_conv_2d(&{name}, &{name}_window, {input_.zero_point}, {{input}}, {{scratch}}, "
            "{output});"
        ],
        arrays=arrays,
        structure=structure + "\n\n" + _window(context, height, width),
        scratch=_even(rows.shape[1]),
        macs=output.size * rows.shape[1],
    )


def _depthwise_conv_2d(context: _Context) -> Layer:
    node = context.node
    input_, filter_, output = node.inputs[0], node.inputs[1], node.outputs[0]
    weights = _weights(context, filter_)
    _, height, width, outputs = weights.shape
    low, high = _activation(context)
    bias = _folded_bias(context, weights.reshape(-1, outputs).T)
    name = context.name
    fields = {
        "multiplier": outputs // input_.shape[3],
        "weights": f"{name}_weights",
        "bias": f"{name}_bias",
        "scale": f"{name}_scale",
        "input_zero_point": input_.zero_point,
        "output_zero_point": output.zero_point,
        "activation_min": low,
        "activation_max": high,
    }
    scales = product_scales(input_.scale, filter_.scales, output.scale, outputs)
    return Layer(
        name=name,
        op=node.op,
        description=_describe(node, f"{height} x {width} filter"),
        inputs=[input_],
        output=output,
        calls=[
            f"w2n_depthwise_conv_2d(&{name}, &{name}_window, {{input}}, {{scratch}}, {{output}});"
        ],
        arrays=[
            Array(f"{name}_weights", "int8_t", weights.ravel()),
            Array(f"{name}_bias", "int32_t", bias),
            _scales(f"{name}_scale", scales),
        ],
        structure=_structure("w2n_depthwise_layer", name, fields)
        + "\n\n"
        + _window(context, height, width),
        scratch=-(-height * width * input_.shape[3] // 2),
        macs=output.size * height * width,
    )


def _pool(context: _Context, function: str) -> Layer:
    node = context.node
    height, width = node.options["filterHeight"], node.options["filterWidth"]
    low, high = _activation(context)
    return Layer(
        name=context.name,
        op=node.op,
        description=_describe(node, f"{height} x {width} window"),
        inputs=[node.inputs[0]],
        output=node.outputs[0],
        calls=[f"{function}(&{context.name}_window, {low}, {high}, {{input}}, {{output}});"],
        structure=_window(context, height, width),
    )


def _max_pool_2d(context: _Context) -> Layer:
    return _pool(context, "w2n_max_pool_2d")


def _average_pool_2d(context: _Context) -> Layer:
    return _pool(context, "w2n_average_pool_2d")


def _axes(context: _Context, tensor: Tensor | None, rank: int) -> list[int]:
    values = _constant(context, tensor, "int32").ravel()
    return sorted({int(axis) % rank for axis in values})


def _split_at(shape: tuple[int, ...], axes: list[int]) -> tuple[int, int, int]:
    """Sizes before, along and after neighbouring axes."""
    first, last = axes[0], axes[-1]
    parts = shape[:first], shape[first : last + 1], shape[last + 1 :]
    outer, count, inner = (int(np.prod(part, dtype=np.int64)) for part in parts)
    return outer, count, inner


def _mean(context: _Context) -> Layer:
    node = context.node
    input_, output = node.inputs[0], node.outputs[0]
    axes = _axes(context, node.inputs[1], len(input_.shape))
    if not axes or axes != list(range(axes[0], axes[-1] + 1)):
        raise UserError(f"{context.where} is a mean over axes {axes}, which are not neighbours.")
    outer, count, inner = _split_at(input_.shape, axes)
    fields = {
        "outer": outer,
        "count": count,
        "inner": inner,
        "input_zero_point": input_.zero_point,
        "scale": _c_scale(mean_scale(input_.scale, output.scale, count)),
        "output_zero_point": output.zero_point,
    }
    return Layer(
        name=context.name,
        op=node.op,
        description=_describe(node),
        inputs=[input_],
        output=output,
        calls=[f"w2n_mean(&{context.name}, {{input}}, {{output}});"],
        structure=_structure("w2n_mean_layer", context.name, fields),
    )


def _add(context: _Context) -> Layer:
    node = context.node
    a, b = node.inputs
    output = node.outputs[0]
    if b is None or b.type != "int8" or b.values is not None or a.shape != b.shape:
        raise UserError(
            f"{context.where} adds a constant or tensors of two shapes: no kernel does."
        )
    twice_larger = 2 * float(max(a.scale, b.scale))
    low, high = _activation(context)
    scales = [quantize_multiplier(float(t.scale) / twice_larger) for t in (a, b)]
    fields = {
        "size": output.size,
        "zero_point": initializer((a.zero_point, b.zero_point)),
        "scale": initializer(map(_c_scale, scales)),
        "output_scale": _c_scale(quantize_multiplier(twice_larger / (2**20 * float(output.scale)))),
        "output_zero_point": output.zero_point,
        "activation_min": low,
        "activation_max": high,
    }
    return Layer(
        name=context.name,
        op=node.op,
        description=_describe(node),
        inputs=[a, b],
        output=output,
        calls=[f"w2n_add(&{context.name}, {{input}}, {{input1}}, {{output}});"],
        structure=_structure("w2n_add_layer", context.name, fields),
    )


def _softmax(context: _Context) -> Layer:
    node = context.node
    input_, output = node.inputs[0], node.outputs[0]
    if output.scale != np.float32(1 / 256) or output.zero_point != -128:
        raise UserError(f"{context.where} has an output scale other than 1/256: convert it anew.")
    scale, minimum = softmax_scale(node.options["beta"], input_.scale)
    depth = input_.shape[-1]
    return Layer(
        name=context.name,
        op=node.op,
        description=_describe(node),
        inputs=[input_],
        output=output,
        calls=[
            f"w2n_softmax({context.name}_scale, {minimum}, {input_.size // depth}, {depth}, "
            "{input}, {output});"
        ],
        structure=f"static const w2n_scale {context.name}_scale = {_c_scale(scale)};",
    )


def _concatenation(context: _Context) -> Layer:
    node = context.node
    output = node.outputs[0]
    if any(t is None or t.type != "int8" or t.values is not None for t in node.inputs):
        raise UserError(f"{context.where} joins a constant or a tensor that is not int8.")
    if node.options.get("fusedActivationFunction", 0) != 0:
        raise UserError(f"{context.where} has an activation: no kernel does that.")
    axis = node.options["axis"] % len(output.shape)
    rows, _, _ = _split_at(output.shape, [axis])
    stride = output.size // rows
    calls, offset = [], 0
    for i, tensor in enumerate(node.inputs):
        size = tensor.size // rows
        source = "{input}" if i == 0 else f"{{input{i}}}"
        target = "{output}" + (f" + {offset}" if offset else "")
        calls.append(f"w2n_copy_rows({rows}, {size}, {source}, {stride}, {target});")
        offset += size
    return Layer(
        name=context.name,
        op=node.op,
        description=_describe(node),
        inputs=list(node.inputs),
        output=output,
        calls=calls,
    )


def _reverse_v2(context: _Context) -> Layer:
    node = context.node
    input_ = node.inputs[0]
    axes = _axes(context, node.inputs[1], len(input_.shape))
    if len(axes) != 1:
        raise UserError(f"{context.where} reverses the axes {axes}: one at a time is possible.")
    outer, count, inner = _split_at(input_.shape, axes)
    return Layer(
        name=context.name,
        op=node.op,
        description=_describe(node),
        inputs=[input_],
        output=node.outputs[0],
        calls=[f"w2n_reverse({outer}, {count}, {inner}, {{input}}, {{output}});"],
    )


def _reshape(context: _Context) -> Alias:
    return Alias(context.node.outputs[0], context.node.inputs[0], 0)


def _strided_slice(context: _Context) -> Alias:
    places = _slice_places(context.node)
    if places is None:
        raise UserError(f"{context.where} has bounds that are no constants.")
    first = int(places[0]) if len(places) else 0
    if not np.array_equal(places, np.arange(first, first + len(places))):
        raise UserError(
            f"{context.where} picks elements that do not lie side by side: no kernel does that."
        )
    return Alias(context.node.outputs[0], context.node.inputs[0], first)


def _slice_places(node: Node) -> np.ndarray | None:
    """Find the indices, in the flattened input, of what a STRIDED_SLICE picks."""
    bounds = [t.values if t is not None else None for t in node.inputs[1:4]]
    options = node.options
    if any(b is None for b in bounds) or options["ellipsisMask"] or options["newAxisMask"]:
        return None
    begin, end, strides = (np.atleast_1d(b) for b in bounds)
    index: list[slice | int] = []
    for axis in range(len(begin)):
        bit = 1 << axis
        if options["shrinkAxisMask"] & bit:
            index.append(int(begin[axis]))
            continue
        index.append(
            slice(
                None if options["beginMask"] & bit else int(begin[axis]),
                None if options["endMask"] & bit else int(end[axis]),
                int(strides[axis]),
            )
        )
    shape = node.inputs[0].shape
    return np.arange(node.inputs[0].size).reshape(shape)[tuple(index)].ravel()


def _last_step_reader(
    sequence: Tensor, consumers: dict[int, list[Node]], model_output: Tensor
) -> Node | None:
    """Find the STRIDED_SLICE that takes the last step, if nothing else reads the sequence."""
    readers = consumers.get(sequence.index, [])
    if (
        len(readers) != 1
        or readers[0].op != "STRIDED_SLICE"
        or sequence.index == model_output.index
    ):
        return None
    units = sequence.shape[-1]
    last_step = np.arange(sequence.size - units, sequence.size)
    return readers[0] if np.array_equal(_slice_places(readers[0]), last_step) else None


# Places among the 24 inputs of UNIDIRECTIONAL_SEQUENCE_LSTM, gates in the order input, forget,
# cell, output.
_INPUT_WEIGHTS, _RECURRENT_WEIGHTS, _BIASES = slice(1, 5), slice(5, 9), slice(12, 16)
_HIDDEN_STATE, _CELL_STATE = 18, 19
_VARIANTS = (*range(9, 12), *range(16, 18), *range(20, 24))


def _lstm(context: _Context, last_step: Tensor | None) -> Layer:
    """Lower an LSTM; with `last_step`, its output is the state after the last step alone."""
    node = context.node
    options = node.options
    input_, sequence = node.inputs[0], node.outputs[0]
    hidden, cell = node.inputs[_HIDDEN_STATE], node.inputs[_CELL_STATE]
    if len(node.inputs) != 24 or any(node.inputs[i] is not None for i in _VARIANTS):
        raise UserError(
            f"{context.where} is an LSTM with peepholes, projection or layer normalisation; "
            "there is a kernel for the plain one."
        )
    if ACTIVATIONS.get(options["fusedActivationFunction"]) != "tanh":
        raise UserError(f"{context.where} has an activation other than tanh: no kernel does that.")
    if options["timeMajor"]:
        steps, batch, inputs = input_.shape
    else:
        batch, steps, inputs = input_.shape
    if batch != 1:
        raise UserError(
            f"{context.where} has a batch of {batch}: convert the model for a batch of 1."
        )
    units = sequence.shape[-1]

    if cell.type != "int16" or hidden.type != "int8":
        raise UserError(f"{context.where} is not quantised to int8 with a cell state of int16.")
    fraction_bits = -round(float(np.log2(cell.scale)))
    if cell.scale != np.float32(2.0**-fraction_bits) or not 0 <= fraction_bits <= 15:
        raise UserError(f"{context.where} has a cell state whose scale is no power of two.")
    clip = options["cellClip"]
    limit = int(min(float(clip) / float(cell.scale), 32767.0))
    cell_range = (-limit, limit) if clip > 0 else (-32768, 32767)

    name = context.name
    bias = np.stack([_bias(context, t, units) for t in node.inputs[_BIASES]], axis=1)
    from_input = _lstm_gates(context, input_, node.inputs[_INPUT_WEIGHTS], bias)
    from_hidden = _lstm_gates(context, hidden, node.inputs[_RECURRENT_WEIGHTS], 0 * bias)
    arrays = [
        Array(
            f"{name}_weights",
            "int16_t",
            np.concatenate([from_input.weights, from_hidden.weights], axis=1).ravel(),
        ),
        Array(
            f"{name}_bias", "int32_t", np.stack([from_input.bias, from_hidden.bias], axis=1).ravel()
        ),
    ]
    fields: dict[str, object] = {
        "steps": steps,
        "inputs": inputs,
        "units": units,
        "weights": f"{name}_weights",
        "bias": f"{name}_bias",
        "input_scale": initializer(map(_c_scale, from_input.scales)),
        "recurrent_scale": initializer(map(_c_scale, from_hidden.scales)),
        "cell_fraction_bits": fraction_bits,
        "cell_minimum": cell_range[0],
        "cell_maximum": cell_range[1],
        # The output gate and tanh give Q0.15 each.
        "hidden_scale": _c_scale(quantize_multiplier(2.0**-30 / float(hidden.scale))),
        "hidden_zero_point": hidden.zero_point,
    }
    stride = 0 if last_step is not None else units
    return Layer(
        name=name,
        op=node.op,
        description=_describe(
            node,
            *(["the last step alone"] if last_step is not None else []),
            f"hidden state {_quantization(hidden)}, cell state 2^-{fraction_bits} * q",
        ),
        inputs=[input_],
        output=sequence if last_step is None else last_step,
        calls=[f"w2n_lstm(&{name}, {{input}}, {{scratch}}, {stride}, {{output}});"],
        arrays=arrays,
        structure=_structure("w2n_lstm_layer", name, fields),
        scratch=_even(inputs) + 2 * _even(units) + units,
        macs=steps * 4 * units * (inputs + units),
    )


@dataclass(frozen=True)
class _LstmGates:
    """What the four gates make of one vector: packed weights [units, ...], bias [units, 4]."""

    weights: np.ndarray
    bias: np.ndarray
    scales: list[Scale]


def _lstm_gates(
    context: _Context, vector: Tensor, filters: list[Tensor | None], bias: np.ndarray
) -> _LstmGates:
    if any(f is not None and len(f.scales) != 1 for f in filters):
        raise UserError(
            f"{context.where} has weights with more than one scale: no kernel does that."
        )
    weights = np.stack([_weights(context, f) for f in filters], axis=1)
    units, gates, size = weights.shape
    rows = weights.reshape(units * gates, size)
    folded = fold_zero_point(bias.ravel(), rows, vector.zero_point)
    if (np.abs(folded) + 128 * np.abs(rows).sum(axis=1)).max() >= LSTM_SUM_LIMIT:
        raise UserError(
            f"{context.where}: sums of its weights can pass 2^23, which the kernel cannot hold. "
            "Use fewer units or inputs, or scale the features down."
        )
    gate_scale = np.float32(2.0**-12)  # the gates' input is Q3.12
    return _LstmGates(
        weights=pack_weights(rows).reshape(units, -1),
        bias=folded.reshape(units, gates),
        scales=[product_scales(vector.scale, f.scales, gate_scale, 1)[0] for f in filters],
    )


_LOWER: dict[str, Callable[[_Context], Layer | Alias]] = {
    "ADD": _add,
    "AVERAGE_POOL_2D": _average_pool_2d,
    "CONCATENATION": _concatenation,
    "CONV_2D": _conv_2d,
    "DEPTHWISE_CONV_2D": _depthwise_conv_2d,
    "EXPAND_DIMS": _reshape,
    "FULLY_CONNECTED": _fully_connected,
    "MAX_POOL_2D": _max_pool_2d,
    "MEAN": _mean,
    "RESHAPE": _reshape,
    "REVERSE_V2": _reverse_v2,
    "SOFTMAX": _softmax,
    "SQUEEZE": _reshape,
    "STRIDED_SLICE": _strided_slice,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": lambda context: _lstm(context, None),
}
