/*
 * The LSTM layer of Wav2NanoKernels. What wav2nano_kernels.h says of all functions holds here.
 *
 * It is inline because nearly every number in it is a constant of the layer: shifts become
 * immediate operands and rounding steps that a gate does not need disappear.
 */
#ifndef W2N_LSTM_H
#define W2N_LSTM_H

#include "w2n_arithmetic.h"
#include "w2n_curves.h"
#include "w2n_dot.h"

/* What the four gates, in the order input, forget, cell, output, make of one vector. */
typedef struct {
    const int16_t *weights; /* packed as in w2n_linear: rows 4u to 4u + 3 are the gates of unit u */
    const int32_t *bias;    /* [units][4], the vector's zero point folded in */
    w2n_scale scale[4];     /* to the gates' input, Q3.12 */
} w2n_lstm_gates;

/*
 * An LSTM layer: int8 input and hidden state, int16 cell state with the scale
 * 2^-cell_fraction_bits.
 *
 * For each row of weights, |bias| + 128 * sum(|weights|) < 2^23.
 */
typedef struct {
    int32_t steps, inputs, units;
    w2n_lstm_gates input;     /* from the input of this step */
    w2n_lstm_gates recurrent; /* from the hidden state of the step before */
    int32_t cell_fraction_bits;
    int32_t cell_minimum, cell_maximum;
    w2n_scale hidden_scale;
    int32_t hidden_zero_point;
} w2n_lstm_layer;

/* int16 values that w2n_lstm needs as scratch: input, hidden state before and after, cell state. */
#define W2N_LSTM_SCRATCH(inputs, units)                                                            \
    (((inputs) + 1) / 2 * 2 + 2 * (((units) + 1) / 2 * 2) + (units))

/* Sum of a gate's two parts, each of which saturates on its own, in Q3.12. */
static inline int32_t w2n_lstm_gate_input(const w2n_lstm_layer *layer, int gate, int32_t from_input,
                                          int32_t from_hidden) {
    const int32_t a = w2n_saturate_16(w2n_rescale(from_input, layer->input.scale[gate]));
    const int32_t b = w2n_saturate_16(w2n_rescale(from_hidden, layer->recurrent.scale[gate]));
    return w2n_saturate_16(a + b);
}

/* Tanh of the cell state, in Q0.15. */
static inline int32_t w2n_lstm_cell_tanh(const w2n_lstm_layer *layer, int32_t cell) {
    const int32_t excess_bits = layer->cell_fraction_bits - 12;
    if (excess_bits > 0) {
        return w2n_tanh_of_third((3 * cell + (1 << (excess_bits - 1))) >> excess_bits);
    }
    return w2n_tanh_of_third(cell * (3 << -excess_bits));
}

/*
 * LSTM over a whole window, from a zero state.
 *
 * input [steps][inputs]
 * scratch [W2N_LSTM_SCRATCH(inputs, units)]
 * output: the hidden state after step t is written to output + t * output_stride. With a stride of
 * 0 the last step remains.
 */
static inline void w2n_lstm(const w2n_lstm_layer *layer, const int8_t *input, int16_t *scratch,
                            int32_t output_stride, int8_t *output) {
    /* Vectors are padded to even lengths; the weights of the padding are 0, but it must be set. */
    const int32_t even_inputs = (layer->inputs + 1) / 2 * 2;
    const int32_t even_units = (layer->units + 1) / 2 * 2;
    int16_t *const numbers = scratch;
    int16_t *hidden = numbers + even_inputs;
    int16_t *next_hidden = hidden + even_units;
    int16_t *const cells = next_hidden + even_units;

    numbers[even_inputs - 1] = 0;
    for (int32_t unit = 0; unit < even_units; unit++) {
        hidden[unit] = (int16_t)layer->hidden_zero_point;
        next_hidden[unit] = 0;
    }
    for (int32_t unit = 0; unit < layer->units; unit++) {
        cells[unit] = 0;
    }

    /* forget * cell: Q0.15 times the cell's scale; input * candidate: Q0.30 to the cell's scale. */
    const w2n_scale keep_scale = {1 << 30, -14};
    const w2n_scale admit_scale = {1 << 30, layer->cell_fraction_bits - 29};

    for (int32_t step = 0; step < layer->steps; step++) {
        for (int32_t i = 0; i < layer->inputs; i++) {
            numbers[i] = *input++;
        }
        const int16_t *input_weights = layer->input.weights;
        const int16_t *recurrent_weights = layer->recurrent.weights;
        for (int32_t unit = 0; unit < layer->units; unit++) {
            int32_t a[4], b[4];
            for (int gate = 0; gate < 4; gate++) {
                a[gate] = layer->input.bias[4 * unit + gate];
                b[gate] = layer->recurrent.bias[4 * unit + gate];
            }
            input_weights = w2n_dot4(input_weights, numbers, even_inputs, a);
            recurrent_weights = w2n_dot4(recurrent_weights, hidden, even_units, b);

            const int32_t admit = w2n_sigmoid(w2n_lstm_gate_input(layer, 0, a[0], b[0]));
            const int32_t keep = w2n_sigmoid(w2n_lstm_gate_input(layer, 1, a[1], b[1]));
            const int32_t candidate =
                w2n_tanh_of_third(3 * w2n_lstm_gate_input(layer, 2, a[2], b[2]));
            const int32_t emit = w2n_sigmoid(w2n_lstm_gate_input(layer, 3, a[3], b[3]));

            const int32_t kept = w2n_saturate_16(w2n_rescale(keep * cells[unit], keep_scale));
            const int32_t admitted = w2n_saturate_16(w2n_rescale(admit * candidate, admit_scale));
            const int32_t cell =
                w2n_clamp(kept + admitted, layer->cell_minimum, layer->cell_maximum);
            cells[unit] = (int16_t)cell;

            const int32_t state =
                w2n_clamp(w2n_rescale(w2n_lstm_cell_tanh(layer, cell) * emit, layer->hidden_scale) +
                              layer->hidden_zero_point,
                          INT8_MIN, INT8_MAX);
            next_hidden[unit] = (int16_t)state;
            output[unit] = (int8_t)state;
        }
        int16_t *const previous = hidden;
        hidden = next_hidden;
        next_hidden = previous;
        output += output_stride;
    }
}

#endif
