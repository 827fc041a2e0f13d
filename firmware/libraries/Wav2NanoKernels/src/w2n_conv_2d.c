#include "w2n_project.h"
#include "w2n_widen.h"

/* Copy what lies under one row of the filter, from column `left` on, to `patch`. */
static int16_t *copy_row(const w2n_window *window, const int8_t *row, int32_t left,
                         int32_t zero_point, int16_t *patch) {
    for (int32_t filter_x = 0; filter_x < window->filter_width; filter_x++) {
        const int32_t x = left + filter_x * window->dilation_width;
        if (x < 0 || x >= window->input_width) {
            patch = w2n_fill(zero_point, window->channels, patch);
        } else {
            patch = w2n_widen(row + x * window->channels, window->channels, patch);
        }
    }
    return patch;
}

void w2n_conv_2d(const w2n_linear *layer, const w2n_window *window, int32_t input_zero_point,
                 const int8_t *input, int16_t *scratch, int8_t *output) {
    const int32_t row_size = window->input_width * window->channels;
    const int32_t filter_row_size = window->filter_width * window->channels;
    scratch[(layer->inputs + 1) / 2 * 2 - 1] = 0;
    for (int32_t output_y = 0; output_y < window->output_height; output_y++) {
        const int32_t top = output_y * window->stride_height - window->padding_top;
        for (int32_t output_x = 0; output_x < window->output_width; output_x++) {
            const int32_t left = output_x * window->stride_width - window->padding_left;
            const int whole = window->dilation_width == 1 && left >= 0 &&
                              left + window->filter_width <= window->input_width;
            int16_t *patch = scratch;
            for (int32_t filter_y = 0; filter_y < window->filter_height; filter_y++) {
                const int32_t y = top + filter_y * window->dilation_height;
                if (y < 0 || y >= window->input_height) {
                    patch = w2n_fill(input_zero_point, filter_row_size, patch);
                } else if (whole) {
                    patch = w2n_widen(input + y * row_size + left * window->channels,
                                      filter_row_size, patch);
                } else {
                    patch = copy_row(window, input + y * row_size, left, input_zero_point, patch);
                }
            }
            w2n_project(layer, scratch, output);
            output += layer->outputs;
        }
    }
}
