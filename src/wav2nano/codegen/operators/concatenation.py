"""Tensors joined along one axis."""

from wav2nano.codegen.operator_parts import Context, Layer, describe, split_at
from wav2nano.errors import UserError

OPERATIONS = ("CONCATENATION",)


def lower(context: Context) -> Layer:
    """Lower to a call of w2n_copy_rows for each input."""
    node = context.node
    output = node.outputs[0]
    inputs = [context.required(i) for i in range(len(node.inputs))]
    if any(t.type != "int8" or t.values is not None for t in inputs):
        raise UserError(f"{context.where} joins a constant or a tensor that is not int8.")
    if node.options.get("fusedActivationFunction", 0) != 0:
        raise UserError(f"{context.where} has an activation: no kernel does that.")
    axis = node.options["axis"] % len(output.shape)
    rows, _, _ = split_at(output.shape, [axis])
    stride = output.size // rows
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
        description=describe(inputs, output),
        inputs=inputs,
        output=output,
        calls=calls,
    )
