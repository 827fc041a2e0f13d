#include "w2n_arithmetic.h"

void w2n_depthwise_conv_2d(const w2n_depthwise_layer *layer, const w2n_window *window,
                           const int8_t *input, int8_t *output) {
    const int32_t outputs = window->channels * layer->multiplier;
    for (int32_t y = 0; y < window->output_height; y++) {
        for (int32_t x = 0; x < window->output_width; x++) {
            for (int32_t out = 0; out < outputs; out++) {
                int32_t sum = layer->bias[out];
                for (int32_t filter_y = 0; filter_y < window->filter_height; filter_y++) {
                    const int32_t input_y = y * window->stride_height - window->padding_top +
                                            filter_y * window->dilation_height;
                    if (input_y < 0 || input_y >= window->input_height) {
                        continue;
                    }
                    for (int32_t filter_x = 0; filter_x < window->filter_width; filter_x++) {
                        const int32_t input_x = x * window->stride_width - window->padding_left +
                                                filter_x * window->dilation_width;
                        if (input_x < 0 || input_x >= window->input_width) {
                            continue;
                        }
                        const int32_t place = input_y * window->input_width + input_x;
                        const int32_t value =
                            input[place * window->channels + out / layer->multiplier];
                        const int32_t tap = filter_y * window->filter_width + filter_x;
                        sum +=
                            (value - layer->input_zero_point) * layer->weights[tap * outputs + out];
                    }
                }
                const int32_t scaled = w2n_rescale(sum, layer->scale[out]);
                *output++ = (int8_t)w2n_clamp(scaled + layer->output_zero_point,
                                              layer->activation_min, layer->activation_max);
            }
        }
    }
}
