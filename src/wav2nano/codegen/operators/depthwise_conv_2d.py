"""Depthwise convolution."""

from wav2nano.codegen.checks import (
    STEPS,
    Context,
    activation,
    activation_bounds,
    constant_weights,
    option,
    output,
    refuse,
    required,
)
from wav2nano.codegen.operator_parts import (
    Array,
    Layer,
    bias_and_scales,
    constant_structure,
    describe,
    scale_array,
    window,
)

OPERATIONS = ("DEPTHWISE_CONV_2D",)
MOST_INPUTS = 3
OPTIONS = "DepthwiseConv2DOptions"


def lower(context: Context) -> Layer:
    """Lower to w2n_depthwise_conv_2d."""
    input_, filter_ = activation(context, 0, rank=4), required(context, 1)
    weights = constant_weights(context, filter_, rank=4, axis=3)
    filters, height, width, outputs = weights.shape
    channels = input_.shape[3]
    multiplier = option(context, "depthMultiplier", STEPS)
    if filters != 1 or outputs != channels * multiplier:
        refuse(
            context,
            f"has {filters} x {outputs} filters for {channels} channels, {multiplier} each: "
            "convert the model again.",
        )
    moving = window(context, input_, (height, width), dilated=True)
    result = output(context, (1, *moving.output_size, outputs))
    low, high = activation_bounds(context)
    rows = weights.reshape(-1, outputs).T
    bias, scales = bias_and_scales(context, rows, input_, filter_, result)
    name = context.name
    fields = {
        "multiplier": multiplier,
        "weights": f"{name}_weights",
        "bias": f"{name}_bias",
        "scale": f"{name}_scale",
        "input_zero_point": input_.zero_point,
        "output_zero_point": result.zero_point,
        "activation_min": low,
        "activation_max": high,
    }
    return Layer(
        name=name,
        op=context.node.op,
        description=describe([input_], result, f"{height} x {width} filter"),
        inputs=[input_],
        output=result,
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
        + moving.structure(name),
        scratch=-(-height * width * channels // 2),
        macs=result.size * height * width,
    )
