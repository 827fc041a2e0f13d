"""The largest value, or the mean, under a window that moves."""

from wav2nano.codegen.operator_parts import (
    Context,
    Layer,
    activation_bounds,
    describe,
    window_structure,
)

OPERATIONS = ("MAX_POOL_2D", "AVERAGE_POOL_2D")


def lower(context: Context) -> Layer:
    """Lower to w2n_max_pool_2d or w2n_average_pool_2d."""
    node = context.node
    input_, output = context.required(0), node.outputs[0]
    height, width = node.options["filterHeight"], node.options["filterWidth"]
    low, high = activation_bounds(context)
    function = f"w2n_{node.op.lower()}"
    return Layer(
        name=context.name,
        op=node.op,
        description=describe([input_], output, f"{height} x {width} window"),
        inputs=[input_],
        output=output,
        calls=[f"{function}(&{context.name}_window, {low}, {high}, {{input}}, {{output}});"],
        structure=window_structure(context, height, width),
    )
