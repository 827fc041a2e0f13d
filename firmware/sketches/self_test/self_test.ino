// Prints what the board computes from what its microphone hears: features before quantisation, the
// model's input and its scores, window after window, all in hexadecimal. Built from the same
// libraries and generated files as the listener, and compared with the references on the host.

#include <PDM.h>
#include <wav2nano_frontend.h>
#include <wav2nano_kernels.h>
#include <wav2nano_listener.h>

#include "build_info.h"
#include "model.h"
#include "settings.h"

// Two seconds: a window is printed while the next one is being heard.
const uint32_t RING_SAMPLES = 32768;

int16_t ringSamples[RING_SAMPLES];
w2n_ring ring = {ringSamples, RING_SAMPLES, 0, 0, 0};
int16_t samples[W2N_WINDOW];
float features[W2N_FRAMES * W2N_BINS];
int8_t inputs[W2N_FRAMES * W2N_BINS];
int8_t scores[W2N_LABELS];
uint32_t start = 0;

void onMicrophoneData() {
    static int16_t block[256];
    int bytes = PDM.available();
    while (bytes > 0) {
        int count = PDM.read(block, bytes < (int)sizeof block ? bytes : (int)sizeof block);
        if (count <= 0) {
            break;
        }
        w2n_ring_push(&ring, block, count / sizeof block[0]);
        bytes -= count;
    }
}

void printHex(const char *name, const void *data, size_t bytes) {
    static const char digits[] = "0123456789abcdef";
    const uint8_t *byte = (const uint8_t *)data;
    Serial.print(name);
    Serial.print(' ');
    for (size_t i = 0; i < bytes; i++) {
        Serial.write(digits[byte[i] >> 4]);
        Serial.write(digits[byte[i] & 15]);
    }
    Serial.println();
}

void setup() {
    Serial.begin(1000000);
    Serial.println("wav2nano self-test: " W2N_EXPERIMENT);
    PDM.onReceive(onMicrophoneData);
    PDM.setBufferSize(512);
    if (!PDM.begin(1, W2N_RATE)) {
        Serial.println("error: the microphone does not start");
    }
}

void loop() {
    if (!w2n_ring_pop(&ring, samples, W2N_WINDOW)) {
        delay(10);
        return;
    }
    for (int frame = 0; frame < W2N_FRAMES; frame++) {
        float *values = features + frame * W2N_BINS;
        w2n_frontend_compute(w2n_ear.frontend, samples + frame * W2N_HOP, values);
    }
    w2n_window_deltas(w2n_ear.frontend, W2N_FRAMES, features);
    for (int i = 0; i < W2N_FRAMES * W2N_BINS; i += W2N_BINS) {
        w2n_quantize(features + i, w2n_ear.scale, w2n_ear.offset, W2N_BINS, inputs + i);
    }
    w2n_model_invoke(inputs, scores);
    Serial.print("window ");
    Serial.println(start);
    printHex("features", features, sizeof features);
    printHex("inputs", inputs, sizeof inputs);
    printHex("scores", scores, sizeof scores);
    Serial.print("lost ");
    Serial.println(ring.lost);
    start += W2N_WINDOW;
}
