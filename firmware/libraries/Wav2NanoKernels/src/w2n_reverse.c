#include <string.h>

#include "wav2nano_kernels.h"

void w2n_reverse(int32_t outer, int32_t count, int32_t inner, const int8_t *input, int8_t *output) {
    for (int32_t i = 0; i < outer; i++) {
        for (int32_t j = count - 1; j >= 0; j--) {
            memcpy(output, input + j * inner, (size_t)inner);
            output += inner;
        }
        input += count * inner;
    }
}
