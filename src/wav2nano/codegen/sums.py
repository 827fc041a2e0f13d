"""Sums and differences, value by value: what ADD and SUB have in common."""

from collections.abc import Callable
from typing import Any

import numpy as np

from wav2nano.c_source import initializer
from wav2nano.codegen.checks import Context, activation_bounds, output, refuse, scale
from wav2nano.codegen.operator_parts import (
    Layer,
    constant_structure,
    describe,
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
    low, high = activation_bounds(context)
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
        "size": result.size,
        "zero_point": initializer((a.zero_point, b.zero_point)),
        "scale": initializer(map(scale_initializer, scales)),
        "output_scale": scale_initializer(output_scale),
        "output_zero_point": result.zero_point,
        "activation_min": low,
        "activation_max": high,
    }
    return Layer(
        name=context.name,
        op=context.node.op,
        description=describe([a, b], result),
        inputs=both.computed,
        output=result,
        calls=[f"{function}(&{context.name}, {', '.join(both.places)}, {{output}});"],
        arrays=both.arrays,
        structure=constant_structure("w2n_add_layer", context.name, fields),
    )
