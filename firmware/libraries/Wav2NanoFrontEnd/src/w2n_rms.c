#include "w2n_exact.h"

#include "w2n_parts.h"
#include "w2n_sqrt.h"

void w2n_rms(const int16_t *samples, int n, float scale, float *features) {
    uint64_t sum = 0;
    for (int i = 0; i < n; i++)
        sum += (uint32_t)(samples[i] * samples[i]);
    features[0] = w2n_sqrt((float)sum * scale);
}
