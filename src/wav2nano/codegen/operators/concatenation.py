"""Tensors joined along one axis."""

import math

from wav2nano.codegen.checks import (
    Context,
    activation,
    axis_in,
    option,
    output,
    refuse,
    require_same_quantization,
)
from wav2nano.codegen.operator_parts import Layer, describe

OPERATIONS = ("CONCATENATION",)
MOST_INPUTS = 100
OPTIONS = "ConcatenationOptions"


def lower(context: Context) -> Layer:
    """Lower to a call of w2n_copy_rows for each input."""
    node = context.node
    first = activation(context, 0)
    inputs = [activation(context, i) for i in range(len(node.inputs))]
    option(context, "fusedActivationFunction", range(1))
    axis = axis_in(context, node.options["axis"], len(first.shape))
    before, after = first.shape[:axis], first.shape[axis + 1 :]
    if any((t.shape[:axis], t.shape[axis + 1 :]) != (before, after) for t in inputs):
        refuse(context, "joins tensors whose shapes do not match: convert the model again.")
    result = output(context, (*before, sum(t.shape[axis] for t in inputs), *after))
    for tensor in inputs:
        require_same_quantization(context, tensor, result)
    rows = math.prod(before)
    stride = result.size // rows
    calls, offset = [], 0
    for i, tensor in enumerate(inputs):
        size = tensor.size // rows
        source = "{input}" if i == 0 else f"{{input{i}}}"
        target = "{output}" + (f" + {offset}" if offset else "")
        calls.append(f"w2n_copy_rows({rows}, {size}, {source}, {stride}, {target});")
        offset += size
    return Layer(
        name=context.name,
        op=node.op,
        description=describe(inputs, result),
        inputs=inputs,
        output=result,
        calls=calls,
    )
