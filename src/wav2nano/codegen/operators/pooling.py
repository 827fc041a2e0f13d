"""The largest value, or the mean, under a window that moves."""

from wav2nano.codegen.checks import (
    STEPS,
    Context,
    activation,
    activation_bounds,
    option,
    output,
    require_same_quantization,
)
from wav2nano.codegen.operator_parts import Layer, describe, window

OPERATIONS = ("MAX_POOL_2D", "AVERAGE_POOL_2D")
MOST_INPUTS = 1
OPTIONS = "Pool2DOptions"


def lower(context: Context) -> Layer:
    """Lower to w2n_max_pool_2d or w2n_average_pool_2d."""
    node = context.node
    input_ = activation(context, 0, rank=4)
    height, width = (
        option(context, "filterHeight", STEPS),
        option(context, "filterWidth", STEPS),
    )
    moving = window(context, input_, (height, width))
    result = output(context, (1, *moving.output_size, input_.shape[3]))
    require_same_quantization(context, input_, result)
    low, high = activation_bounds(context)
    function = f"w2n_{node.op.lower()}"
    return Layer(
        name=context.name,
        op=node.op,
        description=describe([input_], result, f"{height} x {width} window"),
        inputs=[input_],
        output=result,
        calls=[f"{function}(&{context.name}_window, {low}, {high}, {{input}}, {{output}});"],
        structure=moving.structure(context.name),
    )
