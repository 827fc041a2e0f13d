// Arduino's Serial on UARTE0, on the board's pins TX and RX: 8 data bits, no parity, one stop bit.
#ifndef HardwareSerial_h
#define HardwareSerial_h

#include "Print.h"

class UART : public Print {
  public:
    // Baud rates that the UARTE has, 1200 to 1000000; any other gives the next lower one.
    void begin(unsigned long baud);
    // Sends what is left, then releases the pins.
    void end();

    // Received bytes waiting. 127 are kept; further ones are lost until these are read.
    int available();
    int read();
    int peek();

    using Print::write;
    // Goes into a buffer of 511 bytes, and waits, asleep, if that is full. Before begin(),
    // nothing is written.
    size_t write(uint8_t byte) override;
    int availableForWrite();
    // Waits until all has left the pin.
    void flush() override;

    // Always ready: `while (!Serial)` is for USB ports.
    explicit operator bool() const {
        return true;
    }
};

extern UART _UART1_;

#endif
