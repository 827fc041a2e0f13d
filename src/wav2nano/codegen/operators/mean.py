"""The mean over adjacent axes."""

from wav2nano.codegen.operator_parts import (
    Context,
    Layer,
    constant_axes,
    constant_structure,
    describe,
    scale_initializer,
    split_at,
)
from wav2nano.codegen.scales import mean_scale
from wav2nano.errors import UserError

OPERATIONS = ("MEAN",)


def lower(context: Context) -> Layer:
    """Lower to w2n_mean."""
    node = context.node
    input_, output = context.required(0), node.outputs[0]
    axes = constant_axes(context, context.required(1), len(input_.shape))
    if not axes or axes != list(range(axes[0], axes[-1] + 1)):
        raise UserError(f"{context.where} is a mean over axes {axes}, which are not adjacent.")
    outer, count, inner = split_at(input_.shape, axes)
    fields = {
        "outer": outer,
        "count": count,
        "inner": inner,
        "input_zero_point": input_.zero_point,
        "scale": scale_initializer(mean_scale(input_.scale, output.scale, count)),
        "output_zero_point": output.zero_point,
    }
    return Layer(
        name=context.name,
        op=node.op,
        description=describe([input_], output),
        inputs=[input_],
        output=output,
        calls=[f"w2n_mean(&{context.name}, {{input}}, {{output}});"],
        structure=constant_structure("w2n_mean_layer", context.name, fields),
    )
