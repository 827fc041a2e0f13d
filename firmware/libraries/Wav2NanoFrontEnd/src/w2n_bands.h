/* Power of bands of a spectrum. */
#ifndef W2N_BANDS_H
#define W2N_BANDS_H

#include <stdint.h>

/* Sums of the spectrum's bins, weighted.
 *
 * power: the power of bin k is in power[2 k].
 * spans: [bands][2] first bin of each band, and how many bins it has.
 * weights: those of all bands, one after another.
 * sums: [bands]. */
static inline void w2n_bands(const float *power, int bands, const uint16_t *spans,
                             const float *weights, float *sums) {
    for (int band = 0; band < bands; band++, spans += 2) {
        const float *bin = power + 2 * spans[0];
        float sum = 0.0f;
        for (int i = spans[1]; i > 0; i--, bin += 2)
            sum += *bin * *weights++;
        sums[band] = sum;
    }
}

#endif
