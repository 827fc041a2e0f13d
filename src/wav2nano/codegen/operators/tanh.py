"""The hyperbolic tangent, value by value: a table of what each int8 becomes."""

from wav2nano.codegen.checks import Context, activation, output
from wav2nano.codegen.curves import require_curve, tanh
from wav2nano.codegen.operator_parts import Array, Layer, describe

OPERATIONS = ("TANH",)
MOST_INPUTS = 1


def lower(context: Context) -> Layer:
    """Lower to w2n_look_up."""
    input_ = activation(context, 0)
    result = output(context, input_.shape)
    require_curve(context, input_, result, 128, 0)
    name = context.name
    return Layer(
        name=name,
        op=context.node.op,
        description=describe([input_], result),
        inputs=[input_],
        output=result,
        calls=[f"w2n_look_up({name}_table, {result.size}, {{input}}, {{output}});"],
        arrays=[Array(f"{name}_table", "int8_t", tanh(input_.scale, input_.zero_point))],
    )
