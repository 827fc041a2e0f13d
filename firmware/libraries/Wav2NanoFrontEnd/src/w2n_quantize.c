#include "w2n_exact.h"

#include "wav2nano_frontend.h"

/* From 2^23 on floats are whole numbers: adding 1.5 * 2^23 rounds half to even, as the FPU does
 * with every sum, and takes no libm. */
#define WHOLE_NUMBERS 12582912.0f

void w2n_quantize(const float *features, const float *scale, const float *offset, int n,
                  int8_t *out) {
    for (int i = 0; i < n; i++) {
        float value = features[i] * scale[i] + offset[i];
        if (value < -128.0f)
            value = -128.0f;
        if (value > 127.0f)
            value = 127.0f;
        out[i] = (int8_t)((value + WHOLE_NUMBERS) - WHOLE_NUMBERS);
    }
}
