"""A contiguous part of a tensor: nothing is computed."""

import numpy as np

from wav2nano.codegen.operator_parts import Alias, Context
from wav2nano.codegen.read_tflite import Node
from wav2nano.errors import UserError

OPERATIONS = ("STRIDED_SLICE",)


def lower(context: Context) -> Alias:
    """Lower to a part of the input."""
    places = slice_places(context.node)
    if places is None:
        raise UserError(f"{context.where} has bounds that are not constant.")
    first = int(places[0]) if len(places) else 0
    if not np.array_equal(places, np.arange(first, first + len(places))):
        raise UserError(
            f"{context.where} picks elements that are not contiguous: no kernel does that."
        )
    return Alias(context.node.outputs[0], context.required(0), first)


def slice_places(node: Node) -> np.ndarray | None:
    """Find the indices, in the flattened input, of what a STRIDED_SLICE picks.

    Returns
    -------
    int array [shape=(output size,)] or None
        None if the bounds are not constant.
    """
    input_, *others = node.inputs[:4]
    bounds = [np.atleast_1d(t.values) for t in others if t is not None and t.values is not None]
    options = node.options
    if input_ is None or len(bounds) < 3 or options["ellipsisMask"] or options["newAxisMask"]:
        return None
    begin, end, strides = bounds
    index: list[slice | int] = []
    for axis in range(len(begin)):
        bit = 1 << axis
        if options["shrinkAxisMask"] & bit:
            index.append(int(begin[axis]))
            continue
        index.append(
            slice(
                None if options["beginMask"] & bit else int(begin[axis]),
                None if options["endMask"] & bit else int(end[axis]),
                int(strides[axis]),
            )
        )
    return np.arange(input_.size).reshape(input_.shape)[tuple(index)].ravel()
