#include "w2n_exact.h"

#include "w2n_parts.h"
#include "w2n_sqrt.h"

void w2n_rolloff(const float *power, int n_fft, float share, float hertz_per_bin, float *features) {
    float total = 0.0f;
    for (int k = 0; k <= n_fft / 2; k++)
        total += w2n_sqrt(power[2 * k]);
    int k = 0;
    float sum = w2n_sqrt(power[0]);
    while (k < n_fft / 2 && sum < share * total)
        sum += w2n_sqrt(power[2 * ++k]);
    features[0] = (float)k * hertz_per_bin;
}
