/* Base-2 logarithm of a positive normal float, the same bits on every IEEE 754 machine. */
#ifndef W2N_LOG2_H
#define W2N_LOG2_H

#include <stdint.h>
#include <string.h>

/* x = 2^e m with m in [sqrt(1/2), sqrt(2)); with s = (m - 1) / (m + 1),
 *
 *     log2(m) = 2 / ln 2 (s + s^3 / 3 + s^5 / 5 + ...) = s p(s^2).
 *
 * p, of degree 3, interpolates the series at the Chebyshev nodes of s^2 in [0, (3 - sqrt(8))^2],
 * the range of s^2. Its error stays below 4e-10 (7e-9 with the coefficients in single precision),
 * so that rounding makes the rest: 5e-8 in log2(m), and half a unit in the last place of the sum.
 * Over the powers that audio has, 2^-32 to 2^32, that is below 1e-6. */
static inline float w2n_log2(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits += 0x3f800000u - 0x3f3504f3u; /* 0x3f3504f3 is sqrt(1/2): the exponent steps there */
    int32_t e = (int32_t)(bits >> 23) - 127;
    bits = (bits & 0x007fffffu) + 0x3f3504f3u;
    float m;
    memcpy(&m, &bits, sizeof m);

    float s = (m - 1.0f) / (m + 1.0f);
    float t = s * s;
    float p = ((0.431717694f * t + 0.576715171f) * t + 0.961798847f) * t + 2.88539004f;
    return (float)e + s * p;
}

#endif
