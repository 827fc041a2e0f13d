#include "HardwareSerial.h"

#include <Arduino.h>

#include "core.h"

UART _UART1_;

namespace {

constexpr unsigned TX_SIZE = 512;
constexpr unsigned RX_SIZE = 128;

// Rings: [tail, head) is filled. EasyDMA reads only RAM, so everything sent goes through here.
uint8_t tx_buffer[TX_SIZE];
volatile unsigned tx_head, tx_tail;
volatile unsigned tx_sending; // bytes of the current transfer, from tx_tail on

uint8_t rx_buffer[RX_SIZE];
volatile unsigned rx_head, rx_tail;
uint8_t rx_byte; // EasyDMA writes here, one byte at a time

bool running;

struct Rate {
    uint32_t baud;
    uint32_t setting;
};

// Nordic's values: not all multiples of baud * 2^32 / 16 MHz work.
constexpr Rate RATES[] = {
    {1200, 0x0004F000},   {2400, 0x0009D000},    {4800, 0x0013B000},   {9600, 0x00275000},
    {14400, 0x003AF000},  {19200, 0x004EA000},   {28800, 0x0075C000},  {31250, 0x00800000},
    {38400, 0x009D0000},  {56000, 0x00E50000},   {57600, 0x00EB0000},  {76800, 0x013A9000},
    {115200, 0x01D60000}, {230400, 0x03B00000},  {250000, 0x04000000}, {460800, 0x07400000},
    {921600, 0x0F000000}, {1000000, 0x10000000},
};

uint32_t address(const volatile void *object) {
    return reinterpret_cast<uint32_t>(object);
}

// Send the longest piece that lies in one. Called with interrupts locked, or from the handler.
void send_next() {
    if (tx_sending || tx_head == tx_tail) {
        return;
    }
    tx_sending = (tx_head > tx_tail ? tx_head : TX_SIZE) - tx_tail;
    NRF_UARTE0->TXD.PTR = address(&tx_buffer[tx_tail]);
    NRF_UARTE0->TXD.MAXCNT = tx_sending;
    NRF_UARTE0->TASKS_STARTTX = 1;
}

void handle_sent() {
    if (NRF_UARTE0->EVENTS_ENDTX) {
        w2n_clear_event(&NRF_UARTE0->EVENTS_ENDTX);
        tx_tail = (tx_tail + tx_sending) % TX_SIZE;
        tx_sending = 0;
        send_next();
    }
}

// Wait for the sender to make progress, even if its interrupt cannot come.
void wait_for_sender() {
    if (w2n_interruptible()) {
        w2n_sleep();
    } else {
        uint32_t primask = w2n_lock();
        handle_sent();
        w2n_unlock(primask);
    }
}

// The events of stopping come within five characters' time, but not where a receiver has just
// ended by itself: that is 42 ms at 1200 baud.
void wait_for(const volatile uint32_t *event) {
    for (uint32_t start = micros(); !*event && micros() - start < 50000;) {
    }
}

} // namespace

extern "C" void UARTE0_UART0_IRQHandler() {
    if (NRF_UARTE0->EVENTS_ENDRX) {
        w2n_clear_event(&NRF_UARTE0->EVENTS_ENDRX);
        if (NRF_UARTE0->RXD.AMOUNT) {
            unsigned next = (rx_head + 1) % RX_SIZE;
            if (next != rx_tail) {
                rx_buffer[rx_head] = rx_byte;
                rx_head = next;
            }
        }
        // The receiver keeps up to four bytes until then.
        NRF_UARTE0->TASKS_STARTRX = 1;
    }
    handle_sent();
}

void UART::begin(unsigned long baud) {
    if (running) {
        end();
    }
    uint32_t setting = RATES[0].setting;
    for (const Rate &rate : RATES) {
        if (rate.baud <= baud) {
            setting = rate.setting;
        }
    }
    // High before it becomes an output: low would be taken for a start bit.
    digitalWrite(PIN_SERIAL_TX, HIGH);
    pinMode(PIN_SERIAL_TX, OUTPUT);
    // Pulled up, or noise on an open pin would be received.
    pinMode(PIN_SERIAL_RX, INPUT_PULLUP);

    NRF_UARTE0->PSEL.TXD = w2n_chip_pins[PIN_SERIAL_TX];
    NRF_UARTE0->PSEL.RXD = w2n_chip_pins[PIN_SERIAL_RX];
    NRF_UARTE0->PSEL.CTS = PSEL_DISCONNECTED;
    NRF_UARTE0->PSEL.RTS = PSEL_DISCONNECTED;
    NRF_UARTE0->BAUDRATE = setting;
    NRF_UARTE0->CONFIG = 0; // no parity, one stop bit, no flow control
    NRF_UARTE0->SHORTS = 0;
    NRF_UARTE0->EVENTS_ENDRX = 0;
    NRF_UARTE0->EVENTS_ENDTX = 0;
    NRF_UARTE0->EVENTS_RXTO = 0;
    NRF_UARTE0->EVENTS_TXSTOPPED = 0;
    NRF_UARTE0->INTENSET = UARTE_INT_ENDRX | UARTE_INT_ENDTX;
    NRF_UARTE0->ENABLE = UARTE_ENABLE_ENABLE_Enabled;

    tx_head = tx_tail = tx_sending = 0;
    rx_head = rx_tail = 0;
    running = true;
    NVIC_SetPriority(UARTE0_UART0_IRQn, 5);
    NVIC_ClearPendingIRQ(UARTE0_UART0_IRQn);
    NVIC_EnableIRQ(UARTE0_UART0_IRQn);

    NRF_UARTE0->RXD.PTR = address(&rx_byte);
    NRF_UARTE0->RXD.MAXCNT = 1;
    NRF_UARTE0->TASKS_STARTRX = 1;
}

void UART::end() {
    if (!running) {
        return;
    }
    flush();
    NVIC_DisableIRQ(UARTE0_UART0_IRQn);
    NRF_UARTE0->INTENCLR = UARTE_INT_ENDRX | UARTE_INT_ENDTX;
    // A transfer that has not ended would keep using RAM.
    NRF_UARTE0->EVENTS_RXTO = 0;
    NRF_UARTE0->TASKS_STOPRX = 1;
    wait_for(&NRF_UARTE0->EVENTS_RXTO);
    NRF_UARTE0->EVENTS_TXSTOPPED = 0;
    NRF_UARTE0->TASKS_STOPTX = 1;
    wait_for(&NRF_UARTE0->EVENTS_TXSTOPPED);
    NRF_UARTE0->ENABLE = UARTE_ENABLE_ENABLE_Disabled;
    NRF_UARTE0->PSEL.TXD = PSEL_DISCONNECTED;
    NRF_UARTE0->PSEL.RXD = PSEL_DISCONNECTED;
    running = false;
}

int UART::available() {
    return static_cast<int>((rx_head + RX_SIZE - rx_tail) % RX_SIZE);
}

int UART::peek() {
    return rx_head == rx_tail ? -1 : rx_buffer[rx_tail];
}

int UART::read() {
    int byte = peek();
    if (byte >= 0) {
        rx_tail = (rx_tail + 1) % RX_SIZE;
    }
    return byte;
}

int UART::availableForWrite() {
    return static_cast<int>((tx_tail + TX_SIZE - tx_head - 1) % TX_SIZE);
}

size_t UART::write(uint8_t byte) {
    if (!running) {
        return 0;
    }
    while (availableForWrite() == 0) {
        wait_for_sender();
    }
    tx_buffer[tx_head] = byte;
    uint32_t primask = w2n_lock();
    tx_head = (tx_head + 1) % TX_SIZE;
    send_next();
    w2n_unlock(primask);
    return 1;
}

void UART::flush() {
    while (running && tx_head != tx_tail) {
        wait_for_sender();
    }
}

extern "C" void w2n_emergency_print(const char *text) {
    NVIC_DisableAll();
    if (!running) {
        return;
    }
    // What is in the buffer comes first: it tells what led here. Bounded, as nothing is certain
    // now.
    for (uint32_t i = 0; i < 20000000 && tx_head != tx_tail; i++) {
        handle_sent();
    }
    size_t size = strlen(text);
    memcpy(tx_buffer, text, size);
    NRF_UARTE0->EVENTS_ENDTX = 0;
    NRF_UARTE0->TXD.PTR = address(tx_buffer);
    NRF_UARTE0->TXD.MAXCNT = size;
    NRF_UARTE0->TASKS_STARTTX = 1;
    for (uint32_t i = 0; i < 20000000 && !NRF_UARTE0->EVENTS_ENDTX; i++) {
    }
    tx_head = tx_tail = tx_sending = 0;
}
