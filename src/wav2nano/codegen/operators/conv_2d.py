"""Two-dimensional convolution; one-dimensional ones are converted to it."""

from wav2nano.codegen.checks import (
    Context,
    activation,
    constant_weights,
    output,
    refuse,
    required,
)
from wav2nano.codegen.operator_parts import Layer, describe, even, linear_layer, window

OPERATIONS = ("CONV_2D",)
MOST_INPUTS = 3
OPTIONS = "Conv2DOptions"


def lower(context: Context) -> Layer:
    """Lower to w2n_conv_2d."""
    input_, filter_ = activation(context, 0, rank=4), required(context, 1)
    weights = constant_weights(context, filter_, rank=4, axis=0)
    outputs, height, width, channels = weights.shape
    if channels != input_.shape[3]:
        refuse(context, "is a grouped convolution, for which there is no kernel.")
    moving = window(context, input_, (height, width), dilated=True)
    result = output(context, (1, *moving.output_size, outputs))
    rows = weights.reshape(outputs, -1)
    arrays, structure = linear_layer(context, rows, input_, filter_, result)
    name = context.name
    return Layer(
        name=name,
        op=context.node.op,
        description=describe([input_], result, f"{height} x {width} filter"),
        inputs=[input_],
        output=result,
        calls=[
            f"w2n_conv_2d(&{name}, &{name}_window, {input_.zero_point}, {{input}}, {{scratch}}, "
            "{output});"
        ],
        arrays=arrays,
        structure=structure + "\n\n" + moving.structure(name),
        scratch=even(rows.shape[1]),
        macs=result.size * rows.shape[1],
    )
