#include "wav2nano_kernels.h"

void w2n_lookup(const int8_t table[256], int32_t size, const int8_t *input, int8_t *output) {
    for (int32_t i = 0; i < size; i++) {
        output[i] = table[input[i] + 128];
    }
}
