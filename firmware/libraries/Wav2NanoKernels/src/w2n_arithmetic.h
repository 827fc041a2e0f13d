/* Fixed-point arithmetic that the kernels share. Not for use outside this library. */
#ifndef W2N_ARITHMETIC_H
#define W2N_ARITHMETIC_H

#include <stdint.h>

#include "wav2nano_kernels.h"

static inline int32_t w2n_clamp(int32_t x, int32_t minimum, int32_t maximum) {
    return x < minimum ? minimum : x > maximum ? maximum : x;
}

/* x * y / 2^31, rounded to the nearest, halves up. Not both are INT32_MIN. */
static inline int32_t w2n_multiply_high(int32_t x, int32_t y) {
    return (int32_t)(((int64_t)x * y + (1 << 30)) >> 31);
}

/* x / 2^shift, rounded to the nearest, halves away from zero. */
static inline int32_t w2n_divide_by_power(int32_t x, int32_t shift) {
    if (shift == 0) {
        return x;
    }
    return (int32_t)(((int64_t)x + (1u << (shift - 1)) - (x < 0)) >> shift);
}

/* x * 2^shift, wrapped to 32 bits as the reference does. */
static inline int32_t w2n_shift_left(int32_t x, int32_t shift) {
    return (int32_t)((uint32_t)x << shift);
}

/* x * scale, rounded twice: to the nearest 2^-31 of the multiplier, then by the shift. */
static inline int32_t w2n_rescale(int32_t x, w2n_scale scale) {
    if (scale.shift > 0) {
        return w2n_multiply_high(w2n_shift_left(x, scale.shift), scale.multiplier);
    }
    return w2n_divide_by_power(w2n_multiply_high(x, scale.multiplier), -scale.shift);
}

/* x clamped to int16. */
static inline int32_t w2n_saturate_16(int32_t x) {
    return w2n_clamp(x, INT16_MIN, INT16_MAX);
}

#endif
