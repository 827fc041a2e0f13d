"""The sum of two tensors of one shape."""

from wav2nano.c_source import initializer
from wav2nano.codegen.checks import (
    Context,
    activation,
    activation_bounds,
    output,
    refuse,
    scale,
)
from wav2nano.codegen.operator_parts import Layer, constant_structure, describe, scale_initializer

OPERATIONS = ("ADD",)
MOST_INPUTS = 2
OPTIONS = "AddOptions"

EXTRA_BITS = 20  # they keep the rounding of the two scalings out of the sum


def lower(context: Context) -> Layer:
    """Lower to w2n_add."""
    a, b = activation(context, 0), activation(context, 1)
    if a.shape != b.shape:
        refuse(context, "adds tensors of different shapes: no kernel does that.")
    result = output(context, a.shape)
    twice_larger = 2 * float(max(a.scale, b.scale))
    low, high = activation_bounds(context)
    largest = 255 << EXTRA_BITS
    scales = [scale(context, float(t.scale) / twice_larger, largest) for t in (a, b)]
    factor = twice_larger / (2**EXTRA_BITS * float(result.scale))
    output_scale = scale(context, factor, largest)
    if output_scale.shift > 0:
        refuse(
            context, "has an output with a far finer scale than its inputs: no kernel does that."
        )
    fields = {
        "size": result.size,
        "zero_point": initializer((a.zero_point, b.zero_point)),
        "scale": initializer(map(scale_initializer, scales)),
        "output_scale": scale_initializer(output_scale),
        "output_zero_point": result.zero_point,
        "activation_min": low,
        "activation_max": high,
    }
    return Layer(
        name=context.name,
        op=context.node.op,
        description=describe([a, b], result),
        inputs=[a, b],
        output=result,
        calls=[f"w2n_add(&{context.name}, {{input}}, {{input1}}, {{output}});"],
        structure=constant_structure("w2n_add_layer", context.name, fields),
    )
