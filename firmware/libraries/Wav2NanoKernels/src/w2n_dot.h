/* Products of packed weights with a vector. Not for use outside this library. */
#ifndef W2N_DOT_H
#define W2N_DOT_H

#include <stdint.h>

#include "w2n_arithmetic.h"

#if W2N_DSP

/*
 * Two weights share 16 bits, v = 256 q + p, and two numbers x share a word: one SMLAD with v as it
 * is adds up 256 sum(q x) + sum(p x). SXTB16 brings out p, a second SMLAD adds up sum(p x), and
 * what is left of the first sum is 256 sum(q x). That is three instructions for four products,
 * where extracting each weight would take four.
 *
 * What follows does four columns of four rows. s0 and s1 hold the sums of v x for the two pairs of
 * rows, p0 and p1 those of p x.
 */
#define W2N_DOT4_COLUMNS                                                                           \
    "ldmia %[weights]!, {r3, r4, r5, r6}\n\t"                                                      \
    "ldrd  %[x0], %[x1], [%[numbers]], #8\n\t"                                                     \
    "smlad %[s0], r3, %[x0], %[s0]\n\t"                                                            \
    "sxtb16 r3, r3\n\t"                                                                            \
    "smlad %[s1], r5, %[x0], %[s1]\n\t"                                                            \
    "sxtb16 r5, r5\n\t"                                                                            \
    "smlad %[p0], r3, %[x0], %[p0]\n\t"                                                            \
    "smlad %[p1], r5, %[x0], %[p1]\n\t"                                                            \
    "smlad %[s0], r4, %[x1], %[s0]\n\t"                                                            \
    "sxtb16 r4, r4\n\t"                                                                            \
    "smlad %[s1], r6, %[x1], %[s1]\n\t"                                                            \
    "sxtb16 r6, r6\n\t"                                                                            \
    "smlad %[p0], r4, %[x1], %[p0]\n\t"                                                            \
    "smlad %[p1], r6, %[x1], %[p1]\n\t"

/* The same for two columns. */
#define W2N_DOT4_HALF                                                                              \
    "ldmia %[weights]!, {r3, r4}\n\t"                                                              \
    "ldr   %[x0], [%[numbers]], #4\n\t"                                                            \
    "smlad %[s0], r3, %[x0], %[s0]\n\t"                                                            \
    "sxtb16 r3, r3\n\t"                                                                            \
    "smlad %[s1], r4, %[x0], %[s1]\n\t"                                                            \
    "sxtb16 r4, r4\n\t"                                                                            \
    "smlad %[p0], r3, %[x0], %[p0]\n\t"                                                            \
    "smlad %[p1], r4, %[x0], %[p1]\n\t"

#define W2N_DOT4(columns)                                                                          \
    __asm__ volatile(columns                                                                       \
                     : [weights] "+r"(weights), [numbers] "+r"(numbers), [s0] "+r"(s0),            \
                       [s1] "+r"(s1), [p0] "+r"(p0), [p1] "+r"(p1), [x0] "=&r"(x0), [x1] "=&r"(x1) \
                     :                                                                             \
                     : "r3", "r4", "r5", "r6", "memory")

#endif

/*
 * Add the products of four rows of packed weights (see w2n_linear) with `count` numbers to
 * sums[0..3], of which sums[1] and sums[3] are 256 times what they stand for.
 *
 * count: even. numbers [count] in the range of int8, aligned to 4 bytes.
 * Return the weights that follow. No sum reaches +-2^23 on the way (256 products cannot, from 0).
 */
W2N_ALWAYS_INLINE const int16_t *w2n_dot4(const int16_t *weights, const int16_t *numbers,
                                          int32_t count, int32_t sums[4]) {
#if W2N_DSP
    uint32_t p0 = (uint32_t)sums[0], s0 = p0 + (uint32_t)sums[1];
    uint32_t p1 = (uint32_t)sums[2], s1 = p1 + (uint32_t)sums[3];
    uint32_t x0, x1;
    for (int32_t k = count >> 5; k > 0; k--) {
        W2N_DOT4(W2N_DOT4_COLUMNS W2N_DOT4_COLUMNS W2N_DOT4_COLUMNS W2N_DOT4_COLUMNS
                     W2N_DOT4_COLUMNS W2N_DOT4_COLUMNS W2N_DOT4_COLUMNS W2N_DOT4_COLUMNS);
    }
    if (count & 31) {
        if (count & 16) {
            W2N_DOT4(W2N_DOT4_COLUMNS W2N_DOT4_COLUMNS W2N_DOT4_COLUMNS W2N_DOT4_COLUMNS);
        }
        if (count & 8) {
            W2N_DOT4(W2N_DOT4_COLUMNS W2N_DOT4_COLUMNS);
        }
        if (count & 4) {
            W2N_DOT4(W2N_DOT4_COLUMNS);
        }
        if (count & 2) {
            W2N_DOT4(W2N_DOT4_HALF);
        }
    }
    (void)x1;
    sums[0] = (int32_t)p0;
    sums[1] = (int32_t)(s0 - p0);
    sums[2] = (int32_t)p1;
    sums[3] = (int32_t)(s1 - p1);
#else
    /* Sums of each column of four, which compilers add up side by side. */
    int32_t of_column[4][4] = {{0}};
    const int32_t whole = count & ~3;
    for (int32_t k = 0; k < whole; k += 4) {
        for (int32_t column = 0; column < 4; column++) {
            const int32_t x = numbers[k + column];
            const int32_t packed0 = weights[column], packed1 = weights[4 + column];
            const int32_t low0 = (int8_t)(packed0 & 0xff), low1 = (int8_t)(packed1 & 0xff);
            of_column[0][column] += low0 * x;
            of_column[1][column] += (packed0 - low0) * x;
            of_column[2][column] += low1 * x;
            of_column[3][column] += (packed1 - low1) * x;
        }
        weights += 8;
    }
    for (int32_t row = 0; row < 4; row++) {
        sums[row] += of_column[row][0] + of_column[row][1] + of_column[row][2] + of_column[row][3];
    }
    for (int32_t pair = 0; whole < count && pair < 4; pair += 2) {
        for (int32_t column = whole; column < count; column++) {
            const int32_t packed = *weights++;
            const int32_t low = (int8_t)(packed & 0xff);
            sums[pair] += low * numbers[column];
            sums[pair + 1] += (packed - low) * numbers[column];
        }
    }
#endif
    return weights;
}

#endif
