/* From reset to main(): vectors, memory, the state in which the bootloader leaves the chip. */
#include <Arduino.h>

#include "core.h"

extern uint32_t __stack_bottom[], __stack_top[];
extern uint32_t __data_start[], __data_end[], __data_load[];
extern uint32_t __bss_start[], __bss_end[];
extern void (*__init_array_start[])(void);
extern void (*__init_array_end[])(void);

#define STACK_PAINT 0xC5C5C5C5u

/* ---- Vector table ---- */

void Reset_Handler(void);
void HardFault_Handler(void);

static char *append(char *end, const char *text) {
    while (*text) {
        *end++ = *text++;
    }
    *end = '\0';
    return end;
}

static char *append_hex(char *end, const char *name, uint32_t value) {
    end = append(end, name);
    for (int shift = 28; shift >= 0; shift -= 4) {
        *end++ = "0123456789abcdef"[(value >> shift) & 15];
    }
    *end = '\0';
    return end;
}

static void __attribute__((noreturn)) halt(void) {
    NVIC_DisableAll();
    for (;;) {
        __asm__ volatile("wfi");
    }
}

static void unexpected_interrupt(void) {
    uint32_t ipsr;
    __asm__ volatile("mrs %0, ipsr" : "=r"(ipsr));
    char text[64];
    append(append_hex(text, "\r\nUnexpected exception 0x", ipsr), "\r\n");
    w2n_emergency_print(text);
    halt();
}

/* A driver replaces a handler by defining a function of its name. */
#define HANDLER(name) void name(void) __attribute__((weak, alias("unexpected_interrupt")))
HANDLER(NMI_Handler);
HANDLER(MemManage_Handler);
HANDLER(BusFault_Handler);
HANDLER(UsageFault_Handler);
HANDLER(SVC_Handler);
HANDLER(DebugMon_Handler);
HANDLER(PendSV_Handler);
HANDLER(SysTick_Handler);
HANDLER(POWER_CLOCK_IRQHandler);
HANDLER(RADIO_IRQHandler);
HANDLER(UARTE0_UART0_IRQHandler);
HANDLER(SPIM0_SPIS0_TWIM0_TWIS0_SPI0_TWI0_IRQHandler);
HANDLER(SPIM1_SPIS1_TWIM1_TWIS1_SPI1_TWI1_IRQHandler);
HANDLER(NFCT_IRQHandler);
HANDLER(GPIOTE_IRQHandler);
HANDLER(SAADC_IRQHandler);
HANDLER(TIMER0_IRQHandler);
HANDLER(TIMER1_IRQHandler);
HANDLER(TIMER2_IRQHandler);
HANDLER(RTC0_IRQHandler);
HANDLER(TEMP_IRQHandler);
HANDLER(RNG_IRQHandler);
HANDLER(ECB_IRQHandler);
HANDLER(CCM_AAR_IRQHandler);
HANDLER(WDT_IRQHandler);
HANDLER(RTC1_IRQHandler);
HANDLER(QDEC_IRQHandler);
HANDLER(COMP_LPCOMP_IRQHandler);
HANDLER(SWI0_EGU0_IRQHandler);
HANDLER(SWI1_EGU1_IRQHandler);
HANDLER(SWI2_EGU2_IRQHandler);
HANDLER(SWI3_EGU3_IRQHandler);
HANDLER(SWI4_EGU4_IRQHandler);
HANDLER(SWI5_EGU5_IRQHandler);
HANDLER(TIMER3_IRQHandler);
HANDLER(TIMER4_IRQHandler);
HANDLER(PWM0_IRQHandler);
HANDLER(PDM_IRQHandler);
HANDLER(MWU_IRQHandler);
HANDLER(PWM1_IRQHandler);
HANDLER(PWM2_IRQHandler);
HANDLER(SPIM2_SPIS2_SPI2_IRQHandler);
HANDLER(RTC2_IRQHandler);
HANDLER(I2S_IRQHandler);
HANDLER(FPU_IRQHandler);
HANDLER(USBD_IRQHandler);
HANDLER(UARTE1_IRQHandler);
HANDLER(QSPI_IRQHandler);
HANDLER(CRYPTOCELL_IRQHandler);
HANDLER(PWM3_IRQHandler);
HANDLER(SPIM3_IRQHandler);

typedef void (*vector)(void);

__attribute__((section(".vectors"), used)) static const vector vectors[16 + NRF52840_INTERRUPTS] = {
    (vector)__stack_top,
    Reset_Handler,
    NMI_Handler,
    HardFault_Handler,
    MemManage_Handler,
    BusFault_Handler,
    UsageFault_Handler,
    0,
    0,
    0,
    0,
    SVC_Handler,
    DebugMon_Handler,
    0,
    PendSV_Handler,
    SysTick_Handler,
    /* The nRF52840's own, from 0 */
    POWER_CLOCK_IRQHandler,
    RADIO_IRQHandler,
    UARTE0_UART0_IRQHandler,
    SPIM0_SPIS0_TWIM0_TWIS0_SPI0_TWI0_IRQHandler,
    SPIM1_SPIS1_TWIM1_TWIS1_SPI1_TWI1_IRQHandler,
    NFCT_IRQHandler,
    GPIOTE_IRQHandler,
    SAADC_IRQHandler,
    TIMER0_IRQHandler,
    TIMER1_IRQHandler,
    TIMER2_IRQHandler,
    RTC0_IRQHandler,
    TEMP_IRQHandler,
    RNG_IRQHandler,
    ECB_IRQHandler,
    CCM_AAR_IRQHandler,
    WDT_IRQHandler,
    RTC1_IRQHandler,
    QDEC_IRQHandler,
    COMP_LPCOMP_IRQHandler,
    SWI0_EGU0_IRQHandler,
    SWI1_EGU1_IRQHandler,
    SWI2_EGU2_IRQHandler,
    SWI3_EGU3_IRQHandler,
    SWI4_EGU4_IRQHandler,
    SWI5_EGU5_IRQHandler,
    TIMER3_IRQHandler,
    TIMER4_IRQHandler,
    PWM0_IRQHandler,
    PDM_IRQHandler,
    0,
    0,
    MWU_IRQHandler,
    PWM1_IRQHandler,
    PWM2_IRQHandler,
    SPIM2_SPIS2_SPI2_IRQHandler,
    RTC2_IRQHandler,
    I2S_IRQHandler,
    FPU_IRQHandler,
    USBD_IRQHandler,
    UARTE1_IRQHandler,
    QSPI_IRQHandler,
    CRYPTOCELL_IRQHandler,
    0,
    0,
    PWM3_IRQHandler,
    0,
    SPIM3_IRQHandler,
};

/* ---- Faults ---- */

/* `frame` is what the processor pushed: r0 to r3, r12, lr, pc, xpsr; or none, where the stack was
   not fit to be pushed on. */
__attribute__((used)) static void __attribute__((noreturn)) report_fault(const uint32_t *frame) {
    char text[128];
    char *end = append(text, "\r\nHardFault:");
    if (frame) {
        end = append_hex(end, " pc=0x", frame[6]);
        end = append_hex(end, " lr=0x", frame[5]);
    } else {
        end = append(end, " stack overflow");
    }
    end = append_hex(end, " cfsr=0x", SCB_CFSR);
    end = append_hex(end, " bfar=0x", SCB_BFAR);
    append(end, "\r\n");
    w2n_emergency_print(text);
    halt();
}

/* All faults come here, as none of the others is enabled. After a stack overflow there is no stack
   to report with: take it from the top again, nobody returns. */
__attribute__((naked)) void HardFault_Handler(void) {
    __asm__ volatile("mrs   r0, msp\n\t"
                     "ldr   r1, =__stack_bottom\n\t"
                     "cmp   r0, r1\n\t"
                     "it    lo\n\t"
                     "movlo r0, #0\n\t"
                     "ldr   r1, =__stack_top\n\t"
                     "msr   msp, r1\n\t"
                     "b     report_fault\n\t");
}

/* ---- Reset ---- */

/* Arduino's bootloader is a Zephyr program: it leaves an MPU with a guard region in RAM, perhaps a
   second stack pointer, interrupts off or pending, RTC1 ticking, UARTE0 receiving into its RAM and
   PWM on the LED. None of that concerns us, so stop it. */
static void quieten(void) {
    SYSTICK_CTRL = 0;
    SCB_ICSR = SCB_ICSR_PENDSTCLR | SCB_ICSR_PENDSVCLR;
    SCB_SHCSR = 0;
    MPU_CTRL = 0;

    NRF_RTC1->INTENCLR = 0xFFFFFFFF;
    NRF_RTC1->EVTENCLR = 0xFFFFFFFF;

    NRF_PWM_Type *const pwms[] = {NRF_PWM0, NRF_PWM1, NRF_PWM2, NRF_PWM3};
    for (size_t i = 0; i < sizeof pwms / sizeof pwms[0]; i++) {
        pwms[i]->ENABLE = 0;
        for (size_t channel = 0; channel < 4; channel++) {
            pwms[i]->PSEL.OUT[channel] = PSEL_DISCONNECTED;
        }
    }

    /* A receiver that is switched off while it runs may go on writing to RAM: stop it first, but
       do not wait for ever for one that was not running. RXTO takes five characters' time. */
    if (NRF_UARTE0->ENABLE == UARTE_ENABLE_ENABLE_Enabled) {
        NRF_UARTE0->INTENCLR = 0xFFFFFFFF;
        NRF_UARTE0->SHORTS = 0;
        NRF_UARTE0->EVENTS_RXTO = 0;
        NRF_UARTE0->TASKS_STOPRX = 1;
        NRF_UARTE0->TASKS_STOPTX = 1;
        for (uint32_t i = 0; i < 100000 && !NRF_UARTE0->EVENTS_RXTO; i++) {
        }
    }
    NRF_UARTE0->ENABLE = UARTE_ENABLE_ENABLE_Disabled;

    NVIC_DisableAll();
}

__attribute__((used)) static void __attribute__((noreturn)) start(void) {
    SCB_VTOR = (uint32_t)vectors;
    SCB_CPACR |= SCB_CPACR_CP10_CP11_FULL;
    __asm__ volatile("dsb\n\tisb" ::: "memory");
    quieten();

    /* Paint what is below this function's own frame: see w2n_stack_used. */
    uint32_t *here;
    __asm__ volatile("mov %0, sp" : "=r"(here));
    for (volatile uint32_t *word = __stack_bottom; word < here - 16; word++) {
        *word = STACK_PAINT;
    }

    memcpy(__data_start, __data_load, (size_t)((char *)__data_end - (char *)__data_start));
    memset(__bss_start, 0, (size_t)((char *)__bss_end - (char *)__bss_start));

    /* Code runs from flash, which has two wait states at 64 MHz: cache it. */
    NRF_NVMC->ICACHECNF = NVMC_ICACHECNF_CACHEEN_Enabled;

    /* The crystal: the RC oscillator is 1.5 % off at worst, which would be heard as pitch, and
       take a serial line out of its tolerance. The status tells, not the event: after the
       bootloader the crystal may run already, and the event may come twice (anomaly 201). The
       32 kHz clock stays as it is, because nothing here uses it. */
    NRF_CLOCK->TASKS_HFCLKSTART = 1;
    const uint32_t running = CLOCK_HFCLKSTAT_STATE_Running | CLOCK_HFCLKSTAT_SRC_Xtal;
    while ((NRF_CLOCK->HFCLKSTAT & running) != running) {
    }

    for (void (**constructor)(void) = __init_array_start; constructor < __init_array_end;
         constructor++) {
        (*constructor)();
    }
    __enable_irq();
    main();
    halt();
}

/* The bootloader set a stack pointer, but perhaps not that of the vector table, and perhaps the
   processor still uses the other one: settle that before the first function is called. */
__attribute__((naked)) void Reset_Handler(void) {
    __asm__ volatile("cpsid i\n\t"
                     "ldr   r0, =__stack_top\n\t"
                     "msr   msp, r0\n\t"
                     "movs  r0, #0\n\t"
                     "msr   control, r0\n\t"
                     "msr   basepri, r0\n\t"
                     "msr   faultmask, r0\n\t"
                     "isb\n\t"
                     "b     start\n\t");
}

size_t w2n_stack_used(void) {
    const uint32_t *word = __stack_bottom;
    while (word < __stack_top && *word == STACK_PAINT) {
        word++;
    }
    return (size_t)((const char *)__stack_top - (const char *)word);
}

size_t w2n_stack_size(void) {
    return (size_t)((const char *)__stack_top - (const char *)__stack_bottom);
}
