"""LSTM over the steps of a sequence."""

from dataclasses import dataclass

import numpy as np

from wav2nano.c_source import initializer
from wav2nano.codegen.operator_parts import (
    Array,
    Context,
    Layer,
    constant_bias,
    constant_structure,
    constant_weights,
    describe,
    describe_quantization,
    even,
    scale_initializer,
)
from wav2nano.codegen.packing import fold_zero_point, pack_weights
from wav2nano.codegen.read_tflite import ACTIVATIONS, Tensor
from wav2nano.codegen.scales import Scale, product_scales, quantize_multiplier
from wav2nano.errors import UserError

OPERATIONS = ("UNIDIRECTIONAL_SEQUENCE_LSTM",)
LAYER_NAME = "lstm"
HEADER = "w2n_lstm.h"

SUM_LIMIT = 2**23  # limit of the sums, which the kernel starts from the bias

# Places among the 24 inputs of UNIDIRECTIONAL_SEQUENCE_LSTM, gates in the order input, forget,
# cell, output.
_INPUT_WEIGHTS, _RECURRENT_WEIGHTS, _BIASES = range(1, 5), range(5, 9), range(12, 16)
_HIDDEN_STATE, _CELL_STATE = 18, 19
_VARIANTS = (*range(9, 12), *range(16, 18), *range(20, 24))


def lower(context: Context) -> Layer:
    """Lower to w2n_lstm; a second output is the state after the last step alone (see passes.py)."""
    node = context.node
    options = node.options
    input_, (sequence, *last_step) = context.required(0), node.outputs
    hidden, cell = context.required(_HIDDEN_STATE), context.required(_CELL_STATE)
    if len(node.inputs) != 24 or any(node.inputs[i] is not None for i in _VARIANTS):
        raise UserError(
            f"{context.where} is an LSTM with peepholes, projection or layer normalisation; "
            "there is only a kernel for the plain one."
        )
    if ACTIVATIONS.get(options["fusedActivationFunction"]) != "tanh":
        raise UserError(f"{context.where} has an activation other than tanh: no kernel does that.")
    if options["timeMajor"]:
        steps, batch, inputs = input_.shape
    else:
        batch, steps, inputs = input_.shape
    if batch != 1:
        raise UserError(
            f"{context.where} has a batch of {batch}: convert the model for a batch of 1."
        )
    units = sequence.shape[-1]

    if cell.type != "int16" or hidden.type != "int8":
        raise UserError(f"{context.where} is not quantised to int8 with a cell state of int16.")
    fraction_bits = -round(float(np.log2(cell.scale)))
    if cell.scale != np.float32(2.0**-fraction_bits) or not 0 <= fraction_bits <= 15:
        raise UserError(f"{context.where} has a cell state whose scale is not a power of two.")
    clip = options["cellClip"]
    limit = int(min(float(clip) / float(cell.scale), 32767.0))
    cell_range = (-limit, limit) if clip > 0 else (-32768, 32767)

    name = context.name
    bias = np.stack([constant_bias(context, node.inputs[i], units) for i in _BIASES], axis=1)
    from_input = _gates(context, input_, _INPUT_WEIGHTS, bias)
    from_hidden = _gates(context, hidden, _RECURRENT_WEIGHTS, 0 * bias)
    arrays = [
        Array(
            f"{name}_weights",
            "int16_t",
            np.concatenate([from_input.weights, from_hidden.weights], axis=1).ravel(),
        ),
        Array(
            f"{name}_bias", "int32_t", np.stack([from_input.bias, from_hidden.bias], axis=1).ravel()
        ),
    ]
    fields: dict[str, object] = {
        "steps": steps,
        "inputs": inputs,
        "units": units,
        "weights": f"{name}_weights",
        "bias": f"{name}_bias",
        "input_scale": initializer(map(scale_initializer, from_input.scales)),
        "recurrent_scale": initializer(map(scale_initializer, from_hidden.scales)),
        "cell_fraction_bits": fraction_bits,
        "cell_minimum": cell_range[0],
        "cell_maximum": cell_range[1],
        # The output gate and tanh give Q0.15 each.
        "hidden_scale": scale_initializer(quantize_multiplier(2.0**-30 / float(hidden.scale))),
        "hidden_zero_point": hidden.zero_point,
    }
    stride = 0 if last_step else units
    return Layer(
        name=name,
        op=node.op,
        description=describe(
            [input_],
            sequence,
            *(["the last step alone"] if last_step else []),
            f"hidden state {describe_quantization(hidden)}, cell state 2^-{fraction_bits} * q",
        ),
        inputs=[input_],
        output=last_step[0] if last_step else sequence,
        calls=[f"w2n_lstm(&{name}, {{input}}, {{scratch}}, {stride}, {{output}});"],
        arrays=arrays,
        header=HEADER,
        structure=constant_structure("w2n_lstm_layer", name, fields),
        scratch=even(inputs) + 2 * even(units) + units,
        macs=steps * 4 * units * (inputs + units),
    )


@dataclass(frozen=True)
class _Gates:
    """What the four gates make of one vector: packed weights [units, ...], bias [units, 4]."""

    weights: np.ndarray
    bias: np.ndarray
    scales: list[Scale]


def _gates(context: Context, vector: Tensor, places: range, bias: np.ndarray) -> _Gates:
    filters = [context.required(i) for i in places]
    if any(len(f.scales) != 1 for f in filters):
        raise UserError(
            f"{context.where} has weights with more than one scale: no kernel does that."
        )
    weights = np.stack([constant_weights(context, f) for f in filters], axis=1)
    units, gates, size = weights.shape
    rows = weights.reshape(units * gates, size)
    folded = fold_zero_point(bias.ravel(), rows, vector.zero_point)
    if (np.abs(folded) + 128 * np.abs(rows).sum(axis=1)).max() >= SUM_LIMIT:
        raise UserError(
            f"{context.where}: sums of its weights can pass 2^23, which the kernel cannot hold. "
            "Use fewer units or inputs, or scale the features down."
        )
    gate_scale = np.float32(2.0**-12)  # the gates' input is Q3.12
    return _Gates(
        weights=pack_weights(rows).reshape(units, -1),
        bias=folded.reshape(units, gates),
        scales=[product_scales(vector.scale, f.scales, gate_scale, 1)[0] for f in filters],
    )
