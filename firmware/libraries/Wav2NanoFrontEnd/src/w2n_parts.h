/* What a frame of features is made of: each function makes some of them.
 *
 * They are called by the front end that wav2nano generates (frontend_tables.c), on the samples of
 * the frame or on their power spectrum (w2n_fft.h), in which the power of bin k is in power[2 k].
 * The samples are taken as numbers from -1 to 1: divided by 32768. */
#ifndef W2N_PARTS_H
#define W2N_PARTS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The samples themselves. features: [n]. */
void w2n_raw(const int16_t *samples, int n, float *features);

/* Bands of the power spectrum in decibels: 10 log10(max(band, floor_power)).
 *
 * spans: [bands][2] first bin of each band, and how many bins it has.
 * weights: of the bins of all bands, one after another.
 * floor_power: a normal number.
 * features: [bands]. */
void w2n_decibels(const float *power, int bands, const uint16_t *spans, const float *weights,
                  float floor_power, float *features);

/* DCT-II of these decibels.
 *
 * dct: [coefficients][(bands + 1) / 2] first half of each row.
 * scratch: [bands].
 * features: [coefficients]. */
void w2n_mfcc(const float *power, int bands, const uint16_t *spans, const float *weights,
              float floor_power, int coefficients, const float *dct, float *scratch,
              float *features);

#ifdef __cplusplus
}
#endif
#endif
