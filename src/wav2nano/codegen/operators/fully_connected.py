"""Fully connected layers."""

from wav2nano.codegen.operator_parts import (
    Context,
    Layer,
    constant_weights,
    describe,
    even,
    linear_layer,
)
from wav2nano.codegen.scales import product_scales
from wav2nano.errors import UserError

OPERATIONS = ("FULLY_CONNECTED",)


def lower(context: Context) -> Layer:
    """Lower to w2n_fully_connected."""
    node = context.node
    input_, filter_, output = context.required(0), context.required(1), node.outputs[0]
    weights = constant_weights(context, filter_)
    if node.options.get("weightsFormat", 0) != 0 or weights.ndim != 2:
        raise UserError(
            f"{context.where} has weights in a shuffled format; convert the model again."
        )
    outputs, inputs = weights.shape
    scales = product_scales(input_.scale, filter_.scales, output.scale, outputs)
    rows = input_.size // inputs
    arrays, structure = linear_layer(context, weights, scales)
    return Layer(
        name=context.name,
        op=node.op,
        description=describe([input_], output),
        inputs=[input_],
        output=output,
        calls=[
            f"w2n_fully_connected(&{context.name}, {rows}, {{input}}, {{scratch}}, {{output}});"
        ],
        arrays=arrays,
        structure=structure,
        scratch=even(inputs),
        macs=rows * inputs * outputs,
    )
