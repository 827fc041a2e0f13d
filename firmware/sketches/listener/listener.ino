// Hears words with the Nano 33 BLE Sense's microphone and reports them on serial and the RGB LED.
//
// model.*, frontend_tables.* and settings.* beside this file are generated from the experiment:
// what the network computes, how features are made, which labels there are and when to report.

#include <PDM.h>
#include <wav2nano_frontend.h>
#include <wav2nano_kernels.h>
#include <wav2nano_listener.h>

#include "build_info.h"
#include "settings.h"

const uint32_t LED_MILLISECONDS = 500;
const uint32_t STATUS_SECONDS = 10;

// The loop may be late by as much, as when it runs the model or waits for serial.
int16_t ringSamples[W2N_RING];
w2n_ring ring = {ringSamples, W2N_RING, 0, 0, 0};
int16_t hop[W2N_HOP];
// Of 64 bits: 32 of them are full after three days.
uint64_t samplesHeard = 0;
uint64_t nextStatus = STATUS_SECONDS * W2N_RATE;
uint32_t litSince = 0;
bool lit = false;

// Called by interrupt whenever the microphone has filled a buffer.
void onMicrophoneData() {
    static int16_t samples[256];
    int bytes = PDM.available();
    while (bytes > 0) {
        int count = PDM.read(samples, bytes < (int)sizeof samples ? bytes : (int)sizeof samples);
        if (count <= 0) {
            break;
        }
        w2n_ring_push(&ring, samples, count / sizeof samples[0]);
        bytes -= count;
    }
}

// Each word has a colour: its number's bits, from 1 (red) to 7 (white). The LEDs are active low.
void showColour(int colour) {
    digitalWrite(LEDR, colour & 1 ? LOW : HIGH);
    digitalWrite(LEDG, colour & 2 ? LOW : HIGH);
    digitalWrite(LEDB, colour & 4 ? LOW : HIGH);
}

void printNumber(uint64_t number) {
    if (number >= 10) {
        printNumber(number / 10);
    }
    Serial.print((char)('0' + number % 10));
}

void printSeconds(uint64_t samples) {
    const uint64_t hundredths = (samples * 100 + W2N_RATE / 2) / W2N_RATE;
    printNumber(hundredths / 100);
    Serial.print('.');
    Serial.print((char)('0' + hundredths / 10 % 10));
    Serial.print((char)('0' + hundredths % 10));
    Serial.print(" s");
}

void printBanner() {
    Serial.println("wav2nano " W2N_VERSION ": " W2N_EXPERIMENT);
    Serial.println("data " W2N_DATA_HASH ", config " W2N_CONFIG_HASH ", code " W2N_CODE_HASH);
    Serial.println(W2N_DESCRIPTION);
    Serial.print("listening for:");
    for (int i = 0; i < w2n_settings.targets; i++) {
        Serial.print(i ? ", " : " ");
        Serial.print(w2n_labels[i]);
    }
    Serial.println();
}

// One line per report: "12.34 s: never 87 % (sample 197440)".
void report(const w2n_decision &decision) {
    printSeconds(samplesHeard);
    Serial.print(": ");
    Serial.print(w2n_labels[decision.detected]);
    Serial.print(" ");
    Serial.print((decision.score * 100 + 128) / 256);
    Serial.print(" % (sample ");
    printNumber(samplesHeard);
    Serial.println(")");
    showColour(decision.detected % 7 + 1);
    lit = true;
    litSince = millis();
}

void setup() {
    for (int pin : {LEDR, LEDG, LEDB}) {
        pinMode(pin, OUTPUT);
    }
    showColour(0);
    Serial.begin(115200);
    printBanner();
    w2n_listener_reset(&w2n_ear);
    PDM.onReceive(onMicrophoneData);
    PDM.setBufferSize(512);
    if (!PDM.begin(1, W2N_RATE)) {
        Serial.println("The microphone does not start.");
        for (;;) {
            showColour(1);
            delay(250);
            showColour(0);
            delay(250);
        }
    }
}

void loop() {
    if (w2n_ring_pop(&ring, hop, W2N_HOP)) {
        samplesHeard += W2N_HOP;
        w2n_decision decision = w2n_listener_hop(&w2n_ear, hop);
        if (decision.detected >= 0) {
            report(decision);
        }
        if (samplesHeard >= nextStatus) {
            nextStatus += STATUS_SECONDS * W2N_RATE;
            printSeconds(samplesHeard);
            Serial.print(" heard, lost samples: ");
            Serial.println(ring.lost);
        }
    } else {
        delay(10); // sleeps; the microphone keeps running
    }
    if (lit && millis() - litSince >= LED_MILLISECONDS) {
        showColour(0);
        lit = false;
    }
}
