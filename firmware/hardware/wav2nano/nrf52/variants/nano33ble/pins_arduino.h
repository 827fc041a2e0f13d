/* Pins of the Nano 33 BLE (Sense), with the numbers of Arduino's own core. */
#ifndef PINS_ARDUINO_H
#define PINS_ARDUINO_H

#include <stdint.h>

#define NUM_DIGITAL_PINS (34u)

#define PIN_SERIAL_TX (0u)
#define PIN_SERIAL_RX (1u)

#define LED_BUILTIN (13u)
/* The RGB LED lights when its pins are LOW. */
#define LEDR (22u)
#define LEDG (23u)
#define LEDB (24u)
#define LED_PWR (25u)

#define A0 (14u)
#define A1 (15u)
#define A2 (16u)
#define A3 (17u)
#define A4 (18u)
#define A5 (19u)
#define A6 (20u)
#define A7 (21u)

#define PIN_PDM_PWR (27u)
#define PIN_PDM_CLK (28u)
#define PIN_PDM_DIN (29u)

#define PIN_ENABLE_SENSORS_3V3 (33u)

/* A pin of the chip as PSEL registers expect it: port in bit 5, pin in bits 0 to 4. */
extern const uint8_t w2n_chip_pins[NUM_DIGITAL_PINS];

#endif
