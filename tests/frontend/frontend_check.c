/* Calls every function of the front end on arrays that end where they must, for the sanitizers.
 * Returns 1 with a line on stderr at the first feature that is no number. */
#include "frontend_tables.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    const int16_t extremes[] = {0, 1, -1, INT16_MAX, INT16_MIN};
    int frame = w2n_frontend_tables.frame;
    int16_t *samples = malloc(sizeof *samples * frame);
    const int count = W2N_DELTA_FRAMES * W2N_FRONTEND_BINS;
    float *features = calloc(count, sizeof *features);
    int8_t *quantized = malloc(W2N_FRONTEND_BINS);
    for (int a = 0; a < 5; a++) {
        for (int b = 0; b < 5; b++) {
            for (int i = 0; i < frame; i++)
                samples[i] = i % 3 ? extremes[a] : extremes[b];
            w2n_frontend_compute(&w2n_frontend_tables, samples, features);
            w2n_quantize(features, w2n_frontend_scale, w2n_frontend_offset, W2N_FRONTEND_BINS,
                         quantized);
            memmove(features + W2N_FRONTEND_BINS, features,
                    sizeof *features * (count - W2N_FRONTEND_BINS));
            w2n_window_deltas(&w2n_frontend_tables, W2N_DELTA_FRAMES, features);
            for (int i = 0; i < count; i++) {
                if (!isfinite(features[i])) {
                    fprintf(stderr, "feature %d is not finite\n", i);
                    return 1;
                }
            }
        }
    }
    free(samples);
    free(features);
    free(quantized);
    return 0;
}
