/* Power spectrum of one frame by a real FFT in single precision. */
#ifndef W2N_FFT_H
#define W2N_FFT_H

#include <stdint.h>

#include "w2n_complex.h"

/* A stage of an FFT of m points in z: joins transforms of size q, as many at a time as its radix.
 * Returns the twiddles of the next stage. */
typedef const w2n_complex *w2n_fft_stage(int m, int q, const w2n_complex *twiddles, w2n_complex *z);

/* The stage of radix 5. Programs that do not need it go without its code. */
w2n_fft_stage w2n_fft_radix_5;

/* Power of the windowed frame at bins 0 .. n_fft / 2.
 *
 * The n_fft real samples are taken as m = n_fft / 2 complex numbers, even samples real, odd ones
 * imaginary. Their FFT is by decimation in time, in place: a first stage of radix 4, or 2 if the
 * power of two in m is not one of four, joined with the window so that the samples are read once;
 * then stages of radix 4, then of radix 5. The spectrum of the real samples follows from the
 * symmetries of the two halves.
 * (Cooley and Tukey 1965; for the split: Numerical Recipes, "FFT of single real function".)
 *
 * n_fft: 2^a 5^b with a >= 2, at most 16,384.
 * samples: [n_fft].
 * window: [n_fft / 2 + 1] first half of a window w with w[i] = w[n_fft - i], times the scale of
 *     the samples and 1/2: the split below adds two numbers where it should take their mean.
 * order: [m / radix] first element of each butterfly of the first stage; the others are m / radix
 *     apart.
 * twiddles: for each later stage, that joins r transforms of size q, and each j < q: the real and
 *     imaginary parts of v, v^2, ..., v^(r - 1), v = exp(-2 pi i j / (r q)).
 * by_5: w2n_fft_radix_5 if n_fft is a multiple of 5, else it is not used.
 * split_twiddles: real and imaginary part of exp(-2 pi i k / n_fft) for k = 1 .. n_fft / 4.
 * power: [n_fft + 2] work space. The power of bin k ends up in power[2 k]. */
void w2n_power_spectrum(int n_fft, const int16_t *samples, const float *window,
                        const uint16_t *order, const float *twiddles, w2n_fft_stage *by_5,
                        const float *split_twiddles, float *power);

#endif
