/* Products of packed weights with a vector. Not for use outside this library. */
#ifndef W2N_DOT_H
#define W2N_DOT_H

#include <stdint.h>

/*
 * Add the products of four rows of packed weights (see w2n_linear) with `count` numbers to
 * sums[0..3].
 *
 * count: even. numbers [count] in the range of int8, aligned to 4 bytes.
 * Return the weights that follow. No |sum| reaches 2^23 on the way: 256 products cannot from 0.
 */
static inline const int16_t *w2n_dot4(const int16_t *weights, const int16_t *numbers, int32_t count,
                                      int32_t sums[4]) {
    for (int32_t k = 0; k < count; k += 4) {
        const int32_t columns = count - k < 4 ? count - k : 4;
        for (int32_t pair = 0; pair < 4; pair += 2) {
            for (int32_t column = 0; column < columns; column++) {
                const int32_t packed = *weights++;
                const int32_t low = (int8_t)(packed & 0xff);
                sums[pair] += low * numbers[k + column];
                sums[pair + 1] += (packed - low) / 256 * numbers[k + column];
            }
        }
    }
    return weights;
}

#endif
