"""The logistic function (sigmoid), value by value: a table of what each int8 becomes."""

from wav2nano.codegen.checks import Context
from wav2nano.codegen.curves import logistic, lower_curve
from wav2nano.codegen.operator_parts import Layer

OPERATIONS = ("LOGISTIC",)
MOST_INPUTS = 1


def lower(context: Context) -> Layer:
    """Lower to w2n_look_up."""
    return lower_curve(context, logistic, steps=256, zero_point=-128)
