"""Two-dimensional convolution; one-dimensional ones are converted to it."""

from wav2nano.codegen.operator_parts import (
    Context,
    Layer,
    constant_weights,
    describe,
    even,
    linear_layer,
    window_structure,
)
from wav2nano.codegen.scales import product_scales
from wav2nano.errors import UserError

OPERATIONS = ("CONV_2D",)


def lower(context: Context) -> Layer:
    """Lower to w2n_conv_2d."""
    node = context.node
    input_, filter_, output = context.required(0), context.required(1), node.outputs[0]
    weights = constant_weights(context, filter_)
    outputs, height, width, channels = weights.shape
    if channels != input_.shape[3]:
        raise UserError(f"{context.where} is a grouped convolution, for which there is no kernel.")
    scales = product_scales(input_.scale, filter_.scales, output.scale, outputs)
    rows = weights.reshape(outputs, -1)
    arrays, structure = linear_layer(context, rows, scales)
    name = context.name
    return Layer(
        name=name,
        op=node.op,
        description=describe([input_], output, f"{height} x {width} filter"),
        inputs=[input_],
        output=output,
        calls=[
            f"w2n_conv_2d(&{name}, &{name}_window, {input_.zero_point}, {{input}}, {{scratch}}, "
            "{output});"
        ],
        arrays=arrays,
        structure=structure + "\n\n" + window_structure(context, height, width),
        scratch=even(rows.shape[1]),
        macs=output.size * rows.shape[1],
    )
