#include "PDM.h"

PDMClass PDM;

namespace {

constexpr int SAMPLE_RATE = 16000;

// Three blocks: EasyDMA fills `filling`, has the address of `next` to go on with, and the sketch
// reads `complete`. With two, as in Arduino's library, the sketch would read the block that is
// overwritten as soon as the one after it is complete.
alignas(4) uint8_t blocks[3][PDM_MAX_BUFFER_SIZE];
volatile uint8_t filling, next, complete;
volatile size_t unread; // bytes at the end of `complete`

size_t block_size = 512;
int channel_count = 1;
int gain = 20;
void (*callback)();

bool first_block;
uint32_t due;                // when the current block was to begin, by micros()
volatile unsigned long lost; // samples

uint32_t block_samples() {
    return block_size / sizeof(int16_t);
}

uint32_t block_micros() {
    return block_samples() / channel_count * (1000000 / 500) / (SAMPLE_RATE / 500);
}

void give(uint8_t block) {
    NRF_PDM->SAMPLE.PTR = reinterpret_cast<uint32_t>(blocks[block]);
    NRF_PDM->SAMPLE.MAXCNT = block_samples();
}

} // namespace

int PDMClass::begin(int channels, int sampleRate) {
    if ((channels != 1 && channels != 2) || sampleRate != SAMPLE_RATE) {
        return 0;
    }
    end();
    channel_count = channels;

    // 32 MHz / 25 = 1.28 MHz, and a sample every 80 clocks: 16 kHz exactly.
    NRF_PDM->PDMCLKCTRL = PDM_PDMCLKCTRL_FREQ_1280K;
    NRF_PDM->RATIO = PDM_RATIO_RATIO_Ratio80;
    NRF_PDM->MODE = (channels == 1 ? PDM_MODE_OPERATION_Mono : PDM_MODE_OPERATION_Stereo) |
                    PDM_MODE_EDGE_LeftFalling;
    setGain(gain);

    // Power before the clock: the microphone must not be fed through its clock pin.
    digitalWrite(PIN_PDM_PWR, HIGH);
    pinMode(PIN_PDM_PWR, OUTPUT);
    digitalWrite(PIN_PDM_CLK, LOW);
    pinMode(PIN_PDM_CLK, OUTPUT);
    pinMode(PIN_PDM_DIN, INPUT);
    NRF_PDM->PSEL.CLK = w2n_chip_pins[PIN_PDM_CLK];
    NRF_PDM->PSEL.DIN = w2n_chip_pins[PIN_PDM_DIN];

    filling = 0;
    next = 0;
    complete = 2;
    unread = 0;
    lost = 0;
    first_block = true;
    give(filling);

    NRF_PDM->ENABLE = 1;
    w2n_clear_event(&NRF_PDM->EVENTS_STARTED);
    NRF_PDM->INTENSET = PDM_INT_STARTED;
    NVIC_SetPriority(PDM_IRQn, 2);
    NVIC_ClearPendingIRQ(PDM_IRQn);
    NVIC_EnableIRQ(PDM_IRQn);
    NRF_PDM->TASKS_START = 1;
    return 1;
}

void PDMClass::end() {
    if (!NRF_PDM->ENABLE) {
        return;
    }
    NVIC_DisableIRQ(PDM_IRQn);
    NRF_PDM->INTENCLR = PDM_INT_STARTED;
    // EasyDMA may write to the block until it says that it has stopped.
    NRF_PDM->EVENTS_STOPPED = 0;
    NRF_PDM->TASKS_STOP = 1;
    for (uint32_t start = micros(); !NRF_PDM->EVENTS_STOPPED && micros() - start < 10000;) {
    }
    NRF_PDM->ENABLE = 0;
    NRF_PDM->PSEL.CLK = PSEL_DISCONNECTED;
    NRF_PDM->PSEL.DIN = PSEL_DISCONNECTED;
    digitalWrite(PIN_PDM_PWR, LOW);
    pinMode(PIN_PDM_PWR, INPUT);
    pinMode(PIN_PDM_CLK, INPUT);
    unread = 0;
}

int PDMClass::available() {
    return static_cast<int>(unread);
}

int PDMClass::read(void *buffer, size_t size) {
    if (unread == 0) {
        return 0;
    }
    // Until the interrupt is handled, EasyDMA leaves `complete` alone for a whole block's time.
    NVIC_DisableIRQ(PDM_IRQn);
    if (size > unread) {
        size = unread;
    }
    memcpy(buffer, &blocks[complete][block_size - unread], size);
    unread = unread - size;
    NVIC_EnableIRQ(PDM_IRQn);
    return static_cast<int>(size);
}

void PDMClass::onReceive(void (*function)()) {
    callback = function;
}

void PDMClass::setGain(int half_decibels) {
    gain = half_decibels < 0 ? 0 : half_decibels > 80 ? 80 : half_decibels;
    NRF_PDM->GAINL = static_cast<uint32_t>(gain);
    NRF_PDM->GAINR = static_cast<uint32_t>(gain);
}

void PDMClass::setBufferSize(int size) {
    if (NRF_PDM->ENABLE) {
        return;
    }
    size = size < 4 ? 4 : size > PDM_MAX_BUFFER_SIZE ? PDM_MAX_BUFFER_SIZE : size;
    block_size = static_cast<size_t>(size) & ~size_t{3};
}

size_t PDMClass::getBufferSize() {
    return block_size;
}

unsigned long PDMClass::overruns() {
    return lost;
}

// EasyDMA took the address it had been given and began to fill that block.
void PDMClass::handleStarted() {
    uint32_t now = micros();
    if (first_block) {
        first_block = false;
        due = now;
        next = 1;
        give(next);
        return;
    }

    // While interrupts are off for more than a block's time, EasyDMA fills the same block again
    // and again, and says so only once. Count by the clock, which runs from the same crystal.
    due += block_micros();
    if (static_cast<int32_t>(now - due) < 0) {
        due = now; // the interrupts before were late
    }
    while (now - due >= block_micros()) {
        due += block_micros();
        lost = lost + block_samples();
    }

    lost = lost + unread / sizeof(int16_t);
    uint8_t free_block = complete;
    complete = filling;
    unread = block_size;
    filling = next;
    next = free_block;
    give(next);

    if (callback) {
        callback();
    }
}

extern "C" void PDM_IRQHandler() {
    if (NRF_PDM->EVENTS_STARTED) {
        w2n_clear_event(&NRF_PDM->EVENTS_STARTED);
        PDM.handleStarted();
    }
}
