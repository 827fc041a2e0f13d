#include "w2n_exact.h"

#include "w2n_bands.h"
#include "w2n_log2.h"
#include "w2n_parts.h"

#define DECIBELS_PER_OCTAVE 3.01029996f /* 10 log10(2) */

void w2n_decibels(const float *power, int bands, const uint16_t *spans, const float *weights,
                  float floor_power, float *features) {
    w2n_bands(power, bands, spans, weights, features);
    for (int band = 0; band < bands; band++) {
        float sum = features[band];
        if (sum < floor_power)
            sum = floor_power;
        features[band] = DECIBELS_PER_OCTAVE * w2n_log2(sum);
    }
}
