#include "w2n_arithmetic.h"

void w2n_mean(const w2n_mean_layer *layer, const int8_t *input, int8_t *output) {
    for (int32_t outer = 0; outer < layer->outer; outer++) {
        for (int32_t inner = 0; inner < layer->inner; inner++) {
            int32_t sum = -layer->input_zero_point * layer->count;
            for (int32_t i = 0; i < layer->count; i++) {
                sum += input[(outer * layer->count + i) * layer->inner + inner];
            }
            *output++ = (int8_t)w2n_clamp(w2n_rescale(sum, layer->scale) + layer->output_zero_point,
                                          INT8_MIN, INT8_MAX);
        }
    }
}
