/* Sigmoid and tanh of int16, as an LSTM needs them. Not for use outside this library. */
#ifndef W2N_CURVES_H
#define W2N_CURVES_H

#include <stdint.h>

/* Points of sigmoid(i / 24) in Q0.16: the value in the low half, the rise to the next in the high.
 */
extern const uint32_t w2n_sigmoid_points[256];

/* Sigmoid of x, int16 in Q3.12, in Q0.15. */
static inline int32_t w2n_sigmoid(int32_t x) {
    /* The step between points, 1/24, is 512/3 in Q3.12. |x| <= 8 stays below point 193. */
    const uint32_t distance = (uint32_t)(x < 0 ? -3 * x : 3 * x);
    const uint32_t point = w2n_sigmoid_points[distance >> 9];
    const uint32_t value = ((point & 0xffff) << 9) + (distance & 511) * (point >> 16);
    const int32_t rounded = (int32_t)((value + 512) >> 10);
    return x < 0 ? 32768 - rounded : rounded;
}

/* Tanh of x, given 3 x in Q.12, in Q0.15. */
static inline int32_t w2n_tanh_of_third(int32_t thrice) {
    /* tanh(x) = 2 sigmoid(2x) - 1: the points are 1/48 apart. Beyond the last it is 1. */
    const uint32_t distance = (uint32_t)(thrice < 0 ? -thrice : thrice);
    const uint32_t index = distance >> 8;
    const uint32_t point = w2n_sigmoid_points[index < 255 ? index : 255];
    const int32_t value = (int32_t)(point & 0xffff) - 32768;
    const int32_t rounded = value + (int32_t)(((distance & 255) * (point >> 16) + 128) >> 8);
    return thrice < 0 ? -rounded : rounded;
}

#endif
