#include "Print.h"

#include <math.h>

size_t Print::write(const uint8_t *bytes, size_t size) {
    size_t written = 0;
    while (written < size && write(bytes[written])) {
        written++;
    }
    return written;
}

size_t Print::print(long number, int base) {
    if (base == DEC && number < 0) {
        size_t size = print('-');
        return size + print(0ul - static_cast<unsigned long>(number), base);
    }
    return print(static_cast<unsigned long>(number), base);
}

size_t Print::print(unsigned long number, int base) {
    char digits[32];
    char *first = digits + sizeof digits;
    if (base < 2 || base > 16) {
        base = DEC;
    }
    do {
        *--first = "0123456789ABCDEF"[number % base];
        number /= base;
    } while (number);
    return write(first, static_cast<size_t>(digits + sizeof digits - first));
}

size_t Print::print(double number, int decimals) {
    float value = static_cast<float>(number);
    if (isnan(value)) {
        return print("nan");
    }
    if (isinf(value)) {
        return print("inf");
    }
    if (fabsf(value) > 4294967040.0f) {
        return print("ovf"); // as in Arduino's: the integer part would not fit
    }
    size_t size = 0;
    if (value < 0) {
        size += print('-');
        value = -value;
    }
    float rounding = 0.5f;
    for (int i = 0; i < decimals; i++) {
        rounding /= 10.0f;
    }
    value += rounding;
    unsigned long whole = static_cast<unsigned long>(value);
    size += print(whole);
    if (decimals > 0) {
        size += print('.');
    }
    float rest = value - static_cast<float>(whole);
    for (int i = 0; i < decimals; i++) {
        rest *= 10.0f;
        unsigned digit = static_cast<unsigned>(rest);
        size += print(static_cast<char>('0' + digit));
        rest -= static_cast<float>(digit);
    }
    return size;
}
