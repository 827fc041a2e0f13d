#include "w2n_exact.h"

#include "w2n_parts.h"

void w2n_zero_crossings(const int16_t *samples, int n, float *features) {
    int crossings = 0;
    for (int i = 1; i < n; i++)
        crossings += (samples[i - 1] ^ samples[i]) < 0;
    features[0] = (float)crossings / (float)n;
}
