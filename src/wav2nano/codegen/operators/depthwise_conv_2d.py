"""Depthwise convolution."""

from wav2nano.codegen.operator_parts import (
    Array,
    Context,
    Layer,
    activation_bounds,
    constant_structure,
    constant_weights,
    describe,
    folded_bias,
    scale_array,
    window_structure,
)
from wav2nano.codegen.scales import product_scales

OPERATIONS = ("DEPTHWISE_CONV_2D",)


def lower(context: Context) -> Layer:
    """Lower to w2n_depthwise_conv_2d."""
    node = context.node
    input_, filter_, output = context.required(0), context.required(1), node.outputs[0]
    weights = constant_weights(context, filter_)
    _, height, width, outputs = weights.shape
    low, high = activation_bounds(context)
    bias = folded_bias(context, weights.reshape(-1, outputs).T)
    name = context.name
    fields = {
        "multiplier": outputs // input_.shape[3],
        "weights": f"{name}_weights",
        "bias": f"{name}_bias",
        "scale": f"{name}_scale",
        "input_zero_point": input_.zero_point,
        "output_zero_point": output.zero_point,
        "activation_min": low,
        "activation_max": high,
    }
    scales = product_scales(input_.scale, filter_.scales, output.scale, outputs)
    return Layer(
        name=name,
        op=node.op,
        description=describe([input_], output, f"{height} x {width} filter"),
        inputs=[input_],
        output=output,
        calls=[
            f"w2n_depthwise_conv_2d(&{name}, &{name}_window, {{input}}, {{scratch}}, {{output}});"
        ],
        arrays=[
            Array(f"{name}_weights", "int8_t", weights.ravel()),
            Array(f"{name}_bias", "int32_t", bias),
            scale_array(f"{name}_scale", scales),
        ],
        structure=constant_structure("w2n_depthwise_layer", name, fields)
        + "\n\n"
        + window_structure(context, height, width),
        scratch=-(-height * width * input_.shape[3] // 2),
        macs=output.size * height * width,
    )
