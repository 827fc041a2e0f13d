/*
 * The LSTM layer of Wav2NanoKernels. What wav2nano_kernels.h says of all functions holds here.
 *
 * It is inline because nearly every number in it is a constant of the layer: shifts become
 * immediate operands and rounding steps that a gate does not need disappear.
 */
#ifndef W2N_LSTM_H
#define W2N_LSTM_H

#include <string.h>

#include "w2n_arithmetic.h"
#include "w2n_curves.h"
#include "w2n_dot.h"
#include "w2n_widen.h"

/*
 * An LSTM layer: int8 input and hidden state, int16 cell state with the scale
 * 2^-cell_fraction_bits, which are at most 15.
 *
 * weights: for each unit those of its four gates, in the order input, forget, cell, output, packed
 *   as four rows of w2n_linear: first from the input, then from the hidden state.
 * bias: [units][2][4], the zero points of the input and of the hidden state folded in. For each row
 *   of weights, |bias| + 128 * sum(|weights|) < 2^23.
 */
typedef struct {
    int32_t steps, inputs, units;
    const int16_t *weights; /* aligned to 4 bytes */
    const int32_t *bias;
    w2n_scale input_scale[4];     /* from sums over the input to the gates' Q3.12 */
    w2n_scale recurrent_scale[4]; /* from sums over the hidden state */
    int32_t cell_fraction_bits;
    int32_t cell_minimum, cell_maximum; /* -32768 or more, 32767 or less */
    w2n_scale hidden_scale;             /* from Q0.30 */
    int32_t hidden_zero_point;
} w2n_lstm_layer;

/* int16 values that w2n_lstm needs as scratch: input, hidden state before and after, cell state. */
#define W2N_LSTM_SCRATCH(inputs, units)                                                            \
    (((inputs) + 1) / 2 * 2 + 2 * (((units) + 1) / 2 * 2) + (units))

/* Add what a vector makes of the four gates of a unit, in Q3.12, to gates[4]. */
W2N_ALWAYS_INLINE const int16_t *w2n_lstm_gates(const int16_t *weights, const int32_t *bias,
                                                const w2n_scale *scale, const int16_t *numbers,
                                                int32_t count, int32_t gates[4]) {
    int32_t sums[4] = {bias[0], bias[1] * 256, bias[2], bias[3] * 256};
    weights = w2n_dot4(weights, numbers, count, sums);
    gates[0] += w2n_rescale_to_16(sums[0], 0, scale[0]);
    gates[1] += w2n_rescale_to_16(sums[1], 8, scale[1]);
    gates[2] += w2n_rescale_to_16(sums[2], 0, scale[2]);
    gates[3] += w2n_rescale_to_16(sums[3], 8, scale[3]);
    return weights;
}

/* Tanh of the cell state, in Q0.15. */
W2N_ALWAYS_INLINE int32_t w2n_lstm_cell_tanh(const w2n_lstm_layer *layer, int32_t cell) {
    const int32_t excess_bits = layer->cell_fraction_bits - 12;
    if (excess_bits > 0) {
        return w2n_tanh_of_third((3 * cell + (1 << (excess_bits - 1))) >> excess_bits);
    }
    return w2n_tanh_of_third(cell * (3 << -excess_bits));
}

/* The cell state after a step. keep and admit are in [0, 2^15), candidate in (-2^15, 2^15). */
W2N_ALWAYS_INLINE int32_t w2n_lstm_cell(const w2n_lstm_layer *layer, int32_t cell, int32_t keep,
                                        int32_t admit, int32_t candidate) {
    /* w2n_rescale by 2^-15 and by 2^(cell_fraction_bits - 30), which always fits int16. */
    const int32_t shift = 29 - layer->cell_fraction_bits;
    const int32_t kept = (keep * cell + 1) >> 1;
    const int32_t admitted = (admit * candidate + 1) >> 1;
    const int32_t sum = ((kept + (kept >> 31) + (1 << 13)) >> 14) +
                        ((admitted + (admitted >> 31) + (1 << (shift - 1))) >> shift);
    if (layer->cell_minimum == -INT16_MAX && layer->cell_maximum == INT16_MAX) {
        return -w2n_saturate_16(-w2n_saturate_16(sum));
    }
    return w2n_clamp(sum, layer->cell_minimum, layer->cell_maximum);
}

/*
 * LSTM over a whole window, from a zero state.
 *
 * input [steps][inputs]
 * scratch [W2N_LSTM_SCRATCH(inputs, units)]
 * output: the hidden state after step t is written to output + t * output_stride. With a stride of
 *   0 the last step remains.
 */
W2N_ALWAYS_INLINE void w2n_lstm(const w2n_lstm_layer *layer, const int8_t *input, int16_t *scratch,
                                int32_t output_stride, int8_t *output) {
    /* Vectors are padded to even lengths; the weights of the padding are 0, but it must be set. */
    const int32_t even_inputs = (layer->inputs + 1) / 2 * 2;
    const int32_t even_units = (layer->units + 1) / 2 * 2;
    int16_t *const numbers = scratch;
    int16_t *const hidden = numbers + even_inputs;
    int16_t *const next_hidden = hidden + even_units;
    int16_t *const cells = next_hidden + even_units;

    numbers[even_inputs - 1] = 0;
    for (int32_t unit = 0; unit < even_units; unit++) {
        hidden[unit] = (int16_t)layer->hidden_zero_point;
        next_hidden[unit] = 0;
    }
    for (int32_t unit = 0; unit < layer->units; unit++) {
        cells[unit] = 0;
    }

    for (int32_t step = 0; step < layer->steps; step++) {
        w2n_widen(input, layer->inputs, numbers);
        input += layer->inputs;
        const int16_t *weights = layer->weights;
        const int32_t *bias = layer->bias;
        for (int32_t unit = 0; unit < layer->units; unit++) {
            int32_t gates[4] = {0, 0, 0, 0};
            weights =
                w2n_lstm_gates(weights, bias, layer->input_scale, numbers, even_inputs, gates);
            weights = w2n_lstm_gates(weights, bias + 4, layer->recurrent_scale, hidden, even_units,
                                     gates);
            bias += 8;
            const int32_t admit = w2n_sigmoid(gates[0]);
            const int32_t keep = w2n_sigmoid(gates[1]);
            const int32_t candidate = w2n_tanh_of_third(3 * gates[2]);
            const int32_t emit = w2n_sigmoid(gates[3]);

            const int32_t cell = w2n_lstm_cell(layer, cells[unit], keep, admit, candidate);
            cells[unit] = (int16_t)cell;
            const int32_t state =
                w2n_rescale_to_16(w2n_lstm_cell_tanh(layer, cell) * emit, 0, layer->hidden_scale);
            next_hidden[unit] =
                (int16_t)w2n_clamp(state + layer->hidden_zero_point, INT8_MIN, INT8_MAX);
        }
        memcpy(hidden, next_hidden, (size_t)even_units * sizeof *hidden);
        for (int32_t unit = 0; unit < layer->units; unit++) {
            output[unit] = (int8_t)hidden[unit];
        }
        output += output_stride;
    }
}

#endif
