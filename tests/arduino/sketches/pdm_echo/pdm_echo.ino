// Records from the microphone and proves what it got: every half second, the count of samples, a
// checksum over all of them and how many were lost. Sent an 's', it stops reading for half a
// second; sent an 'i', it holds the interrupt back for 100 milliseconds; sent an 'e', it ends.
#include <PDM.h>

const unsigned long REPORT_EVERY = 8000; // samples

volatile unsigned long samples_read = 0;
volatile uint32_t checksum = 2166136261u; // FNV-1a over the samples' bytes
volatile bool reading = true;
unsigned long reported = 0;

void onSamples() {
    static int16_t block[256];
    if (!reading) {
        return;
    }
    int bytes = PDM.read(block, sizeof block);
    uint32_t hash = checksum;
    for (int i = 0; i < bytes; i++) {
        hash = (hash ^ ((const uint8_t *)block)[i]) * 16777619u;
    }
    checksum = hash;
    samples_read = samples_read + (unsigned long)bytes / sizeof block[0];
}

void report() {
    noInterrupts();
    unsigned long samples = samples_read;
    uint32_t hash = checksum;
    interrupts();
    Serial.print(samples);
    Serial.print(" samples, checksum ");
    Serial.print((unsigned long)hash, HEX);
#ifdef PDM_HAS_OVERRUNS
    Serial.print(", lost ");
    Serial.print(PDM.overruns());
#endif
    Serial.print(", at ");
    Serial.println(micros());
}

void setup() {
    Serial.begin(115200);
    PDM.onReceive(onSamples);
    PDM.setBufferSize(512);
    Serial.println(PDM.begin(1, 16000) ? "recording" : "no microphone");
}

void loop() {
    if (samples_read - reported >= REPORT_EVERY) {
        reported += REPORT_EVERY;
        report();
    }
    switch (Serial.available() ? Serial.read() : -1) {
    case 's':
        reading = false;
        delay(500);
        reading = true;
        break;
    case 'i':
        NVIC_DisableIRQ(PDM_IRQn);
        delay(100);
        NVIC_EnableIRQ(PDM_IRQn);
        break;
    case 'e':
        PDM.end();
        report();
        break;
    }
    delay(1);
}
