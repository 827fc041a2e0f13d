#include <string.h>

#include "w2n_arithmetic.h"

/* Four sums of products of four neighbouring bytes each. */
static inline void multiply_four(const int8_t *values, const int8_t *weights, int32_t sums[4]) {
#if W2N_DSP
    uint32_t x, w, even_x, odd_x, even_w, odd_w;
    memcpy(&x, values, 4);
    memcpy(&w, weights, 4);
    __asm__("sxtb16 %0, %1" : "=r"(even_x) : "r"(x));
    __asm__("sxtb16 %0, %1" : "=r"(even_w) : "r"(w));
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(odd_x) : "r"(x));
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(odd_w) : "r"(w));
    __asm__("smlabb %0, %1, %2, %0" : "+r"(sums[0]) : "r"(even_x), "r"(even_w));
    __asm__("smlabb %0, %1, %2, %0" : "+r"(sums[1]) : "r"(odd_x), "r"(odd_w));
    __asm__("smlatt %0, %1, %2, %0" : "+r"(sums[2]) : "r"(even_x), "r"(even_w));
    __asm__("smlatt %0, %1, %2, %0" : "+r"(sums[3]) : "r"(odd_x), "r"(odd_w));
#else
    sums[0] += values[0] * weights[0];
    sums[1] += values[1] * weights[1];
    sums[2] += values[2] * weights[2];
    sums[3] += values[3] * weights[3];
#endif
}

/* int8(scale * sum) */
static inline int8_t finish(const w2n_depthwise_layer *layer, w2n_scale scale, int32_t sum) {
    return (int8_t)w2n_clamp(w2n_rescale_sum(sum, scale) + layer->output_zero_point,
                             layer->activation_min, layer->activation_max);
}

/* The output channels at one place, from what lies under the filter there. */
static void filter_patch(const w2n_depthwise_layer *layer, int32_t taps, int32_t channels,
                         const int8_t *patch, int8_t *output) {
    /* A copy, since for all the compiler knows the output may overlap the layer. */
    const w2n_depthwise_layer local = *layer;
    const int32_t outputs = channels * local.multiplier;
    const int32_t *bias = local.bias;
    const w2n_scale *scale = local.scale;
    int32_t channel = 0;
    if (local.multiplier == 1) {
        for (; channel + 4 <= outputs; channel += 4) {
            int32_t sums[4] = {bias[0], bias[1], bias[2], bias[3]};
            const int8_t *values = patch + channel, *weights = local.weights + channel;
            for (int32_t tap = taps; tap > 0; tap--) {
                multiply_four(values, weights, sums);
                values += channels;
                weights += channels;
            }
            /* Without a loop over `sums`, which would put them into memory. */
            output[0] = finish(&local, scale[0], sums[0]);
            output[1] = finish(&local, scale[1], sums[1]);
            output[2] = finish(&local, scale[2], sums[2]);
            output[3] = finish(&local, scale[3], sums[3]);
            output += 4;
            bias += 4;
            scale += 4;
        }
    }
    for (; channel < outputs; channel++) {
        int32_t sum = *bias++;
        for (int32_t tap = 0; tap < taps; tap++) {
            sum += patch[tap * channels + channel / local.multiplier] *
                   local.weights[tap * outputs + channel];
        }
        *output++ = finish(&local, *scale++, sum);
    }
}

/* Copy what lies under one row of the filter, from column `left` on; return the end. */
static int8_t *copy_row(const w2n_window *window, const int8_t *row, int32_t left,
                        int32_t zero_point, int8_t *patch) {
    const size_t size = (size_t)window->channels;
    for (int32_t filter_x = 0; filter_x < window->filter_width; filter_x++) {
        const int32_t x = left + filter_x * window->dilation_width;
        if (x < 0 || x >= window->input_width) {
            memset(patch, zero_point, size);
        } else {
            memcpy(patch, row + x * window->channels, size);
        }
        patch += size;
    }
    return patch;
}

void w2n_depthwise_conv_2d(const w2n_depthwise_layer *layer, const w2n_window *window,
                           const int8_t *input, int16_t *scratch, int8_t *output) {
    const int32_t channels = window->channels, row_size = window->input_width * channels;
    const int32_t filter_row_size = window->filter_width * channels;
    for (int32_t output_y = 0; output_y < window->output_height; output_y++) {
        const int32_t top = output_y * window->stride_height - window->padding_top;
        for (int32_t output_x = 0; output_x < window->output_width; output_x++) {
            const int32_t left = output_x * window->stride_width - window->padding_left;
            const int whole = window->dilation_width == 1 && left >= 0 &&
                              left + window->filter_width <= window->input_width;
            int8_t *patch = (int8_t *)scratch;
            for (int32_t filter_y = 0; filter_y < window->filter_height; filter_y++) {
                const int32_t y = top + filter_y * window->dilation_height;
                if (y < 0 || y >= window->input_height) {
                    memset(patch, layer->input_zero_point, (size_t)filter_row_size);
                    patch += filter_row_size;
                } else if (whole) {
                    memcpy(patch, input + y * row_size + left * channels, (size_t)filter_row_size);
                    patch += filter_row_size;
                } else {
                    patch = copy_row(window, input + y * row_size, left, layer->input_zero_point,
                                     patch);
                }
            }
            filter_patch(layer, window->filter_height * window->filter_width, channels,
                         (int8_t *)scratch, output);
            output += channels * layer->multiplier;
        }
    }
}
