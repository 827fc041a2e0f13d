/* The registers of the nRF52840 that this core uses, and no others.

   Names, offsets and values are those of Nordic's product specification; the comment behind each
   register is its offset. A test compares them with Nordic's published register map. */
#ifndef NRF52840_H
#define NRF52840_H

#include <stdint.h>

/* ---- CLOCK: 64 MHz from the crystal (HFXO) instead of the RC oscillator ---- */
typedef struct {
    volatile uint32_t TASKS_HFCLKSTART; /* 0x000 */
    uint32_t RESERVED0[258];
    const volatile uint32_t HFCLKSTAT; /* 0x40c */
} NRF_CLOCK_Type;
#define NRF_CLOCK ((NRF_CLOCK_Type *)0x40000000)

#define CLOCK_HFCLKSTAT_SRC_Xtal (1u << 0)
#define CLOCK_HFCLKSTAT_STATE_Running (1u << 16)

/* ---- GPIO ---- */
typedef struct {
    uint32_t RESERVED0[322];
    volatile uint32_t OUTSET;   /* 0x508 */
    volatile uint32_t OUTCLR;   /* 0x50c */
    const volatile uint32_t IN; /* 0x510 */
    uint32_t RESERVED1[123];
    volatile uint32_t PIN_CNF[32]; /* 0x700 */
} NRF_GPIO_Type;
#define NRF_P0 ((NRF_GPIO_Type *)0x50000000)
#define NRF_P1 ((NRF_GPIO_Type *)0x50000300)

#define GPIO_PIN_CNF_DIR_Output (1u << 0)
#define GPIO_PIN_CNF_INPUT_Disconnect (1u << 1)
#define GPIO_PIN_CNF_PULL_Pulldown (1u << 2)
#define GPIO_PIN_CNF_PULL_Pullup (3u << 2)
#define GPIO_PIN_CNF_DRIVE_H0H1 (3u << 8)

/* PSEL registers of all peripherals: this value connects no pin. */
#define PSEL_DISCONNECTED 0xFFFFFFFFu

/* ---- UARTE: serial port with EasyDMA ---- */
typedef struct {
    volatile uint32_t TASKS_STARTRX; /* 0x000 */
    volatile uint32_t TASKS_STOPRX;  /* 0x004 */
    volatile uint32_t TASKS_STARTTX; /* 0x008 */
    volatile uint32_t TASKS_STOPTX;  /* 0x00c */
    uint32_t RESERVED0[64];
    volatile uint32_t EVENTS_ENDRX; /* 0x110 */
    uint32_t RESERVED1[3];
    volatile uint32_t EVENTS_ENDTX; /* 0x120 */
    uint32_t RESERVED2[8];
    volatile uint32_t EVENTS_RXTO; /* 0x144 */
    uint32_t RESERVED3[4];
    volatile uint32_t EVENTS_TXSTOPPED; /* 0x158 */
    uint32_t RESERVED4[41];
    volatile uint32_t SHORTS; /* 0x200 */
    uint32_t RESERVED5[64];
    volatile uint32_t INTENSET; /* 0x304 */
    volatile uint32_t INTENCLR; /* 0x308 */
    uint32_t RESERVED6[125];
    volatile uint32_t ENABLE; /* 0x500 */
    uint32_t RESERVED7[1];
    struct {
        volatile uint32_t RTS; /* 0x508 */
        volatile uint32_t TXD; /* 0x50c */
        volatile uint32_t CTS; /* 0x510 */
        volatile uint32_t RXD; /* 0x514 */
    } PSEL;
    uint32_t RESERVED8[3];
    volatile uint32_t BAUDRATE; /* 0x524 */
    uint32_t RESERVED9[3];
    struct {
        volatile uint32_t PTR;          /* 0x534 */
        volatile uint32_t MAXCNT;       /* 0x538 */
        const volatile uint32_t AMOUNT; /* 0x53c */
    } RXD;
    uint32_t RESERVED10[1];
    struct {
        volatile uint32_t PTR;          /* 0x544 */
        volatile uint32_t MAXCNT;       /* 0x548 */
        const volatile uint32_t AMOUNT; /* 0x54c */
    } TXD;
    uint32_t RESERVED11[7];
    volatile uint32_t CONFIG; /* 0x56c */
} NRF_UARTE_Type;
#define NRF_UARTE0 ((NRF_UARTE_Type *)0x40002000)

#define UARTE_ENABLE_ENABLE_Disabled 0u
#define UARTE_ENABLE_ENABLE_Enabled 8u
#define UARTE_INT_ENDRX (1u << 4)
#define UARTE_INT_ENDTX (1u << 8)

/* ---- TIMER ---- */
typedef struct {
    volatile uint32_t TASKS_START; /* 0x000 */
    volatile uint32_t TASKS_STOP;  /* 0x004 */
    uint32_t RESERVED0[1];
    volatile uint32_t TASKS_CLEAR; /* 0x00c */
    uint32_t RESERVED1[12];
    volatile uint32_t TASKS_CAPTURE[6]; /* 0x040 */
    uint32_t RESERVED2[58];
    volatile uint32_t EVENTS_COMPARE[6]; /* 0x140 */
    uint32_t RESERVED3[42];
    volatile uint32_t SHORTS; /* 0x200 */
    uint32_t RESERVED4[64];
    volatile uint32_t INTENSET; /* 0x304 */
    volatile uint32_t INTENCLR; /* 0x308 */
    uint32_t RESERVED5[126];
    volatile uint32_t MODE;    /* 0x504 */
    volatile uint32_t BITMODE; /* 0x508 */
    uint32_t RESERVED6[1];
    volatile uint32_t PRESCALER; /* 0x510 */
    uint32_t RESERVED7[11];
    volatile uint32_t CC[6]; /* 0x540 */
} NRF_TIMER_Type;
#define NRF_TIMER1 ((NRF_TIMER_Type *)0x40009000)

#define TIMER_MODE_MODE_Timer 0u
#define TIMER_BITMODE_BITMODE_32Bit 3u
#define TIMER_INT_COMPARE(channel) (1u << (16 + (channel)))

/* ---- RTC and PWM: only to quieten what the bootloader started ---- */
typedef struct {
    uint32_t RESERVED0[194];
    volatile uint32_t INTENCLR; /* 0x308 */
    uint32_t RESERVED1[15];
    volatile uint32_t EVTENCLR; /* 0x348 */
} NRF_RTC_Type;
#define NRF_RTC1 ((NRF_RTC_Type *)0x40011000)

typedef struct {
    uint32_t RESERVED0[320];
    volatile uint32_t ENABLE; /* 0x500 */
    uint32_t RESERVED1[23];
    struct {
        volatile uint32_t OUT[4]; /* 0x560 */
    } PSEL;
} NRF_PWM_Type;
#define NRF_PWM0 ((NRF_PWM_Type *)0x4001C000)
#define NRF_PWM1 ((NRF_PWM_Type *)0x40021000)
#define NRF_PWM2 ((NRF_PWM_Type *)0x40022000)
#define NRF_PWM3 ((NRF_PWM_Type *)0x4002D000)

/* ---- NVMC: the instruction cache before the flash ---- */
typedef struct {
    uint32_t RESERVED0[336];
    volatile uint32_t ICACHECNF; /* 0x540 */
} NRF_NVMC_Type;
#define NRF_NVMC ((NRF_NVMC_Type *)0x4001E000)

#define NVMC_ICACHECNF_CACHEEN_Enabled (1u << 0)

/* ---- PDM: digital microphone with EasyDMA ---- */
typedef struct {
    volatile uint32_t TASKS_START; /* 0x000 */
    volatile uint32_t TASKS_STOP;  /* 0x004 */
    uint32_t RESERVED0[62];
    volatile uint32_t EVENTS_STARTED; /* 0x100 */
    volatile uint32_t EVENTS_STOPPED; /* 0x104 */
    uint32_t RESERVED1[127];
    volatile uint32_t INTENSET; /* 0x304 */
    volatile uint32_t INTENCLR; /* 0x308 */
    uint32_t RESERVED2[125];
    volatile uint32_t ENABLE;     /* 0x500 */
    volatile uint32_t PDMCLKCTRL; /* 0x504 */
    volatile uint32_t MODE;       /* 0x508 */
    uint32_t RESERVED3[3];
    volatile uint32_t GAINL; /* 0x518 */
    volatile uint32_t GAINR; /* 0x51c */
    volatile uint32_t RATIO; /* 0x520 */
    uint32_t RESERVED4[7];
    struct {
        volatile uint32_t CLK; /* 0x540 */
        volatile uint32_t DIN; /* 0x544 */
    } PSEL;
    uint32_t RESERVED5[6];
    struct {
        volatile uint32_t PTR;    /* 0x560 */
        volatile uint32_t MAXCNT; /* 0x564 */
    } SAMPLE;
} NRF_PDM_Type;
#define NRF_PDM ((NRF_PDM_Type *)0x4001D000)

#define PDM_INT_STARTED (1u << 0)
#define PDM_PDMCLKCTRL_FREQ_1280K 0x0A000000u
#define PDM_RATIO_RATIO_Ratio80 1u
#define PDM_MODE_OPERATION_Stereo (0u << 0)
#define PDM_MODE_OPERATION_Mono (1u << 0)
#define PDM_MODE_EDGE_LeftFalling (0u << 1)

/* ---- Interrupt numbers: those with a handler in this package ---- */
typedef enum {
    UARTE0_UART0_IRQn = 2,
    TIMER1_IRQn = 9,
    PDM_IRQn = 29,
    FPU_IRQn = 38,
} IRQn_Type;
#define NRF52840_INTERRUPTS 48

#endif
