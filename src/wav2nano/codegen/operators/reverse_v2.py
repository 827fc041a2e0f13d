"""One axis in reverse order."""

from wav2nano.codegen.operator_parts import Context, Layer, constant_axes, describe, split_at
from wav2nano.errors import UserError

OPERATIONS = ("REVERSE_V2",)


def lower(context: Context) -> Layer:
    """Lower to w2n_reverse."""
    node = context.node
    input_, output = context.required(0), node.outputs[0]
    axes = constant_axes(context, context.required(1), len(input_.shape))
    if len(axes) != 1:
        raise UserError(
            f"{context.where} reverses the axes {axes}: only one at a time is possible."
        )
    outer, count, inner = split_at(input_.shape, axes)
    return Layer(
        name=context.name,
        op=node.op,
        description=describe([input_], output),
        inputs=[input_],
        output=output,
        calls=[f"w2n_reverse({outer}, {count}, {inner}, {{input}}, {{output}});"],
    )
