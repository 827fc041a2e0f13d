/* Stands in for the bootloader: leaves the chip in the state that Arduino's may leave it in, and
   worse, then starts the sketch at 0x10000. */
#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define SKETCH 0x10000

void reset(void);

__attribute__((section(".vectors"), used)) static void (*const vectors[16])(void) = {
    (void (*)(void))0x20008000,
    reset,
};

static void __attribute__((noreturn)) jump(uint32_t entry) {
    __asm__ volatile("ldr  r1, =0x20003000\n\t"
                     "msr  psp, r1\n\t"
                     "movs r1, #2\n\t"
                     "msr  control, r1\n\t"
                     "isb\n\t"
                     "bx   %0\n\t" ::"r"(entry)
                     : "r1");
    __builtin_unreachable();
}

void reset(void) {
    __asm__ volatile("cpsid i");

    /* RTC1, ticking, with an interrupt that nobody will handle */
    REGISTER(0x40000008) = 1;        /* CLOCK.TASKS_LFCLKSTART */
    REGISTER(0x40011540) = 1;        /* RTC1.CC[0] */
    REGISTER(0x40011304) = 1u << 16; /* RTC1.INTENSET: COMPARE0 */
    REGISTER(0x40011344) = 1u << 16; /* RTC1.EVTENSET */
    REGISTER(0x40011000) = 1;        /* RTC1.TASKS_START */

    /* UARTE0, receiving into RAM that the sketch will use for something else */
    REGISTER(0x40002514) = 42;         /* PSEL.RXD */
    REGISTER(0x40002524) = 0x01D60000; /* BAUDRATE */
    REGISTER(0x40002500) = 8;          /* ENABLE */
    REGISTER(0x40002534) = 0x20004000; /* RXD.PTR */
    REGISTER(0x40002538) = 64;         /* RXD.MAXCNT */
    REGISTER(0x40002304) = 0x310;      /* INTENSET: ENDRX, ENDTX, ERROR */
    REGISTER(0x40002000) = 1;          /* TASKS_STARTRX */

    /* PWM on the LED */
    REGISTER(0x4001C560) = 13;
    REGISTER(0x4001C500) = 1;

    /* All interrupts enabled, some pending, the system timer running out */
    REGISTER(0xE000E100) = 0xFFFFFFFF;
    REGISTER(0xE000E200) = 1u << 17 | 1u << 2;
    REGISTER(0xE000E014) = 640;
    REGISTER(0xE000E018) = 0;
    REGISTER(0xE000E010) = 7;
    for (volatile int i = 0; i < 1000; i++) {
    }
    REGISTER(0xE000ED94) = 5; /* MPU_CTRL */

    jump(REGISTER(SKETCH + 4));
}
