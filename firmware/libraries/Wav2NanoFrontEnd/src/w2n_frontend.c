#include "w2n_exact.h"

#include "w2n_fft.h"
#include "w2n_log2.h"
#include "wav2nano_frontend.h"

#define DECIBELS_PER_OCTAVE 3.01029996f /* 10 log10(2) */

/* Decibels of each mel band. */
static void mel_decibels(const w2n_frontend *frontend, const float *power, float *decibels) {
    const float *weight = frontend->mel_weights;
    for (int band = 0; band < frontend->bands; band++) {
        const float *bin = power + 2 * frontend->mel_bands[band].first;
        float sum = 0.0f;
        for (int i = frontend->mel_bands[band].count; i > 0; i--, bin += 2)
            sum += *bin * *weight++;
        if (sum < frontend->floor_power)
            sum = frontend->floor_power;
        decibels[band] = DECIBELS_PER_OCTAVE * w2n_log2(sum);
    }
}

/* DCT-II. The rows are even (0, 2, ...) or odd about their middle, so sums and differences of the
 * values on both sides of the middle, made in place of x, halve table and work. */
static void cosine_transform(int n, int coefficients, const float *table, float *x, float *out) {
    int half = n / 2, row_length = (n + 1) / 2;
    for (int i = 0; i < half; i++) {
        float left = x[i], right = x[n - 1 - i];
        x[i] = left + right;
        x[n - 1 - i] = left - right;
    }
    for (int k = 0; k < coefficients; k++, table += row_length) {
        float sum = 0.0f;
        if (k % 2 == 0) {
            for (int i = 0; i < row_length; i++)
                sum += x[i] * table[i];
        } else {
            for (int i = 0; i < half; i++)
                sum += x[n - 1 - i] * table[i];
        }
        out[k] = sum;
    }
}

void w2n_frontend_compute(const w2n_frontend *frontend, const int16_t *samples, float *features) {
    float *power = frontend->scratch;
    w2n_power_spectrum(frontend->n_fft, samples, frontend->window, frontend->order,
                       frontend->twiddles, frontend->split_twiddles, power);
    if (frontend->coefficients == 0) {
        mel_decibels(frontend, power, features);
        return;
    }
    float *decibels = power + frontend->n_fft + 2;
    mel_decibels(frontend, power, decibels);
    cosine_transform(frontend->bands, frontend->coefficients, frontend->dct, decibels, features);
}
