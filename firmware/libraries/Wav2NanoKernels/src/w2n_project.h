/* A linear layer applied to one vector. Not for use outside this library. */
#ifndef W2N_PROJECT_H
#define W2N_PROJECT_H

#include "w2n_arithmetic.h"
#include "w2n_dot.h"

/* output[layer->outputs] = int8(scale * (weights * numbers + bias)); numbers as in w2n_dot4. */
W2N_ALWAYS_INLINE void w2n_project(const w2n_linear *layer, const int16_t *numbers,
                                   int8_t *output) {
    const int32_t even_inputs = (layer->inputs + 1) / 2 * 2;
    const int16_t *weights = layer->weights;
    for (int32_t row = 0; row < layer->outputs; row += 4) {
        int32_t sums[4] = {0, 0, 0, 0};
        for (int32_t k = 0; k < even_inputs; k += 256) {
            const int32_t count = even_inputs - k < 256 ? even_inputs - k : 256;
            int32_t part[4] = {0, 0, 0, 0};
            weights = w2n_dot4(weights, numbers + k, count, part);
            for (int i = 0; i < 4; i++) {
                sums[i] += i % 2 ? part[i] / 256 : part[i];
            }
        }
        for (int32_t i = 0; i < 4 && row + i < layer->outputs; i++) {
            const int32_t scaled =
                w2n_rescale(sums[i] + layer->bias[row + i], layer->scale[row + i]);
            *output++ = (int8_t)w2n_clamp(scaled + layer->output_zero_point, layer->activation_min,
                                          layer->activation_max);
        }
    }
}

#endif
