"""The same values under another shape: nothing is computed."""

import math
from typing import Any

from wav2nano.codegen.checks import (
    Context,
    activation,
    axis_in,
    constant,
    output,
    refuse,
    required,
    shape_text,
)
from wav2nano.codegen.operator_parts import Alias

OPERATIONS = ("RESHAPE", "EXPAND_DIMS", "SQUEEZE")
MOST_INPUTS = 2


def lower(context: Context) -> Alias:
    """Lower to the input itself."""
    input_ = activation(context, 0)
    shape = {"RESHAPE": _reshaped, "EXPAND_DIMS": _expanded, "SQUEEZE": _squeezed}
    return Alias(output(context, shape[context.node.op](context, input_.shape)), input_, 0)


def _reshaped(context: Context, shape: tuple[int, ...]) -> tuple[int, ...]:
    node = context.node
    values: Any = node.options.get("newShape")
    if len(node.inputs) > 1:
        values = constant(context, required(context, 1), "int32").ravel()
    wanted = () if values is None else tuple(int(n) for n in values)
    size, rest = math.prod(shape), math.prod(n for n in wanted if n != -1)
    if -1 in wanted and rest > 0 and size % rest == 0:
        wanted = tuple(size // rest if n == -1 else n for n in wanted)
    if min(wanted, default=1) < 1 or math.prod(wanted) != size:
        refuse(
            context, f"makes {shape_text(wanted)} of {shape_text(shape)}, which has other sizes."
        )
    return wanted


def _expanded(context: Context, shape: tuple[int, ...]) -> tuple[int, ...]:
    axes = constant(context, required(context, 1), "int32").ravel()
    if len(axes) != 1:
        refuse(context, f"adds {len(axes)} axes at a time instead of one.")
    axis = axis_in(context, int(axes[0]), len(shape) + 1)
    return (*shape[:axis], 1, *shape[axis:])


def _squeezed(context: Context, shape: tuple[int, ...]) -> tuple[int, ...]:
    named = context.node.options.get("squeezeDims")
    axes = [] if named is None else [axis_in(context, int(n), len(shape)) for n in named]
    if any(shape[axis] != 1 for axis in axes):
        refuse(context, f"removes axes of {shape_text(shape)} that are not of size 1.")
    gone = axes or [axis for axis, n in enumerate(shape) if n == 1]
    return tuple(n for axis, n in enumerate(shape) if axis not in gone)
