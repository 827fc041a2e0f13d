"""The product of two tensors of one shape, or of a tensor and a constant, value by value."""

from wav2nano.codegen.checks import Context, output, scale
from wav2nano.codegen.operator_parts import (
    Layer,
    layer_of_operands,
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
    factor = float(a.scale) * float(b.scale) / float(result.scale)
    fields = {"scale": scale_initializer(scale(context, factor, 255 * 255))}
    return layer_of_operands(
        context,
        both,
        result,
        function="w2n_multiply",
        structure="w2n_multiply_layer",
        fields=fields,
    )
