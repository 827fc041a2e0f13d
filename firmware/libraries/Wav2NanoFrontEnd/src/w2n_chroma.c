#include "w2n_exact.h"

#include "w2n_bands.h"
#include "w2n_parts.h"

void w2n_chroma(const float *power, int bands, const uint16_t *spans, const float *weights,
                float *features) {
    w2n_bands(power, bands, spans, weights, features);
    float greatest = 0.0f;
    for (int band = 0; band < bands; band++) {
        if (features[band] > greatest)
            greatest = features[band];
    }
    if (greatest == 0.0f)
        return;
    for (int band = 0; band < bands; band++)
        features[band] /= greatest;
}
