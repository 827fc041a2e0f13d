/* From int8 to the int16 that w2n_dot4 multiplies. Not for use outside this library. */
#ifndef W2N_WIDEN_H
#define W2N_WIDEN_H

#include <stdint.h>
#include <string.h>

#include "w2n_arithmetic.h"

/* Copy `count` values; return the end of the copy. */
static inline int16_t *w2n_widen(const int8_t *values, int32_t count, int16_t *wide) {
#if W2N_DSP
    for (; count >= 4; count -= 4) {
        uint32_t packed, even, odd, first, second;
        memcpy(&packed, values, 4);
        __asm__("sxtb16 %0, %1" : "=r"(even) : "r"(packed));
        __asm__("sxtb16 %0, %1, ror #8" : "=r"(odd) : "r"(packed));
        __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(first) : "r"(even), "r"(odd));
        __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(second) : "r"(odd), "r"(even));
        memcpy(wide, &first, 4);
        memcpy(wide + 2, &second, 4);
        values += 4;
        wide += 4;
    }
#endif
    for (; count > 0; count--) {
        *wide++ = *values++;
    }
    return wide;
}

/* Write `value` `count` times; return the end. */
static inline int16_t *w2n_fill(int32_t value, int32_t count, int16_t *wide) {
    for (; count > 0; count--) {
        *wide++ = (int16_t)value;
    }
    return wide;
}

#endif
