#include "w2n_exact.h"

#include "w2n_complex.h"
#include "w2n_fft.h"

static inline float squared(w2n_complex a) {
    return a.re * a.re + a.im * a.im;
}

/* Samples 2 i and 2 i + 1 times the window's values there: rising half, then falling half. */
static inline w2n_complex rising(const int16_t *sample, const float *window) {
    w2n_complex z = {(float)sample[0] * window[0], (float)sample[1] * window[1]};
    return z;
}

static inline w2n_complex falling(const int16_t *sample, const float *window) {
    w2n_complex z = {(float)sample[0] * window[0], (float)sample[1] * window[-1]};
    return z;
}

/* DFT of four numbers, written to z[0], z[q], z[2 q], z[3 q]. */
static inline void butterfly(w2n_complex a, w2n_complex b, w2n_complex c, w2n_complex d, int q,
                             w2n_complex *z) {
    w2n_complex ac = add(a, c), a_c = subtract(a, c);
    w2n_complex bd = add(b, d), b_d = subtract(b, d);
    w2n_complex turned = {b_d.im, -b_d.re}; /* times -i */
    z[0] = add(ac, bd);
    z[q] = add(a_c, turned);
    z[2 * q] = subtract(ac, bd);
    z[3 * q] = subtract(a_c, turned);
}

static void first_stage_radix_4(int n_fft, const int16_t *samples, const float *window,
                                const uint16_t *order, w2n_complex *z) {
    int quarter = n_fft / 4; /* in samples; m / 4 complex numbers */
    for (int j = 0; j < n_fft / 8; j++, z += 4) {
        int i = 2 * order[j]; /* < quarter */
        const int16_t *sample = samples + i;
        w2n_complex a = rising(sample, window + i);
        w2n_complex b = rising(sample + quarter, window + quarter + i);
        w2n_complex c = falling(sample + 2 * quarter, window + 2 * quarter - i);
        w2n_complex d = falling(sample + 3 * quarter, window + quarter - i);
        butterfly(a, b, c, d, 1, z);
    }
}

static void first_stage_radix_2(int n_fft, const int16_t *samples, const float *window,
                                const uint16_t *order, w2n_complex *z) {
    int half = n_fft / 2;
    for (int j = 0; j < n_fft / 4; j++, z += 2) {
        int i = 2 * order[j]; /* < half */
        w2n_complex a = rising(samples + i, window + i);
        w2n_complex b = falling(samples + half + i, window + half - i);
        z[0] = add(a, b);
        z[1] = subtract(a, b);
    }
}

/* Joins transforms of size q, four at a time; returns the twiddles of the next stage. */
static const w2n_complex *stage_radix_4(int m, int q, const w2n_complex *twiddles, w2n_complex *z) {
    for (int j = 0; j < q; j++, twiddles += 3) {
        w2n_complex v1 = twiddles[0], v2 = twiddles[1], v3 = twiddles[2];
        for (w2n_complex *x = z + j; x < z + m; x += 4 * q) {
            w2n_complex b = multiply(x[q], v1);
            w2n_complex c = multiply(x[2 * q], v2);
            w2n_complex d = multiply(x[3 * q], v3);
            butterfly(x[0], b, c, d, q, x);
        }
    }
    return twiddles;
}

/* Power of the real signal's spectrum from the spectrum z of its samples taken in pairs. */
static void split_power(int m, const w2n_complex *twiddles, w2n_complex *z) {
    float re = z[0].re, im = z[0].im;
    z[0].re = 4.0f * (re + im) * (re + im);
    z[m].re = 4.0f * (re - im) * (re - im);
    for (int k = 1; k <= m / 2; k++) {
        w2n_complex a = z[k], b = z[m - k];
        w2n_complex even = {a.re + b.re, a.im - b.im};
        w2n_complex odd = {a.im + b.im, b.re - a.re};
        w2n_complex turned = multiply(odd, twiddles[k - 1]);
        z[k].re = squared(add(even, turned));
        z[m - k].re = squared(subtract(even, turned));
    }
}

void w2n_power_spectrum(int n_fft, const int16_t *samples, const float *window,
                        const uint16_t *order, const float *twiddles, w2n_fft_stage *by_5,
                        const float *split_twiddles, float *power) {
    int m = n_fft / 2;
    w2n_complex *z = (w2n_complex *)power;
    const w2n_complex *v = (const w2n_complex *)twiddles;
    int q;
    if ((m & -m) & 0x5555) { /* the power of two in m is one of four */
        first_stage_radix_4(n_fft, samples, window, order, z);
        q = 4;
    } else {
        first_stage_radix_2(n_fft, samples, window, order, z);
        q = 2;
    }
    for (; m / q % 4 == 0; q *= 4)
        v = stage_radix_4(m, q, v, z);
    for (; q < m; q *= 5)
        v = by_5(m, q, v, z);
    split_power(m, (const w2n_complex *)split_twiddles, z);
}
