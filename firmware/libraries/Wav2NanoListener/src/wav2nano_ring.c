#include "wav2nano_listener.h"

void w2n_ring_push(w2n_ring *ring, const int16_t *samples, uint32_t count) {
    uint32_t written = ring->written;
    uint32_t room = ring->size - (written - ring->read);
    uint32_t kept = count < room ? count : room;
    for (uint32_t i = 0; i < kept; i++) {
        ring->samples[(written + i) & (ring->size - 1)] = samples[i];
    }
    ring->written = written + kept;
    ring->lost += count - kept;
}

int w2n_ring_pop(w2n_ring *ring, int16_t *samples, uint32_t count) {
    uint32_t read = ring->read;
    if (ring->written - read < count) {
        return 0;
    }
    for (uint32_t i = 0; i < count; i++) {
        samples[i] = ring->samples[(read + i) & (ring->size - 1)];
    }
    ring->read = read + count;
    return 1;
}
