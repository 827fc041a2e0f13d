/* Power spectrum of one frame by a real FFT in single precision. */
#ifndef W2N_FFT_H
#define W2N_FFT_H

#include <stdint.h>

/* Power of the windowed frame at bins 0 .. n_fft / 2.
 *
 * The n_fft real samples are taken as m = n_fft / 2 complex numbers, even samples real, odd ones
 * imaginary. Their FFT is by decimation in time, in place: a first stage of radix 4 (m a power of
 * 4) or 2, joined with the window so that the samples are read once, then stages of radix 4. The
 * spectrum of the real samples follows from the symmetries of the two halves.
 * (Cooley and Tukey 1965; for the split: Numerical Recipes, "FFT of single real function".)
 *
 * n_fft: 256, 512 or 1024.
 * samples: [n_fft].
 * window: [n_fft / 2 + 1] first half of a window w with w[i] = w[n_fft - i], times the scale of
 *     the samples and 1/2: the split below adds two numbers where it should take their mean.
 * order: [m / radix] first element of each butterfly of the first stage; the others are m / radix
 *     apart.
 * twiddles: for each later stage, that joins 4 transforms of size q, and each j < q: the real and
 *     imaginary parts of v, v^2, v^3, v = exp(-2 pi i j / 4q).
 * split_twiddles: real and imaginary part of exp(-2 pi i k / n_fft) for k = 1 .. n_fft / 4.
 * power: [n_fft + 2] work space. The power of bin k ends up in power[2 k]. */
void w2n_power_spectrum(int n_fft, const int16_t *samples, const float *window,
                        const uint8_t *order, const float *twiddles, const float *split_twiddles,
                        float *power);

#endif
