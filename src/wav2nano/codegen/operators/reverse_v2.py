"""One axis in reverse order."""

from wav2nano.codegen.checks import Context, activation, constant_axes, output, refuse
from wav2nano.codegen.operator_parts import Layer, describe, split_at

OPERATIONS = ("REVERSE_V2",)
MOST_INPUTS = 2


def lower(context: Context) -> Layer:
    """Lower to w2n_reverse."""
    node = context.node
    input_ = activation(context, 0)
    result = output(context, input_.shape)
    axes = constant_axes(context, 1, len(input_.shape))
    if len(axes) != 1:
        refuse(context, f"reverses the axes {axes}: only one at a time is possible.")
    outer, count, inner = split_at(input_.shape, axes)
    return Layer(
        name=context.name,
        op=node.op,
        description=describe([input_], result),
        inputs=[input_],
        output=result,
        calls=[f"w2n_reverse({outer}, {count}, {inner}, {{input}}, {{output}});"],
    )
