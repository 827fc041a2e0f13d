#include "w2n_exact.h"

#include <string.h>

#include "wav2nano_frontend.h"

#define HALF (W2N_DELTA_FRAMES / 2)

/* Weights of the frames 1 to 4 after the middle one. Before it slopes have the opposite weights,
 * curvatures the same; and what does not change has exactly 0 of both. */
static const float slope_weights[HALF] = {1.0f / 60.0f, 2.0f / 60.0f, 3.0f / 60.0f, 4.0f / 60.0f};
static const float curvature_weights[HALF] = {-17.0f / 462.0f, -8.0f / 462.0f, 7.0f / 462.0f,
                                              28.0f / 462.0f};

void w2n_deltas(const w2n_frontend *frontend, const float *frames, float *features) {
    const int bins = frontend->bins;
    for (int s = 0; s < frontend->delta_spans; s++) {
        const w2n_delta_span *span = &frontend->deltas[s];
        float *out = features + span->first + span->count;
        for (int i = 0; i < span->count; i++, out++) {
            const float *middle = frames + HALF * bins + span->first + i;
            float slope = 0.0f, curvature = 0.0f;
            for (int k = 1; k <= HALF; k++) {
                float earlier = middle[-k * bins], later = middle[k * bins];
                slope += slope_weights[k - 1] * (later - earlier);
                curvature += curvature_weights[k - 1] * ((later - *middle) + (earlier - *middle));
            }
            out[0] = slope;
            if (span->order == 2)
                out[span->count] = curvature;
        }
    }
}

void w2n_hold_deltas(const w2n_frontend *frontend, int frames, int size, void *window) {
    const int row = frontend->bins * size;
    for (int s = 0; s < frontend->delta_spans; s++) {
        const w2n_delta_span *span = &frontend->deltas[s];
        const size_t bytes = (size_t)(span->order * span->count * size);
        char *first = (char *)window + (span->first + span->count) * size;
        char *last = first + (frames - 1) * row;
        for (int k = 0; k < HALF; k++) {
            memcpy(first + k * row, first + HALF * row, bytes);
            memcpy(last - k * row, last - HALF * row, bytes);
        }
    }
}

void w2n_window_deltas(const w2n_frontend *frontend, int frames, float *window) {
    const int bins = frontend->bins;
    for (int frame = 0; frame + W2N_DELTA_FRAMES <= frames; frame++)
        w2n_deltas(frontend, window + frame * bins, window + (frame + HALF) * bins);
    w2n_hold_deltas(frontend, frames, sizeof *window, window);
}
