"""Fully connected layers."""

from wav2nano.codegen.checks import (
    Context,
    activation,
    constant_weights,
    option,
    output,
    refuse,
    required,
    shape_text,
)
from wav2nano.codegen.operator_parts import Layer, describe, even, linear_layer

OPERATIONS = ("FULLY_CONNECTED",)
MOST_INPUTS = 3
OPTIONS = "FullyConnectedOptions"


def lower(context: Context) -> Layer:
    """Lower to w2n_fully_connected."""
    node = context.node
    input_, filter_ = activation(context, 0), required(context, 1)
    option(context, "weightsFormat", range(1))  # not shuffled
    weights = constant_weights(context, filter_, rank=2, axis=0)
    outputs, inputs = weights.shape
    keep = node.options["keepNumDims"]
    if input_.size % inputs or (keep and input_.shape[-1] != inputs):
        refuse(
            context,
            f"has an input of {shape_text(input_.shape)} for weights of {outputs} x {inputs}: "
            "convert the model again.",
        )
    rows = input_.size // inputs
    result = output(context, (*input_.shape[:-1], outputs) if keep else (rows, outputs))
    arrays, structure = linear_layer(context, weights, input_, filter_, result)
    return Layer(
        name=context.name,
        op=node.op,
        description=describe([input_], result),
        inputs=[input_],
        output=result,
        calls=[
            f"w2n_fully_connected(&{context.name}, {rows}, {{input}}, {{scratch}}, {{output}});"
        ],
        arrays=arrays,
        structure=structure,
        scratch=even(inputs),
        macs=rows * inputs * outputs,
    )
