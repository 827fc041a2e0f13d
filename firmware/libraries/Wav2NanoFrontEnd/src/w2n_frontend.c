#include "wav2nano_frontend.h"

void w2n_frontend_compute(const w2n_frontend *frontend, const int16_t *samples, float *features) {
    frontend->compute(samples, features);
}
