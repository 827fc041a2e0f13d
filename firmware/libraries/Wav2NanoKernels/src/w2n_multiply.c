#include "w2n_arithmetic.h"

void w2n_multiply(const w2n_multiply_layer *layer, const int8_t *a, const int8_t *b,
                  int8_t *output) {
    for (int32_t i = 0; i < layer->size; i++) {
        const int32_t product = (a[i] - layer->zero_point[0]) * (b[i] - layer->zero_point[1]);
        output[i] = (int8_t)w2n_clamp(w2n_rescale(product, layer->scale) + layer->output_zero_point,
                                      layer->activation_min, layer->activation_max);
    }
}
