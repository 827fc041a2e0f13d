#include "w2n_arithmetic.h"

void w2n_subtract(const w2n_add_layer *layer, const int8_t *a, const int8_t *b, int8_t *output) {
    /* 20 extra bits keep the rounding of the two scalings out of the difference. */
    for (int32_t i = 0; i < layer->size; i++) {
        const int32_t wide_a = (a[i] - layer->zero_point[0]) * (1 << 20);
        const int32_t wide_b = (b[i] - layer->zero_point[1]) * (1 << 20);
        const int32_t difference =
            w2n_rescale(wide_a, layer->scale[0]) - w2n_rescale(wide_b, layer->scale[1]);
        output[i] = (int8_t)w2n_clamp(w2n_rescale(difference, layer->output_scale) +
                                          layer->output_zero_point,
                                      layer->activation_min, layer->activation_max);
    }
}
