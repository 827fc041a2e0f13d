#include "w2n_exact.h"

#include "w2n_parts.h"

void w2n_raw(const int16_t *samples, int n, float *features) {
    for (int i = 0; i < n; i++)
        features[i] = (float)samples[i] * (1.0f / 32768.0f);
}
