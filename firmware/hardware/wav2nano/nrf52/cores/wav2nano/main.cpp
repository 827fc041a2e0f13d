// Start of the sketch.
#include <Arduino.h>

#include "core.h"

int main() {
    w2n_init_time();
    w2n_init_variant();
    setup();
    for (;;) {
        loop();
    }
}

// Called in place of a virtual function that no class defines; the linker needs it for every class
// with one.
extern "C" void __cxa_pure_virtual() {
    w2n_emergency_print("\r\nPure virtual function called\r\n");
    for (;;) {
    }
}
