/* A linear layer applied to one vector. Not for use outside this library. */
#ifndef W2N_PROJECT_H
#define W2N_PROJECT_H

#include "w2n_arithmetic.h"
#include "w2n_dot.h"

/* int8(scale * sum) */
W2N_ALWAYS_INLINE int8_t w2n_project_sum(const w2n_linear *layer, w2n_scale scale, int32_t sum) {
    return (int8_t)w2n_clamp(w2n_rescale_sum(sum, scale) + layer->output_zero_point,
                             layer->activation_min, layer->activation_max);
}

/* w2n_dot4 for any number of columns, and with all sums at the same scale. */
static __attribute__((noinline)) const int16_t *
w2n_project_rest(const int16_t *weights, const int16_t *numbers, int32_t count, int32_t sums[4]) {
    for (; count > 0; count -= 256) {
        int32_t part[4] = {0, 0, 0, 0};
        weights = w2n_dot4(weights, numbers, count < 256 ? count : 256, part);
        numbers += 256;
        sums[0] += part[0];
        sums[1] += part[1] >> 8;
        sums[2] += part[2];
        sums[3] += part[3] >> 8;
    }
    return weights;
}

/* output[layer->outputs] = int8(scale * (weights * numbers + bias)); numbers as in w2n_dot4. */
static inline void w2n_project(const w2n_linear *layer, const int16_t *numbers, int8_t *output) {
    /* A copy, since for all the compiler knows the output may overlap the layer. */
    const w2n_linear local = *layer;
    const int32_t even_inputs = (local.inputs + 1) / 2 * 2;
    const int32_t first_count = even_inputs < 256 ? even_inputs : 256;
    const int16_t *weights = local.weights;
    const int32_t *bias = local.bias;
    const w2n_scale *scale = local.scale;
    for (int32_t rows = local.outputs; rows > 0; rows -= 4) {
        int32_t sums[4] = {0, 0, 0, 0};
        weights = w2n_dot4(weights, numbers, first_count, sums);
        sums[1] >>= 8;
        sums[3] >>= 8;
        if (even_inputs > 256) {
            int32_t more[4] = {0, 0, 0, 0};
            weights = w2n_project_rest(weights, numbers + 256, even_inputs - 256, more);
            sums[0] += more[0];
            sums[1] += more[1];
            sums[2] += more[2];
            sums[3] += more[3];
        }
        /* One by one, without a loop over `sums`, which would put them into memory. */
        *output++ = w2n_project_sum(&local, scale[0], sums[0] + bias[0]);
        if (rows > 1) {
            *output++ = w2n_project_sum(&local, scale[1], sums[1] + bias[1]);
        }
        if (rows > 2) {
            *output++ = w2n_project_sum(&local, scale[2], sums[2] + bias[2]);
        }
        if (rows > 3) {
            *output++ = w2n_project_sum(&local, scale[3], sums[3] + bias[3]);
        }
        bias += 4;
        scale += 4;
    }
}

#endif
