/* What the test programs share: registers, a serial line to report on, and a vector table. */
#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(address))

#define CLOCK 0x40000000u
#define UARTE0 0x40002000u
#define TIMER0 0x40008000u
#define TIMER1 0x40009000u
#define TIMER3 0x4001A000u
#define RTC0 0x4000B000u
#define TEMP 0x4000C000u
#define RNG 0x4000D000u
#define PDM 0x4001D000u
#define NVMC 0x4001E000u
#define PPI 0x4001F000u
#define P0 0x50000000u
#define P1 0x50000300u

#define SYST_CSR REG(0xE000E010)
#define SYST_RVR REG(0xE000E014)
#define SYST_CVR REG(0xE000E018)
#define NVIC_ISER REG(0xE000E100)
#define NVIC_ICER REG(0xE000E180)
#define NVIC_ISPR REG(0xE000E200)
#define NVIC_ICPR REG(0xE000E280)
#define NVIC_PRIORITY(irq) (*(volatile uint8_t *)(0xE000E400 + (irq)))
#define ICSR REG(0xE000ED04)
#define VTOR REG(0xE000ED08)
#define AIRCR REG(0xE000ED0C)
#define SCR REG(0xE000ED10)
#define SHPR(number) (*(volatile uint8_t *)(0xE000ED14 + (number)))
#define CFSR REG(0xE000ED28)
#define HFSR REG(0xE000ED2C)
#define BFAR REG(0xE000ED38)
#define CPACR REG(0xE000ED88)
#define DEMCR REG(0xE000EDFC)
#define DWT_CTRL REG(0xE0001000)
#define CYCCNT REG(0xE0001004)

enum {
    IRQ_UARTE0 = 2,
    IRQ_TIMER0 = 8,
    IRQ_TIMER1 = 9,
    IRQ_RTC0 = 11,
    IRQ_TIMER3 = 26,
    IRQ_PDM = 29
};

extern uint32_t __stack_top, __data_start, __data_end, __data_load, __bss_start, __bss_end;

int main(void);
void reset_handler(void);

/* A program defines the handlers that it needs; the others have no vector. */
#define WEAK __attribute__((weak))
WEAK void hard_fault_handler(void);
WEAK void usage_fault_handler(void);
WEAK void svc_handler(void);
WEAK void pendsv_handler(void);
WEAK void systick_handler(void);
WEAK void uarte0_handler(void);
WEAK void timer0_handler(void);
WEAK void timer1_handler(void);
WEAK void rtc0_handler(void);
WEAK void timer3_handler(void);
WEAK void pdm_handler(void);

__attribute__((section(".vectors"), used)) static void (*const vectors[16 + 48])(void) = {
    (void (*)(void))&__stack_top,
    reset_handler,
    [3] = hard_fault_handler,
    [6] = usage_fault_handler,
    [11] = svc_handler,
    [14] = pendsv_handler,
    [15] = systick_handler,
    [16 + IRQ_UARTE0] = uarte0_handler,
    [16 + IRQ_TIMER0] = timer0_handler,
    [16 + IRQ_TIMER1] = timer1_handler,
    [16 + IRQ_RTC0] = rtc0_handler,
    [16 + IRQ_TIMER3] = timer3_handler,
    [16 + IRQ_PDM] = pdm_handler,
};

__attribute__((used)) void reset_handler(void) {
    uint32_t *to = &__data_start, *from = &__data_load;
#ifndef NO_VTOR
    VTOR = (uint32_t)vectors;
#endif
#ifndef NO_FPU
    CPACR = 0xF << 20;
#endif
    while (to < &__data_end)
        *to++ = *from++;
    for (to = &__bss_start; to < &__bss_end;)
        *to++ = 0;
    main();
    for (;;)
        __asm__ volatile("wfi");
}

static inline void enable_irq(int irq) {
    NVIC_ISER = 1u << irq;
}

static char text[256];

/* Send bytes and wait for them, at 1 Mbaud. */
static void send(const void *data, unsigned size) {
    REG(UARTE0 + 0x524) = 0x10000000;
    REG(UARTE0 + 0x500) = 8;
    REG(UARTE0 + 0x120) = 0;
    REG(UARTE0 + 0x544) = (uint32_t)data;
    REG(UARTE0 + 0x548) = size;
    REG(UARTE0 + 0x008) = 1;
    while (!REG(UARTE0 + 0x120)) {
    }
}

static unsigned append_number(unsigned at, uint32_t value) {
    char digits[10];
    unsigned count = 0;
    do {
        digits[count++] = '0' + value % 10;
        value /= 10;
    } while (value);
    while (count)
        text[at++] = digits[--count];
    return at;
}

/* Report "name value" on a line. */
static void report(const char *name, uint32_t value) {
    unsigned at = 0;
    while (*name)
        text[at++] = *name++;
    text[at++] = ' ';
    at = append_number(at, value);
    text[at++] = '\n';
    send(text, at);
}
