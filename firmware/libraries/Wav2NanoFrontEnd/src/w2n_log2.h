/* Base-2 logarithm of a positive normal float, the same bits on every IEEE 754 machine. */
#ifndef W2N_LOG2_H
#define W2N_LOG2_H

#include <stdint.h>
#include <string.h>

/* x = 2^e m with m = 1 + f in [sqrt(1/2), sqrt(2)). With s = f / (2 + f),
 *
 *     ln(1 + f) = 2 s + 2/3 s^3 + 2/5 s^5 + ... = f - s (f - s^2 (2/3 + 2/5 s^2 + ...))
 *
 * as in fdlibm's log. Divided by ln 2, and with f, which is exact, taken out of 1.44 f, so that the
 * rest is small and rounds finely:
 *
 *     log2(m) = f + (0.44 f - s (1.44 f - s^2 p(s^2))).
 *
 * p, of degree 2, interpolates the rest of the series at the Chebyshev nodes of s^2 in
 * [0, (3 - sqrt(8))^2], its range; what it leaves out of log2(m) is below 2e-9. Rounding makes 4e-8
 * in log2(m), and half a unit in the last place of the sum with e. For x from 2^-32 to 2^32 all of
 * it is below 1e-6. */
static inline float w2n_log2(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits += 0x3f800000u - 0x3f3504f3u; /* 0x3f3504f3 is sqrt(1/2): the exponent steps there */
    int32_t e = (int32_t)(bits >> 23) - 127;
    bits = (bits & 0x007fffffu) + 0x3f3504f3u;
    float m;
    memcpy(&m, &bits, sizeof m);

    float f = m - 1.0f;
    float s = f / (2.0f + f);
    float t = s * s;
    float p = (0.426748484f * t + 0.576916158f) * t + 0.961796939f;
    return (float)e + (f + (0.442695051f * f - s * (1.44269502f * f - t * p)));
}

#endif
