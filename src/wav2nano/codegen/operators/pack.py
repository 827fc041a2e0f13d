"""Tensors of one shape along a new axis."""

import math

from wav2nano.codegen.checks import (
    Context,
    activation,
    axis_in,
    output,
    refuse,
    require_same_quantization,
)
from wav2nano.codegen.operator_parts import Layer, describe

OPERATIONS = ("PACK",)
MOST_INPUTS = 1000
OPTIONS = "PackOptions"


def lower(context: Context) -> Layer:
    """Lower to a call of w2n_copy_rows for each input."""
    node = context.node
    inputs = [activation(context, i) for i in range(max(len(node.inputs), 1))]
    shape = inputs[0].shape
    if any(tensor.shape != shape for tensor in inputs):
        refuse(context, "joins tensors of different shapes: convert the model again.")
    axis = axis_in(context, node.options["axis"], len(shape) + 1)
    result = output(context, (*shape[:axis], len(inputs), *shape[axis:]))
    for tensor in inputs:
        require_same_quantization(context, tensor, result)
    rows, size = math.prod(shape[:axis]), math.prod(shape[axis:])
    calls = []
    for i in range(len(inputs)):
        target = "{output}" + (f" + {i * size}" if i else "")
        source = f"{{input{i or ''}}}"
        calls.append(f"w2n_copy_rows({rows}, {size}, {source}, {size * len(inputs)}, {target});")
    return Layer(
        name=context.name,
        op=node.op,
        description=describe(inputs[:1], result, f"and {len(inputs) - 1} more like it"),
        inputs=inputs,
        output=result,
        calls=calls,
    )
