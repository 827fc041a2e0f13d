"""The difference of two tensors of one shape, or of a tensor and a constant."""

import numpy as np

from wav2nano.codegen.checks import Context
from wav2nano.codegen.operator_parts import Layer
from wav2nano.codegen.sums import lower_sum

OPERATIONS = ("SUB",)
MOST_INPUTS = 2
OPTIONS = "SubOptions"


def lower(context: Context) -> Layer:
    """Lower to w2n_subtract; the reference computes its factors in single precision."""
    return lower_sum(context, "subtracts", "w2n_subtract", np.float32)
