#include <string.h>

#include "wav2nano_kernels.h"

void w2n_keep_latest(int32_t fresh, const int8_t *input, int32_t count, int8_t *kept) {
    memmove(kept, kept + fresh, (size_t)(count - fresh));
    memcpy(kept + count - fresh, input, (size_t)fresh);
}
