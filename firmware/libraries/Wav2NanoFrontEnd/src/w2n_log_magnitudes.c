#include "w2n_exact.h"

#include "w2n_log2.h"
#include "w2n_parts.h"
#include "w2n_sqrt.h"

#define NEPERS_PER_OCTAVE 0.693147181f /* ln 2 */

void w2n_log_magnitudes(const float *power, int bands, const uint16_t *spans, const float *weights,
                        float offset, float *features) {
    for (int band = 0; band < bands; band++, spans += 2) {
        const float *bin = power + 2 * spans[0];
        float sum = offset;
        for (int i = spans[1]; i > 0; i--, bin += 2)
            sum += w2n_sqrt(*bin) * *weights++;
        features[band] = NEPERS_PER_OCTAVE * w2n_log2(sum);
    }
}
