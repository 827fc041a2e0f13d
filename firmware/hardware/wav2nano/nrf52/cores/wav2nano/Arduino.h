/* The part of Arduino's API that this core has: pins, time, interrupts, Serial.

   A sketch that keeps to it compiles for Arduino's own arduino:mbed_nano:nano33ble as well. There
   Serial is the USB port; here it is the UART on the pins TX and RX. */
#ifndef Arduino_h
#define Arduino_h

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cortex_m4.h"
#include "pins_arduino.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef bool boolean;
typedef uint8_t byte;
typedef uint8_t pin_size_t;

typedef enum { LOW = 0, HIGH = 1 } PinStatus;
typedef enum { INPUT = 0, OUTPUT = 1, INPUT_PULLUP = 2, INPUT_PULLDOWN = 3 } PinMode;

/* A pin that the board does not have is ignored and reads LOW. */
void pinMode(pin_size_t pin, int mode);
void digitalWrite(pin_size_t pin, int level);
int digitalRead(pin_size_t pin);

/* Time since the start. micros() starts over after 71.6 minutes, millis() after 49.7 days. */
unsigned long millis(void);
unsigned long micros(void);

/* Sleep for at least this long; interrupts stay on. */
void delay(unsigned long milliseconds);
/* Busy-wait for at least this long. */
void delayMicroseconds(unsigned int microseconds);
/* Sleep until the next interrupt, at most one millisecond: for loops that wait. */
void yield(void);

#define interrupts() __enable_irq()
#define noInterrupts() __disable_irq()

/* Bytes of stack that have been in use at any time since the start. */
size_t w2n_stack_used(void);
/* The size of the stack: if it grows beyond this, it leaves RAM, which is a HardFault. */
size_t w2n_stack_size(void);

void setup(void);
void loop(void);

#ifdef __cplusplus
}

#include <initializer_list> // for (int pin : {LEDR, LEDG, LEDB})

#include "HardwareSerial.h"

/* Text stays in flash anyway on this processor. */
#define F(text) (text)
#define PROGMEM

#define Serial _UART1_
#define Serial1 _UART1_
#endif

#endif
