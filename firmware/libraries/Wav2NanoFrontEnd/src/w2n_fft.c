#include "w2n_exact.h"

#include "w2n_fft.h"

typedef struct {
    float re;
    float im;
} complex_float;

static inline complex_float add(complex_float a, complex_float b) {
    complex_float sum = {a.re + b.re, a.im + b.im};
    return sum;
}

static inline complex_float subtract(complex_float a, complex_float b) {
    complex_float difference = {a.re - b.re, a.im - b.im};
    return difference;
}

static inline complex_float multiply(complex_float a, complex_float b) {
    complex_float product = {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
    return product;
}

static inline float squared(complex_float a) {
    return a.re * a.re + a.im * a.im;
}

/* Samples 2 i and 2 i + 1 times the window's values there: rising half, then falling half. */
static inline complex_float rising(const int16_t *sample, const float *window) {
    complex_float z = {(float)sample[0] * window[0], (float)sample[1] * window[1]};
    return z;
}

static inline complex_float falling(const int16_t *sample, const float *window) {
    complex_float z = {(float)sample[0] * window[0], (float)sample[1] * window[-1]};
    return z;
}

/* DFT of four numbers, written to z[0], z[q], z[2 q], z[3 q]. */
static inline void butterfly(complex_float a, complex_float b, complex_float c, complex_float d,
                             int q, complex_float *z) {
    complex_float ac = add(a, c), a_c = subtract(a, c);
    complex_float bd = add(b, d), b_d = subtract(b, d);
    complex_float turned = {b_d.im, -b_d.re}; /* times -i */
    z[0] = add(ac, bd);
    z[q] = add(a_c, turned);
    z[2 * q] = subtract(ac, bd);
    z[3 * q] = subtract(a_c, turned);
}

static void first_stage_radix_4(int n_fft, const int16_t *samples, const float *window,
                                const uint8_t *order, complex_float *z) {
    int quarter = n_fft / 4; /* in samples; m / 4 complex numbers */
    for (int j = 0; j < n_fft / 8; j++, z += 4) {
        int i = 2 * order[j]; /* < quarter */
        const int16_t *sample = samples + i;
        complex_float a = rising(sample, window + i);
        complex_float b = rising(sample + quarter, window + quarter + i);
        complex_float c = falling(sample + 2 * quarter, window + 2 * quarter - i);
        complex_float d = falling(sample + 3 * quarter, window + quarter - i);
        butterfly(a, b, c, d, 1, z);
    }
}

static void first_stage_radix_2(int n_fft, const int16_t *samples, const float *window,
                                const uint8_t *order, complex_float *z) {
    int half = n_fft / 2;
    for (int j = 0; j < n_fft / 4; j++, z += 2) {
        int i = 2 * order[j]; /* < half */
        complex_float a = rising(samples + i, window + i);
        complex_float b = falling(samples + half + i, window + half - i);
        z[0] = add(a, b);
        z[1] = subtract(a, b);
    }
}

/* Joins transforms of size q, four at a time; returns the twiddles of the next stage. */
static const complex_float *stage_radix_4(int m, int q, const complex_float *twiddles,
                                          complex_float *z) {
    for (int j = 0; j < q; j++, twiddles += 3) {
        complex_float v1 = twiddles[0], v2 = twiddles[1], v3 = twiddles[2];
        for (complex_float *x = z + j; x < z + m; x += 4 * q) {
            complex_float b = multiply(x[q], v1);
            complex_float c = multiply(x[2 * q], v2);
            complex_float d = multiply(x[3 * q], v3);
            butterfly(x[0], b, c, d, q, x);
        }
    }
    return twiddles;
}

/* Power of the real signal's spectrum from the spectrum z of its samples taken in pairs. */
static void split_power(int m, const complex_float *twiddles, complex_float *z) {
    float re = z[0].re, im = z[0].im;
    z[0].re = 4.0f * (re + im) * (re + im);
    z[m].re = 4.0f * (re - im) * (re - im);
    for (int k = 1; k <= m / 2; k++) {
        complex_float a = z[k], b = z[m - k];
        complex_float even = {a.re + b.re, a.im - b.im};
        complex_float odd = {a.im + b.im, b.re - a.re};
        complex_float turned = multiply(odd, twiddles[k - 1]);
        z[k].re = squared(add(even, turned));
        z[m - k].re = squared(subtract(even, turned));
    }
}

void w2n_power_spectrum(int n_fft, const int16_t *samples, const float *window,
                        const uint8_t *order, const float *twiddles, const float *split_twiddles,
                        float *power) {
    int m = n_fft / 2;
    complex_float *z = (complex_float *)power;
    const complex_float *v = (const complex_float *)twiddles;
    int q;
    if (n_fft == 512) { /* m is a power of 4 */
        first_stage_radix_4(n_fft, samples, window, order, z);
        q = 4;
    } else {
        first_stage_radix_2(n_fft, samples, window, order, z);
        q = 2;
    }
    for (; q < m; q *= 4)
        v = stage_radix_4(m, q, v, z);
    split_power(m, (const complex_float *)split_twiddles, z);
}
