#include "w2n_exact.h"

#include "w2n_parts.h"
#include "w2n_sqrt.h"

void w2n_centroid(const float *power, int n_fft, float hertz_per_bin, float *features) {
    float sum = 0.0f, weighted = 0.0f;
    for (int k = 0; k <= n_fft / 2; k++) {
        float magnitude = w2n_sqrt(power[2 * k]);
        sum += magnitude;
        weighted += (float)k * magnitude;
    }
    features[0] = sum > 0.0f ? weighted / sum * hertz_per_bin : 0.0f;
}
