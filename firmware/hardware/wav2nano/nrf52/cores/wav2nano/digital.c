/* Pins as digital inputs and outputs. */
#include <Arduino.h>

static NRF_GPIO_Type *port_of(pin_size_t pin) {
    return w2n_chip_pins[pin] < 32 ? NRF_P0 : NRF_P1;
}

static uint32_t bit_of(pin_size_t pin) {
    return w2n_chip_pins[pin] & 31u;
}

void pinMode(pin_size_t pin, int mode) {
    if (pin >= NUM_DIGITAL_PINS) {
        return;
    }
    uint32_t configuration;
    switch (mode) {
    case OUTPUT:
        /* The input stays connected, so that digitalRead gives the level of the pin. */
        configuration = GPIO_PIN_CNF_DIR_Output;
        break;
    case INPUT_PULLUP:
        configuration = GPIO_PIN_CNF_PULL_Pullup;
        break;
    case INPUT_PULLDOWN:
        configuration = GPIO_PIN_CNF_PULL_Pulldown;
        break;
    default:
        configuration = 0;
        break;
    }
    port_of(pin)->PIN_CNF[bit_of(pin)] = configuration;
}

void digitalWrite(pin_size_t pin, int level) {
    if (pin >= NUM_DIGITAL_PINS) {
        return;
    }
    if (level) {
        port_of(pin)->OUTSET = 1u << bit_of(pin);
    } else {
        port_of(pin)->OUTCLR = 1u << bit_of(pin);
    }
}

int digitalRead(pin_size_t pin) {
    if (pin >= NUM_DIGITAL_PINS) {
        return LOW;
    }
    return (port_of(pin)->IN >> bit_of(pin)) & 1u ? HIGH : LOW;
}
