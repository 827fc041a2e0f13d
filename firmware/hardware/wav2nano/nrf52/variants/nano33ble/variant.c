/* What surrounds the chip on the Nano 33 BLE (Sense). */
#include <Arduino.h>

#include "nrf52840.h"

#define P0(pin) (pin)
#define P1(pin) (32 + (pin))

const uint8_t w2n_chip_pins[NUM_DIGITAL_PINS] = {
    P1(3),  P1(10), P1(11), P1(12), P1(15), P1(13), P1(14), P0(23), /* D0 TX, D1 RX, D2 - D7 */
    P0(21), P0(27), P1(2),  P1(1),  P1(8),  P0(13),                 /* D8 - D12, D13 LED */
    P0(4),  P0(5),  P0(30), P0(29), P0(31), P0(2),  P0(28), P0(3),  /* A0 - A7 */
    P0(24), P0(16), P0(6),  P1(9),                                  /* LEDR, LEDG, LEDB, LED_PWR */
    P0(19),                                                         /* interrupt of the APDS-9960 */
    P0(17), P0(26), P0(25),                                         /* microphone PWR, CLK, DIN */
    P0(14), P0(15), P1(0),  P0(22), /* inner I2C SDA, SCL, its pull-ups, power of the sensors */
};

/* As Arduino's core leaves the board: the power LED lit, the sensors supplied through a pin that
   drives strongly enough for them. */
void w2n_init_variant(void) {
    digitalWrite(LED_PWR, HIGH);
    pinMode(LED_PWR, OUTPUT);

    digitalWrite(PIN_ENABLE_SENSORS_3V3, HIGH);
    NRF_P0->PIN_CNF[22] =
        GPIO_PIN_CNF_DIR_Output | GPIO_PIN_CNF_INPUT_Disconnect | GPIO_PIN_CNF_DRIVE_H0H1;
}
