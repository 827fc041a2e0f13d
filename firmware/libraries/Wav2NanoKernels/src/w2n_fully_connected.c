#include "w2n_project.h"
#include "w2n_widen.h"

void w2n_fully_connected(const w2n_linear *layer, int32_t rows, const int8_t *input,
                         int16_t *scratch, int8_t *output) {
    scratch[(layer->inputs + 1) / 2 * 2 - 1] = 0;
    for (int32_t row = 0; row < rows; row++) {
        w2n_widen(input, layer->inputs, scratch);
        w2n_project(layer, scratch, output);
        input += layer->inputs;
        output += layer->outputs;
    }
}
