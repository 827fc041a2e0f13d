/* Sigmoid and tanh of int16, as an LSTM needs them. Not for use outside this library. */
#ifndef W2N_CURVES_H
#define W2N_CURVES_H

#include <stdint.h>

#include "w2n_arithmetic.h"

/* A straight piece of a curve. What rounds the result is part of the start. */
typedef struct {
    int32_t start, rise;
} w2n_segment;

/* Pieces -256 to 255; the outermost are level. Of sigmoid 512/3 wide in Q3.12, of tanh 256/3. */
extern const w2n_segment w2n_sigmoid_segments[512];
extern const w2n_segment w2n_tanh_segments[512];

/* Sigmoid of x in Q3.12, clamped to int16 first, in Q0.15. */
W2N_ALWAYS_INLINE int32_t w2n_sigmoid(int32_t x) {
    const int32_t thrice = 3 * x;
#if W2N_DSP
    int32_t index;
    __asm__("ssat %0, #9, %1, asr #9" : "=r"(index) : "r"(thrice));
#else
    const int32_t index = w2n_clamp(thrice >> 9, -256, 255);
#endif
    const w2n_segment *const segment = &w2n_sigmoid_segments[256 + index];
    return (segment->start + (thrice & 511) * segment->rise) >> 10;
}

/* Tanh of x, given 3 x in Q.12, in Q0.15. */
W2N_ALWAYS_INLINE int32_t w2n_tanh_of_third(int32_t thrice) {
#if W2N_DSP
    int32_t index;
    __asm__("ssat %0, #9, %1, asr #8" : "=r"(index) : "r"(thrice));
#else
    const int32_t index = w2n_clamp(thrice >> 8, -256, 255);
#endif
    const w2n_segment *const segment = &w2n_tanh_segments[256 + index];
    return (segment->start + (thrice & 255) * segment->rise) >> 8;
}

#endif
