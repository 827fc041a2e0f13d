/* Fixed-point arithmetic that the kernels share. Not for use outside this library. */
#ifndef W2N_ARITHMETIC_H
#define W2N_ARITHMETIC_H

#include <stdint.h>

#include "wav2nano_kernels.h"

/* Without optimisation, there are too few registers and constants for the assembly. */
#if defined(__ARM_FEATURE_DSP) && defined(__OPTIMIZE__)
#define W2N_DSP 1
#else
#define W2N_DSP 0
#endif

/* For functions that are called with constant arguments. */
#define W2N_ALWAYS_INLINE static inline __attribute__((always_inline))

W2N_ALWAYS_INLINE int32_t w2n_clamp(int32_t x, int32_t minimum, int32_t maximum) {
    return x < minimum ? minimum : x > maximum ? maximum : x;
}

/* x clamped to int16. */
W2N_ALWAYS_INLINE int32_t w2n_saturate_16(int32_t x) {
#if W2N_DSP
    __asm__("ssat %0, #16, %1" : "=r"(x) : "r"(x));
    return x;
#else
    return w2n_clamp(x, INT16_MIN, INT16_MAX);
#endif
}

/* x * y / 2^31, rounded to the nearest, halves up. Not both are INT32_MIN. */
W2N_ALWAYS_INLINE int32_t w2n_multiply_high(int32_t x, int32_t y) {
    return (int32_t)(((int64_t)x * y + (1 << 30)) >> 31);
}

/* x / 2^shift, rounded to the nearest, halves away from zero. */
W2N_ALWAYS_INLINE int32_t w2n_divide_by_power(int32_t x, int32_t shift) {
    if (shift == 0) {
        return x;
    }
    return (int32_t)(((int64_t)x + (1u << (shift - 1)) - (x < 0)) >> shift);
}

/* x * 2^shift, wrapped to 32 bits as the reference does. */
W2N_ALWAYS_INLINE int32_t w2n_shift_left(int32_t x, int32_t shift) {
    return (int32_t)((uint32_t)x << shift);
}

/* x * scale, rounded twice: to the nearest 2^-31 of the multiplier, then by the shift. */
static inline int32_t w2n_rescale(int32_t x, w2n_scale scale) {
    if (scale.shift > 0) {
        return w2n_multiply_high(w2n_shift_left(x, scale.shift), scale.multiplier);
    }
    return w2n_divide_by_power(w2n_multiply_high(x, scale.multiplier), -scale.shift);
}

/* w2n_rescale where |x| < 2^30 and most scales are below one: SMMULR of 2x. */
W2N_ALWAYS_INLINE int32_t w2n_rescale_sum(int32_t x, w2n_scale scale) {
#if W2N_DSP
    if (scale.shift < 0) {
        int32_t high;
        __asm__("smmulr %0, %1, %2" : "=r"(high) : "r"(2 * x), "r"(scale.multiplier));
        return (((high + (high >> 31)) >> (-scale.shift - 1)) + 1) >> 1;
    }
#endif
    return w2n_rescale(x, scale);
}

/* x / 2^shift, rounded down, then clamped to int16. */
W2N_ALWAYS_INLINE int32_t w2n_shift_and_saturate_16(int32_t x, int32_t shift) {
#if W2N_DSP
    if (__builtin_constant_p(shift) && shift > 0) {
        __asm__("ssat %0, #16, %1, asr %2" : "=r"(x) : "r"(x), "i"(shift));
        return x;
    }
#endif
    return w2n_saturate_16(x >> shift);
}

/*
 * x / 2^fraction_bits * scale, rounded as by w2n_rescale, clamped to int16.
 *
 * x is a multiple of 2^fraction_bits. If scale.shift > 0, |x / 2^fraction_bits| < 2^23, else <
 * 2^30. The doubling multiplication is SMMULR of 2x. For this to be short, the scale must be a
 * constant where it is inlined.
 */
W2N_ALWAYS_INLINE int32_t w2n_rescale_to_16(int32_t x, int32_t fraction_bits, w2n_scale scale) {
#if W2N_DSP
    if (scale.shift <= 7) {
        const int32_t left = 1 - fraction_bits + (scale.shift > 0 ? scale.shift : 0);
        const int32_t twice = left > 0 ? x * (1 << left) : x >> -left;
        int32_t high;
        __asm__("smmulr %0, %1, %2" : "=r"(high) : "r"(twice), "r"(scale.multiplier));
        if (scale.shift >= 0) {
            return w2n_saturate_16(high);
        }
        const int32_t half = 1 << (-scale.shift - 1);
        return w2n_shift_and_saturate_16(high + (high >> 31) + half, -scale.shift);
    }
#endif
    return w2n_saturate_16(w2n_rescale(x >> fraction_bits, scale));
}

#endif
