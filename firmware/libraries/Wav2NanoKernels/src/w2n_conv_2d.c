#include "w2n_project.h"

void w2n_conv_2d(const w2n_linear *layer, const w2n_window *window, int32_t input_zero_point,
                 const int8_t *input, int16_t *scratch, int8_t *output) {
    scratch[(layer->inputs + 1) / 2 * 2 - 1] = 0;
    for (int32_t y = 0; y < window->output_height; y++) {
        for (int32_t x = 0; x < window->output_width; x++) {
            int16_t *patch = scratch;
            for (int32_t filter_y = 0; filter_y < window->filter_height; filter_y++) {
                const int32_t input_y = y * window->stride_height - window->padding_top +
                                        filter_y * window->dilation_height;
                for (int32_t filter_x = 0; filter_x < window->filter_width; filter_x++) {
                    const int32_t input_x = x * window->stride_width - window->padding_left +
                                            filter_x * window->dilation_width;
                    const int inside = input_y >= 0 && input_y < window->input_height &&
                                       input_x >= 0 && input_x < window->input_width;
                    const int32_t start =
                        (input_y * window->input_width + input_x) * window->channels;
                    for (int32_t channel = 0; channel < window->channels; channel++) {
                        *patch++ = (int16_t)(inside ? input[start + channel] : input_zero_point);
                    }
                }
            }
            w2n_project(layer, scratch, output);
            output += layer->outputs;
        }
    }
}
