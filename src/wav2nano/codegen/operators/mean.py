"""The mean over adjacent axes."""

from wav2nano.codegen.checks import (
    Context,
    activation,
    constant_axes,
    output,
    refuse,
    scale,
)
from wav2nano.codegen.operator_parts import (
    Layer,
    constant_structure,
    describe,
    scale_initializer,
    split_at,
)
from wav2nano.codegen.scales import mean_scale

OPERATIONS = ("MEAN",)
MOST_INPUTS = 2
OPTIONS = "ReducerOptions"


def lower(context: Context) -> Layer:
    """Lower to w2n_mean."""
    node = context.node
    input_ = activation(context, 0)
    axes = constant_axes(context, 1, len(input_.shape))
    if not axes or axes != list(range(axes[0], axes[-1] + 1)):
        refuse(context, f"is a mean over axes {axes}, which are not adjacent.")
    kept = (1,) * len(axes) if node.options["keepDims"] else ()
    result = output(context, input_.shape[: axes[0]] + kept + input_.shape[axes[-1] + 1 :])
    outer, count, inner = split_at(input_.shape, axes)
    rescaling = scale(context, float(input_.scale) / float(result.scale), 255 * count)
    fields = {
        "outer": outer,
        "count": count,
        "inner": inner,
        "input_zero_point": input_.zero_point,
        "scale": scale_initializer(mean_scale(rescaling, count)),
        "output_zero_point": result.zero_point,
    }
    return Layer(
        name=context.name,
        op=node.op,
        description=describe([input_], result),
        inputs=[input_],
        output=result,
        calls=[f"w2n_mean(&{context.name}, {{input}}, {{output}});"],
        structure=constant_structure("w2n_mean_layer", context.name, fields),
    )
