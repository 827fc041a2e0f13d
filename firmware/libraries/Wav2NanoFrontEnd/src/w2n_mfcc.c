#include "w2n_exact.h"

#include "w2n_parts.h"

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

void w2n_mfcc(const float *power, int bands, const uint16_t *spans, const float *weights,
              float floor_power, int coefficients, const float *dct, float *scratch,
              float *features) {
    w2n_decibels(power, bands, spans, weights, floor_power, scratch);
    cosine_transform(bands, coefficients, dct, scratch, features);
}
