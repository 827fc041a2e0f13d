/* Time from TIMER1: one tick a microsecond, 32 bits, overflows counted. */
#include <Arduino.h>

#include "core.h"

#define CHANNEL_NOW 0      /* captured by micros() */
#define CHANNEL_WAKE 1     /* ends the sleep of delay(); past ones wake it once in 71 minutes */
#define CHANNEL_OVERFLOW 2 /* every 71.6 minutes */

#define FPSCR_EXCEPTIONS 0x9Fu

static volatile uint32_t overflows;

void TIMER1_IRQHandler(void);

void w2n_init_time(void) {
    NRF_TIMER1->TASKS_STOP = 1;
    NRF_TIMER1->TASKS_CLEAR = 1;
    NRF_TIMER1->SHORTS = 0;
    NRF_TIMER1->INTENCLR = 0xFFFFFFFF;
    NRF_TIMER1->MODE = TIMER_MODE_MODE_Timer;
    NRF_TIMER1->BITMODE = TIMER_BITMODE_BITMODE_32Bit;
    NRF_TIMER1->PRESCALER = 4; /* 16 MHz / 2^4 */
    NRF_TIMER1->TASKS_START = 1;
    /* Past zero, so that the comparison with zero waits for the overflow. */
    while (micros() == 0) {
    }
    NRF_TIMER1->CC[CHANNEL_OVERFLOW] = 0;
    w2n_clear_event(&NRF_TIMER1->EVENTS_COMPARE[CHANNEL_OVERFLOW]);
    w2n_clear_event(&NRF_TIMER1->EVENTS_COMPARE[CHANNEL_WAKE]);
    NRF_TIMER1->INTENSET = TIMER_INT_COMPARE(CHANNEL_OVERFLOW) | TIMER_INT_COMPARE(CHANNEL_WAKE);
    NVIC_SetPriority(TIMER1_IRQn, 3);
    NVIC_ClearPendingIRQ(TIMER1_IRQn);
    NVIC_EnableIRQ(TIMER1_IRQn);
}

void TIMER1_IRQHandler(void) {
    if (NRF_TIMER1->EVENTS_COMPARE[CHANNEL_OVERFLOW]) {
        w2n_clear_event(&NRF_TIMER1->EVENTS_COMPARE[CHANNEL_OVERFLOW]);
        overflows++;
    }
    if (NRF_TIMER1->EVENTS_COMPARE[CHANNEL_WAKE]) {
        w2n_clear_event(&NRF_TIMER1->EVENTS_COMPARE[CHANNEL_WAKE]);
    }
}

unsigned long micros(void) {
    NRF_TIMER1->TASKS_CAPTURE[CHANNEL_NOW] = 1;
    return NRF_TIMER1->CC[CHANNEL_NOW];
}

unsigned long millis(void) {
    uint32_t primask = w2n_lock();
    uint32_t low = micros();
    uint32_t high = overflows;
    /* An overflow that came since the lock is not counted yet. */
    if (NRF_TIMER1->EVENTS_COMPARE[CHANNEL_OVERFLOW] && low < 0x80000000u) {
        high++;
    }
    w2n_unlock(primask);
    return (unsigned long)((((uint64_t)high << 32) | low) / 1000);
}

void w2n_sleep(void) {
    if (!w2n_interruptible()) {
        return;
    }
    /* Anomaly 87: an exception flag left by floating point arithmetic keeps the chip awake. */
    uint32_t fpscr;
    __asm__ volatile("vmrs %0, fpscr" : "=r"(fpscr));
    if (fpscr & FPSCR_EXCEPTIONS) {
        __asm__ volatile("vmsr fpscr, %0" ::"r"(fpscr & ~FPSCR_EXCEPTIONS));
        NVIC_ClearPendingIRQ(FPU_IRQn);
    }
    /* Every interrupt sets the event that WFE waits for, so none is missed that comes between the
       caller's check and here. */
    __asm__ volatile("dsb\n\twfe" ::: "memory");
}

/* Sleep until micros() has reached `wake`, or any earlier interrupt has been handled. */
static void sleep_until(uint32_t wake) {
    NRF_TIMER1->CC[CHANNEL_WAKE] = wake;
    if ((int32_t)(wake - micros()) > 0) {
        w2n_sleep();
    }
}

void delay(unsigned long milliseconds) {
    uint32_t wake = micros();
    while (milliseconds > 0) {
        /* In pieces that the 32 bits of the timer can tell from the past. */
        uint32_t piece = milliseconds < 1000000 ? milliseconds : 1000000;
        wake += piece * 1000;
        while ((int32_t)(wake - micros()) > 0) {
            sleep_until(wake);
        }
        milliseconds -= piece;
    }
}

void delayMicroseconds(unsigned int microseconds) {
    uint32_t start = micros();
    while (micros() - start <= microseconds) {
    }
}

void yield(void) {
    sleep_until(micros() + 1000);
}
