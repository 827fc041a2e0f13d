"""The product of two tensors of one shape, or of a tensor and a constant, value by value."""

from wav2nano.c_source import initializer
from wav2nano.codegen.checks import Context, activation_bounds, output, scale
from wav2nano.codegen.operator_parts import (
    Layer,
    constant_structure,
    describe,
    operands,
    scale_initializer,
)

OPERATIONS = ("MUL",)
MOST_INPUTS = 2
OPTIONS = "MulOptions"


def lower(context: Context) -> Layer:
    """Lower to w2n_multiply."""
    both = operands(context, "multiplies")
    result = output(context, both.shape)
    a, b = both.tensors
    low, high = activation_bounds(context)
    factor = float(a.scale) * float(b.scale) / float(result.scale)
    fields = {
        "size": result.size,
        "zero_point": initializer((a.zero_point, b.zero_point)),
        "scale": scale_initializer(scale(context, factor, 255 * 255)),
        "output_zero_point": result.zero_point,
        "activation_min": low,
        "activation_max": high,
    }
    return Layer(
        name=context.name,
        op=context.node.op,
        description=describe([a, b], result),
        inputs=both.computed,
        output=result,
        calls=[f"w2n_multiply(&{context.name}, {', '.join(both.places)}, {{output}});"],
        arrays=both.arrays,
        structure=constant_structure("w2n_multiply_layer", context.name, fields),
    )
