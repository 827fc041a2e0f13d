/* Compares w2n_log2 with libm. Returns 1 with a line on stderr at the first failure. */
#include "w2n_log2.h"
#include <math.h>
#include <stdio.h>

/* Every step-th float with this exponent. */
static int check(int exponent, uint32_t step, double limit) {
    for (uint32_t mantissa = 0; mantissa < 1u << 23; mantissa += step) {
        uint32_t bits = (uint32_t)(exponent + 127) << 23 | mantissa;
        float x;
        memcpy(&x, &bits, sizeof x);
        double error = fabs(w2n_log2(x) - log2(x));
        if (!(error <= limit)) {
            fprintf(stderr, "log2(%.9g) is wrong by %.3g\n", x, error);
            return 1;
        }
    }
    return 0;
}

int main(void) {
    /* All floats from 1/2 to 2, where the polynomial's own error shows, and where the sum's
     * rounding is worst. */
    if (check(-1, 1, 7e-8) || check(0, 1, 7e-8) || check(-32, 1, 1e-6) || check(16, 1, 1e-6))
        return 1;
    for (int exponent = -32; exponent < 32; exponent++) {
        if (check(exponent, 61, 1e-6))
            return 1;
    }
    return 0;
}
