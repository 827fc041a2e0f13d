/* What this core uses of the Cortex-M4: interrupt controller, system control block, sleep.
   Names as in Arm's CMSIS. */
#ifndef CORTEX_M4_H
#define CORTEX_M4_H

#include <stdbool.h>
#include <stdint.h>

#include "nrf52840.h"

#define SYSTICK_CTRL (*(volatile uint32_t *)0xE000E010)
#define NVIC_ISER ((volatile uint32_t *)0xE000E100)
#define NVIC_ICER ((volatile uint32_t *)0xE000E180)
#define NVIC_ICPR ((volatile uint32_t *)0xE000E280)
#define NVIC_IPR ((volatile uint8_t *)0xE000E400)
#define SCB_ICSR (*(volatile uint32_t *)0xE000ED04)
#define SCB_VTOR (*(volatile uint32_t *)0xE000ED08)
#define SCB_SHCSR (*(volatile uint32_t *)0xE000ED24)
#define SCB_CFSR (*(volatile uint32_t *)0xE000ED28)
#define SCB_BFAR (*(volatile uint32_t *)0xE000ED38)
#define SCB_CPACR (*(volatile uint32_t *)0xE000ED88)
#define MPU_CTRL (*(volatile uint32_t *)0xE000ED94)

#define SCB_ICSR_PENDSTCLR (1u << 25)
#define SCB_ICSR_PENDSVCLR (1u << 27)
#define SCB_CPACR_CP10_CP11_FULL (0xFu << 20)

/* The nRF52840 has three priority bits: 0 is the most urgent, 7 the least. */
static inline void NVIC_SetPriority(IRQn_Type irq, uint8_t priority) {
    NVIC_IPR[irq] = (uint8_t)(priority << 5);
}

static inline void NVIC_ClearPendingIRQ(IRQn_Type irq) {
    NVIC_ICPR[irq >> 5] = 1u << (irq & 31);
}

static inline void NVIC_EnableIRQ(IRQn_Type irq) {
    __asm__ volatile("" ::: "memory");
    NVIC_ISER[irq >> 5] = 1u << (irq & 31);
    __asm__ volatile("" ::: "memory");
}

static inline void NVIC_DisableIRQ(IRQn_Type irq) {
    NVIC_ICER[irq >> 5] = 1u << (irq & 31);
    /* From the next instruction on, the interrupt can no longer come. */
    __asm__ volatile("dsb\n\tisb" ::: "memory");
}

/* No interrupt of a peripheral can come, nor is one pending, which would end each sleep. */
static inline void NVIC_DisableAll(void) {
    for (int word = 0; word < 2; word++) {
        NVIC_ICER[word] = 0xFFFFFFFF;
        NVIC_ICPR[word] = 0xFFFFFFFF;
    }
    __asm__ volatile("dsb\n\tisb" ::: "memory");
}

static inline void __disable_irq(void) {
    __asm__ volatile("cpsid i" ::: "memory");
}

static inline void __enable_irq(void) {
    __asm__ volatile("cpsie i" ::: "memory");
}

/* Keep interrupts out of a few lines, wherever they are called from. */
static inline uint32_t w2n_lock(void) {
    uint32_t primask;
    __asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(primask)::"memory");
    return primask;
}

static inline void w2n_unlock(uint32_t primask) {
    __asm__ volatile("msr primask, %0" ::"r"(primask) : "memory");
}

/* Whether interrupts can come now: not masked, and not inside of one. */
static inline bool w2n_interruptible(void) {
    uint32_t primask, ipsr;
    __asm__ volatile("mrs %0, primask\n\tmrs %1, ipsr" : "=r"(primask), "=r"(ipsr));
    return primask == 0 && ipsr == 0;
}

/* An event register of a peripheral is cleared only when the write has come through the bus. An
   interrupt handler that returned before that would be entered once more: read it back. */
static inline void w2n_clear_event(volatile uint32_t *event) {
    *event = 0;
    (void)*event;
}

#endif
