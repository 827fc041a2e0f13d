"""Sums and differences, value by value: what ADD and SUB have in common."""

from collections.abc import Callable
from typing import Any

import numpy as np

from wav2nano.c_source import initializer
from wav2nano.codegen.checks import Context, output, refuse, scale
from wav2nano.codegen.operator_parts import (
    Layer,
    layer_of_operands,
    operands,
    scale_initializer,
)

EXTRA_BITS = 20  # they keep the rounding of the two scalings out of the sum


def lower_sum(context: Context, does: str, function: str, precision: Callable[[Any], Any]) -> Layer:
    """Lower to a kernel that takes a w2n_add_layer.

    Parameters
    ----------
    context
        Of the node.
    does
        Its verb in messages.
    function
        The kernel.
    precision
        The type in which the reference computes the factors.
    """
    both = operands(context, does)
    result = output(context, both.shape)
    a, b = both.tensors
    largest = 255 << EXTRA_BITS
    with np.errstate(all="ignore"):  # `scale` refuses what comes of extremes
        twice_larger = 2 * precision(max(a.scale, b.scale))
        factors = [float(precision(t.scale) / twice_larger) for t in both.tensors]
        output_factor = float(twice_larger / (2**EXTRA_BITS * precision(result.scale)))
    scales = [scale(context, factor, largest) for factor in factors]
    output_scale = scale(context, output_factor, largest)
    if output_scale.shift > 0:
        refuse(
            context, "has an output with a far finer scale than its inputs: no kernel does that."
        )
    fields = {
        "scale": initializer(map(scale_initializer, scales)),
        "output_scale": scale_initializer(output_scale),
    }
    return layer_of_operands(
        context, both, result, function=function, structure="w2n_add_layer", fields=fields
    )
