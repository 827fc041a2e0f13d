// Arduino's Print: text and numbers to anything that takes bytes.
#ifndef Print_h
#define Print_h

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define DEC 10
#define HEX 16
#define OCT 8
#define BIN 2

class Print {
  public:
    virtual size_t write(uint8_t byte) = 0;
    virtual size_t write(const uint8_t *bytes, size_t size);
    virtual void flush() {
    }
    size_t write(const char *text) {
        return text ? write(reinterpret_cast<const uint8_t *>(text), strlen(text)) : 0;
    }
    size_t write(const char *text, size_t size) {
        return write(reinterpret_cast<const uint8_t *>(text), size);
    }

    size_t print(const char *text) {
        return write(text);
    }
    size_t print(char character) {
        return write(static_cast<uint8_t>(character));
    }
    size_t print(unsigned char number, int base = DEC) {
        return print(static_cast<unsigned long>(number), base);
    }
    size_t print(int number, int base = DEC) {
        return print(static_cast<long>(number), base);
    }
    size_t print(unsigned int number, int base = DEC) {
        return print(static_cast<unsigned long>(number), base);
    }
    // Negative numbers have a sign in base 10; in other bases their bits are printed.
    size_t print(long number, int base = DEC);
    size_t print(unsigned long number, int base = DEC);
    // With the seven digits of a float: the processor has no larger type in hardware.
    size_t print(double number, int decimals = 2);

    size_t println() {
        return write("\r\n");
    }
    template <typename T> size_t println(T value) {
        size_t size = print(value);
        return size + println();
    }
    template <typename T> size_t println(T value, int format) {
        size_t size = print(value, format);
        return size + println();
    }
};

#endif
