"""A tensor in parts that lie one after the other in it: nothing is computed."""

from wav2nano.codegen.checks import Context, activation, axis_in, constant, refuse, required
from wav2nano.codegen.operator_parts import Alias, parts

OPERATIONS = ("SPLIT", "SPLIT_V")
MOST_INPUTS = 3
MOST_OUTPUTS = 1000


def lower(context: Context) -> list[Alias]:
    """Lower to parts of the input, which the shapes of the outputs tell."""
    node = context.node
    place, axis_place = (1, 0) if node.op == "SPLIT" else (0, 2)
    input_ = activation(context, place)
    numbers = constant(context, required(context, axis_place), "int32").ravel()
    if len(numbers) != 1:
        refuse(context, f"is along {len(numbers)} axes: convert the model again.")
    axis = axis_in(context, int(numbers[0]), len(input_.shape))
    if any(len(tensor.shape) != len(input_.shape) for tensor in node.outputs):
        refuse(context, "has parts with other axes than the whole: convert the model again.")
    counts = [tensor.shape[axis] for tensor in node.outputs]
    if node.op == "SPLIT" and len(set(counts)) > 1:
        refuse(context, f"has parts of different sizes, {counts}: convert the model again.")
    return parts(
        context,
        input_,
        axis,
        [(*input_.shape[:axis], count, *input_.shape[axis + 1 :]) for count in counts],
    )
