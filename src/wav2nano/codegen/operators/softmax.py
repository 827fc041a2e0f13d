"""Softmax over the last axis."""

import math

import numpy as np

from wav2nano.codegen.checks import Context, activation, output, refuse
from wav2nano.codegen.operator_parts import Layer, describe, scale_initializer
from wav2nano.codegen.scales import SMALLEST_BETA_STEP, softmax_scale

OPERATIONS = ("SOFTMAX",)
MOST_INPUTS = 1
OPTIONS = "SoftmaxOptions"

# Of more equal values, the sum of the exponentials leaves the range of the last division.
LARGEST_DEPTH = 511


def lower(context: Context) -> Layer:
    """Lower to w2n_softmax."""
    node = context.node
    input_ = activation(context, 0)
    result = output(context, input_.shape)
    if result.scale != np.float32(1 / 256) or result.zero_point != -128:
        refuse(context, "has an output scale other than 1/256: convert it again.")
    step = float(node.options["beta"]) * float(input_.scale)
    if not SMALLEST_BETA_STEP < step < math.inf:
        refuse(context, f"has steps of {step:.3g}, which are none: convert the model again.")
    scale, minimum = softmax_scale(step)
    depth = input_.shape[-1]
    if depth > LARGEST_DEPTH:
        refuse(context, f"is of {depth:,} values; the kernel can do {LARGEST_DEPTH} at most.")
    return Layer(
        name=context.name,
        op=node.op,
        description=describe([input_], result),
        inputs=[input_],
        output=result,
        calls=[
            f"w2n_softmax({context.name}_scale, {minimum}, {input_.size // depth}, {depth}, "
            "{input}, {output});"
        ],
        structure=f"static const w2n_scale {context.name}_scale = {scale_initializer(scale)};",
    )
