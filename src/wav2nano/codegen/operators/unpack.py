"""The parts of a tensor along its first axis that is not of size 1: nothing is computed."""

from wav2nano.codegen.checks import Context, activation, axis_in
from wav2nano.codegen.operator_parts import Alias, parts

OPERATIONS = ("UNPACK",)
MOST_INPUTS = 1
MOST_OUTPUTS = 1000
OPTIONS = "UnpackOptions"


def lower(context: Context) -> list[Alias]:
    """Lower to parts of the input."""
    input_ = activation(context, 0)
    axis = axis_in(context, context.node.options["axis"], len(input_.shape))
    shape = (*input_.shape[:axis], *input_.shape[axis + 1 :])
    return parts(context, input_, axis, [shape] * len(context.node.outputs))
