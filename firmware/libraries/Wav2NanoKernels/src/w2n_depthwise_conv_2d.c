#include <string.h>

#include "w2n_arithmetic.h"

/* Where the values under a filter lie: steps from one tap to the next, in bytes. */
typedef struct {
    const int8_t *values;
    int32_t step_x, step_y;
} taps;

/* Four sums of products of four neighbouring bytes each. */
static inline void multiply_four(const int8_t *values, const int8_t *weights, int32_t sums[4]) {
#if defined(__ARM_FEATURE_DSP)
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
    for (int i = 0; i < 4; i++) {
        sums[i] += values[i] * weights[i];
    }
#endif
}

static inline int8_t finish(const w2n_depthwise_layer *layer, int32_t channel, int32_t sum) {
    const int32_t scaled = w2n_rescale_sum(sum, layer->scale[channel]);
    return (int8_t)w2n_clamp(scaled + layer->output_zero_point, layer->activation_min,
                             layer->activation_max);
}

/* One place of the output: all its channels. */
static void filter_place(const w2n_depthwise_layer *layer, const w2n_window *window, taps place,
                         int8_t *output) {
    const int32_t outputs = window->channels * layer->multiplier;
    int32_t channel = 0;
    if (layer->multiplier == 1) {
        for (; channel + 4 <= outputs; channel += 4) {
            int32_t sums[4] = {layer->bias[channel], layer->bias[channel + 1],
                               layer->bias[channel + 2], layer->bias[channel + 3]};
            const int8_t *weights = layer->weights + channel;
            const int8_t *row = place.values + channel;
            for (int32_t y = window->filter_height; y > 0; y--) {
                const int8_t *values = row;
                for (int32_t x = window->filter_width; x > 0; x--) {
                    multiply_four(values, weights, sums);
                    values += place.step_x;
                    weights += outputs;
                }
                row += place.step_y;
            }
            for (int i = 0; i < 4; i++) {
                *output++ = finish(layer, channel + i, sums[i]);
            }
        }
    }
    for (; channel < outputs; channel++) {
        int32_t sum = layer->bias[channel];
        const int8_t *weights = layer->weights + channel;
        const int8_t *row = place.values + channel / layer->multiplier;
        for (int32_t y = window->filter_height; y > 0; y--) {
            const int8_t *values = row;
            for (int32_t x = window->filter_width; x > 0; x--) {
                sum += *values * *weights;
                values += place.step_x;
                weights += outputs;
            }
            row += place.step_y;
        }
        *output++ = finish(layer, channel, sum);
    }
}

/* Copy what lies under the filter to `patch`, with `zero_point` beyond the edges. */
static void copy_patch(const w2n_window *window, const int8_t *input, int32_t top, int32_t left,
                       int32_t zero_point, int8_t *patch) {
    const size_t size = (size_t)window->channels;
    for (int32_t filter_y = 0; filter_y < window->filter_height; filter_y++) {
        const int32_t y = top + filter_y * window->dilation_height;
        for (int32_t filter_x = 0; filter_x < window->filter_width; filter_x++) {
            const int32_t x = left + filter_x * window->dilation_width;
            if (y < 0 || y >= window->input_height || x < 0 || x >= window->input_width) {
                memset(patch, zero_point, size);
            } else {
                memcpy(patch, input + (y * window->input_width + x) * window->channels, size);
            }
            patch += window->channels;
        }
    }
}

void w2n_depthwise_conv_2d(const w2n_depthwise_layer *layer, const w2n_window *window,
                           const int8_t *input, int16_t *scratch, int8_t *output) {
    const int32_t channels = window->channels, row_size = window->input_width * channels;
    const int32_t reach_y = (window->filter_height - 1) * window->dilation_height;
    const int32_t reach_x = (window->filter_width - 1) * window->dilation_width;
    int8_t *const patch = (int8_t *)scratch;
    for (int32_t y = 0; y < window->output_height; y++) {
        const int32_t top = y * window->stride_height - window->padding_top;
        for (int32_t x = 0; x < window->output_width; x++) {
            const int32_t left = x * window->stride_width - window->padding_left;
            taps place = {patch, channels, window->filter_width * channels};
            if (top >= 0 && left >= 0 && top + reach_y < window->input_height &&
                left + reach_x < window->input_width) {
                place.values = input + top * row_size + left * channels;
                place.step_x = window->dilation_width * channels;
                place.step_y = window->dilation_height * row_size;
            } else {
                copy_patch(window, input, top, left, layer->input_zero_point, patch);
            }
            filter_place(layer, window, place, output);
            output += channels * layer->multiplier;
        }
    }
}
