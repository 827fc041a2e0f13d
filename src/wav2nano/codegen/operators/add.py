"""The sum of two tensors of one shape, or of a tensor and a constant."""

from wav2nano.codegen.checks import Context
from wav2nano.codegen.operator_parts import Layer
from wav2nano.codegen.sums import lower_sum

OPERATIONS = ("ADD",)
MOST_INPUTS = 2
OPTIONS = "AddOptions"


def lower(context: Context) -> Layer:
    """Lower to w2n_add."""
    return lower_sum(context, "adds", "w2n_add", float)
