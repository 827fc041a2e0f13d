#include "w2n_arithmetic.h"

void w2n_average_pool_2d(const w2n_window *window, int32_t minimum, int32_t maximum,
                         const int8_t *input, int8_t *output) {
    for (int32_t y = 0; y < window->output_height; y++) {
        const int32_t top = y * window->stride_height - window->padding_top;
        const int32_t first_y = top < 0 ? 0 : top;
        const int32_t end_y = w2n_clamp(top + window->filter_height, 0, window->input_height);
        for (int32_t x = 0; x < window->output_width; x++) {
            const int32_t left = x * window->stride_width - window->padding_left;
            const int32_t first_x = left < 0 ? 0 : left;
            const int32_t end_x = w2n_clamp(left + window->filter_width, 0, window->input_width);
            const int32_t count = (end_y - first_y) * (end_x - first_x);
            for (int32_t channel = 0; channel < window->channels; channel++) {
                int32_t sum = 0;
                for (int32_t input_y = first_y; input_y < end_y; input_y++) {
                    for (int32_t input_x = first_x; input_x < end_x; input_x++) {
                        const int32_t place = input_y * window->input_width + input_x;
                        sum += input[place * window->channels + channel];
                    }
                }
                const int32_t half = sum > 0 ? count / 2 : -(count / 2);
                *output++ = (int8_t)w2n_clamp((sum + half) / count, minimum, maximum);
            }
        }
    }
}
