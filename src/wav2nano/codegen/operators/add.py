"""The sum of two tensors of one shape."""

from wav2nano.c_source import initializer
from wav2nano.codegen.operator_parts import (
    Context,
    Layer,
    activation_bounds,
    constant_structure,
    describe,
    scale_initializer,
)
from wav2nano.codegen.scales import quantize_multiplier
from wav2nano.errors import UserError

OPERATIONS = ("ADD",)


def lower(context: Context) -> Layer:
    """Lower to w2n_add."""
    node = context.node
    a, b = context.required(0), context.required(1)
    output = node.outputs[0]
    if b.type != "int8" or b.values is not None or a.shape != b.shape:
        raise UserError(
            f"{context.where} adds a constant or tensors of different shapes: no kernel does that."
        )
    twice_larger = 2 * float(max(a.scale, b.scale))
    low, high = activation_bounds(context)
    scales = [quantize_multiplier(float(t.scale) / twice_larger) for t in (a, b)]
    output_scale = quantize_multiplier(twice_larger / (2**20 * float(output.scale)))
    fields = {
        "size": output.size,
        "zero_point": initializer((a.zero_point, b.zero_point)),
        "scale": initializer(map(scale_initializer, scales)),
        "output_scale": scale_initializer(output_scale),
        "output_zero_point": output.zero_point,
        "activation_min": low,
        "activation_max": high,
    }
    return Layer(
        name=context.name,
        op=node.op,
        description=describe([a, b], output),
        inputs=[a, b],
        output=output,
        calls=[f"w2n_add(&{context.name}, {{input}}, {{input1}}, {{output}});"],
        structure=constant_structure("w2n_add_layer", context.name, fields),
    )
