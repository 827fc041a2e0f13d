/* Square root in single precision, correctly rounded as IEEE 754 demands: the same bits everywhere.
 *
 * The Cortex-M4F has an instruction for it. The C function would call libm besides, to set errno.
 */
#ifndef W2N_SQRT_H
#define W2N_SQRT_H

#include <math.h>

/* x: not negative. */
static inline float w2n_sqrt(float x) {
#if defined(__arm__) && defined(__ARM_FP)
    float root;
    __asm__("vsqrt.f32 %0, %1" : "=t"(root) : "t"(x));
    return root;
#else
    return sqrtf(x);
#endif
}

#endif
