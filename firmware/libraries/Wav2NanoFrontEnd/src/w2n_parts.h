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

/* How often the sign changes within the n samples, divided by n; 0 is positive. features: [1]. */
void w2n_zero_crossings(const int16_t *samples, int n, float *features);

/* Root mean square. scale: 1 / (32768^2 n). features: [1]. */
void w2n_rms(const int16_t *samples, int n, float scale, float *features);

/* Mean frequency, weighted by the magnitudes of the spectrum; 0 if these are all 0.
 *
 * hertz_per_bin: rate / n_fft.
 * features: [1]. */
void w2n_centroid(const float *power, int n_fft, float hertz_per_bin, float *features);

/* Frequency of the first bin up to which the magnitudes sum to `share` of all, 0 to 1.
 *
 * hertz_per_bin: rate / n_fft.
 * features: [1]. */
void w2n_rolloff(const float *power, int n_fft, float share, float hertz_per_bin, float *features);

/* Bands of the power spectrum in decibels: 10 log10(max(band, floor_power)).
 *
 * spans: [bands][2] first bin of each band, and how many bins it has.
 * weights: of the bins of all bands, one after another.
 * floor_power: a normal number.
 * features: [bands]. */
void w2n_decibels(const float *power, int bands, const uint16_t *spans, const float *weights,
                  float floor_power, float *features);

/* Bands of the magnitudes of the spectrum: ln(band + offset).
 *
 * spans, weights: as above.
 * offset: a normal number above 0.
 * features: [bands]. */
void w2n_log_magnitudes(const float *power, int bands, const uint16_t *spans, const float *weights,
                        float offset, float *features);

/* DCT-II of the decibels of w2n_decibels.
 *
 * dct: [coefficients][(bands + 1) / 2] first half of each row.
 * scratch: [bands].
 * features: [coefficients]. */
void w2n_mfcc(const float *power, int bands, const uint16_t *spans, const float *weights,
              float floor_power, int coefficients, const float *dct, float *scratch,
              float *features);

/* Bands of the power spectrum, divided by the greatest; 0 if they are all 0.
 *
 * spans, weights: as above.
 * features: [bands]. */
void w2n_chroma(const float *power, int bands, const uint16_t *spans, const float *weights,
                float *features);

#ifdef __cplusplus
}
#endif
#endif
