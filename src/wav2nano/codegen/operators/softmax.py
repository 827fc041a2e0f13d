"""Softmax over the last axis."""

import numpy as np

from wav2nano.codegen.operator_parts import Context, Layer, describe, scale_initializer
from wav2nano.codegen.scales import softmax_scale
from wav2nano.errors import UserError

OPERATIONS = ("SOFTMAX",)


def lower(context: Context) -> Layer:
    """Lower to w2n_softmax."""
    node = context.node
    input_, output = context.required(0), node.outputs[0]
    if output.scale != np.float32(1 / 256) or output.zero_point != -128:
        raise UserError(f"{context.where} has an output scale other than 1/256: convert it again.")
    scale, minimum = softmax_scale(node.options["beta"], input_.scale)
    depth = input_.shape[-1]
    return Layer(
        name=context.name,
        op=node.op,
        description=describe([input_], output),
        inputs=[input_],
        output=output,
        calls=[
            f"w2n_softmax({context.name}_scale, {minimum}, {input_.size // depth}, {depth}, "
            "{input}, {output});"
        ],
        structure=f"static const w2n_scale {context.name}_scale = {scale_initializer(scale)};",
    )
