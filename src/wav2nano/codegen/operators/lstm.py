"""LSTM over the steps of a sequence."""

import math
from dataclasses import dataclass

import numpy as np

from wav2nano.c_source import initializer
from wav2nano.codegen.checks import (
    Context,
    activation,
    constant_bias,
    constant_weights,
    largest_sums,
    option,
    output,
    refuse,
    required,
    scale,
    shape_text,
    state,
    sum_scales,
)
from wav2nano.codegen.operator_parts import (
    Array,
    Layer,
    constant_structure,
    describe,
    describe_quantization,
    even,
    scale_initializer,
)
from wav2nano.codegen.packing import fold_zero_point, pack_weights
from wav2nano.codegen.read_tflite import ACTIVATIONS, Tensor
from wav2nano.codegen.scales import Scale

OPERATIONS = ("UNIDIRECTIONAL_SEQUENCE_LSTM",)
MOST_INPUTS = 24
OPTIONS = "UnidirectionalSequenceLSTMOptions"
LAYER_NAME = "lstm"
HEADER = "w2n_lstm.h"

SUM_LIMIT = 2**23  # limit of the sums, which the kernel starts from the bias
ONE = 2**15 - 1  # in Q0.15, nearly
_CELL_FRACTION_BITS = range(9, 16)

# Places among the 24 inputs of UNIDIRECTIONAL_SEQUENCE_LSTM, gates in the order input, forget,
# cell, output.
_INPUT_WEIGHTS, _RECURRENT_WEIGHTS, _BIASES = range(1, 5), range(5, 9), range(12, 16)
_HIDDEN_STATE, _CELL_STATE = 18, 19
_VARIANTS = (*range(9, 12), *range(16, 18), *range(20, 24))


def lower(context: Context) -> Layer:
    """Lower to w2n_lstm; a second output is the state after the last step alone (see passes.py)."""
    node = context.node
    input_, last_step = activation(context, 0, rank=3), node.outputs[1:]
    if len(node.inputs) != MOST_INPUTS or any(node.inputs[i] is not None for i in _VARIANTS):
        refuse(
            context,
            "is an LSTM with peepholes, projection or layer normalisation; there is only a kernel "
            "for the plain one.",
        )
    if ACTIVATIONS.get(node.options["fusedActivationFunction"]) != "tanh":
        refuse(context, "has an activation other than tanh: no kernel does that.")
    option(context, "diagonalRecurrentTensors", range(1))
    steps, batch, inputs = input_.shape
    if not option(context, "timeMajor", range(2)):
        steps, batch = batch, steps
    if batch != 1:
        refuse(context, f"has a batch of {batch}: convert the model for a batch of 1.")
    units = node.outputs[0].shape[-1]
    sequence = output(context, (*input_.shape[:2], units))

    hidden = state(context, _HIDDEN_STATE, "int8", (1, units))
    cell = state(context, _CELL_STATE, "int16", (1, units))
    fraction_bits = -math.floor(math.log2(cell.scale))
    if cell.scale != np.float32(2.0**-fraction_bits) or fraction_bits not in _CELL_FRACTION_BITS:
        refuse(
            context,
            "has a cell state whose scale is not a power of two from 2^-15 to 2^-9.",
        )
    clip, projection_clip = float(node.options["cellClip"]), float(node.options["projClip"])
    if not (clip >= 0 and projection_clip >= 0):
        refuse(
            context,
            f"limits its states to {clip} and {projection_clip}: convert the model again.",
        )
    limit = int(min(clip / float(cell.scale), 32767.0))
    cell_range = (-limit, limit) if clip > 0 else (-32768, 32767)

    name = context.name
    bias = np.stack([constant_bias(context, i, units) for i in _BIASES], axis=1)
    from_input = _gates(context, input_, inputs, _INPUT_WEIGHTS, bias)
    from_hidden = _gates(context, hidden, units, _RECURRENT_WEIGHTS, 0 * bias)
    # The output gate and tanh give Q0.15 each.
    hidden_scale = scale(context, 2.0**-30 / float(hidden.scale), ONE**2)
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
        "hidden_scale": scale_initializer(hidden_scale),
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


def _gates(context: Context, vector: Tensor, size: int, places: range, bias: np.ndarray) -> _Gates:
    filters = [required(context, i) for i in places]
    if any(len(f.scales) != 1 for f in filters):
        refuse(context, "has weights with more than one scale, or none: no kernel does that.")
    matrices = [constant_weights(context, f, rank=2, axis=0) for f in filters]
    units = len(bias)
    if any(matrix.shape != (units, size) for matrix in matrices):
        refuse(
            context,
            f"has weights of {', '.join(shape_text(m.shape) for m in matrices)}, where "
            f"{units} x {size} belong: convert the model again.",
        )
    weights = np.stack(matrices, axis=1)
    rows = weights.reshape(units * len(filters), size)
    folded = fold_zero_point(bias.ravel(), rows, vector.zero_point)
    largest = largest_sums(context, rows, folded, SUM_LIMIT).reshape(units, -1).max(axis=0)
    gate_scale = np.float32(2.0**-12)  # the gates' input is Q3.12
    return _Gates(
        weights=pack_weights(rows).reshape(units, -1),
        bias=folded.reshape(units, -1),
        scales=[
            sum_scales(context, vector, f, gate_scale, largest[[gate]])[0]
            for gate, f in enumerate(filters)
        ],
    )
