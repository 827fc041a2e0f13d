"""The hyperbolic tangent, value by value: a table of what each int8 becomes."""

from wav2nano.codegen.checks import Context
from wav2nano.codegen.curves import lower_curve, tanh
from wav2nano.codegen.operator_parts import Layer

OPERATIONS = ("TANH",)
MOST_INPUTS = 1


def lower(context: Context) -> Layer:
    """Lower to w2n_look_up."""
    return lower_curve(context, tanh, steps=128, zero_point=0)
