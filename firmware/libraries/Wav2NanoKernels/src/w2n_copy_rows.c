#include <string.h>

#include "wav2nano_kernels.h"

void w2n_copy_rows(int32_t rows, int32_t size, const int8_t *input, int32_t stride,
                   int8_t *output) {
    for (int32_t row = 0; row < rows; row++) {
        memcpy(output, input, (size_t)size);
        input += size;
        output += stride;
    }
}
