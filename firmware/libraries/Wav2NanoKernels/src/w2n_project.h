/* A linear layer applied to one vector. Not for use outside this library. */
#ifndef W2N_PROJECT_H
#define W2N_PROJECT_H

#include "w2n_arithmetic.h"
#include "w2n_dot.h"

/* output[layer->outputs] = int8(scale * (weights * numbers + bias)); numbers as in w2n_dot4. */
static inline void w2n_project(const w2n_linear *layer, const int16_t *numbers, int8_t *output) {
    const int32_t even_inputs = (layer->inputs + 1) / 2 * 2;
    const int16_t *weights = layer->weights;
    for (int32_t row = 0; row < layer->outputs; row += 4) {
        int32_t sums[4] = {layer->bias[row], layer->bias[row + 1], layer->bias[row + 2],
                           layer->bias[row + 3]};
        for (int32_t k = 0; k < even_inputs; k += 256) {
            const int32_t count = even_inputs - k < 256 ? even_inputs - k : 256;
            int32_t part[4] = {0, 0, 0, 0};
            weights = w2n_dot4(weights, numbers + k, count, part);
            sums[0] += part[0];
            sums[1] += part[1] / 256;
            sums[2] += part[2];
            sums[3] += part[3] / 256;
        }
        int8_t values[4];
        for (int i = 0; i < 4; i++) {
            const int32_t scaled = w2n_rescale_sum(sums[i], layer->scale[row + i]);
            values[i] = (int8_t)w2n_clamp(scaled + layer->output_zero_point, layer->activation_min,
                                          layer->activation_max);
        }
        for (int32_t i = 0; i < 4 && row + i < layer->outputs; i++) {
            *output++ = values[i];
        }
    }
}

#endif
