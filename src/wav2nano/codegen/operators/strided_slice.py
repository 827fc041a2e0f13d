"""A contiguous part of a tensor: nothing is computed."""

import numpy as np

from wav2nano.codegen.checks import (
    Context,
    activation,
    axis_in,
    constant,
    option,
    output,
    refuse,
    required,
)
from wav2nano.codegen.operator_parts import Alias

OPERATIONS = ("STRIDED_SLICE",)
MOST_INPUTS = 4
OPTIONS = "StridedSliceOptions"


def lower(context: Context) -> Alias:
    """Lower to a part of the input."""
    places = slice_places(context)
    first = int(places[0])
    if not np.array_equal(places, np.arange(first, first + len(places))):
        refuse(context, "picks elements that are not contiguous: no kernel does that.")
    return Alias(context.node.outputs[0], activation(context, 0), first)


def slice_places(context: Context) -> np.ndarray:
    """Find the indices, in the flattened input, of what a STRIDED_SLICE picks.

    Returns
    -------
    int array [shape=(output size,)]

    Raises
    ------
    UserError
        If the bounds are not constant, or not those of the output.
    """
    input_ = activation(context, 0)
    rank = len(input_.shape)
    bounds = [constant(context, required(context, i), "int32") for i in (1, 2, 3)]
    if any(bound.shape != (rank,) for bound in bounds) or not bounds[2].all():
        refuse(context, f"has bounds that do not fit the {rank} axes of its input.")
    for name in ("ellipsisMask", "newAxisMask", "offset"):
        option(context, name, range(1))
    begin_mask, end_mask, shrink = (
        option(context, name, range(2**rank)) for name in ("beginMask", "endMask", "shrinkAxisMask")
    )
    index: list[slice | int] = []
    for axis, (begin, end, stride) in enumerate(zip(*(b.tolist() for b in bounds), strict=True)):
        bit = 1 << axis
        if shrink & bit:
            index.append(axis_in(context, begin, input_.shape[axis]))
        else:
            index.append(
                slice(None if begin_mask & bit else begin, None if end_mask & bit else end, stride)
            )
    places = np.arange(input_.size).reshape(input_.shape)[tuple(index)]
    output(context, places.shape)
    return places.ravel()
