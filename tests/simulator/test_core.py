"""Instructions, time and exceptions."""

import math
import struct

import numpy as np
import pytest

from cortex_m4 import reports
from nano33sim import SimulationError


def test_time_is_one_tick_per_instruction(compile_program):
    """A straight run of n NOPs takes n ticks, whatever it is measured with."""
    program = compile_program(
        """
        int main(void) {
            DEMCR = 1 << 24;
            DWT_CTRL |= 1;
            uint32_t before, after;
            __asm__ volatile("movw r3, #0x1004\\n movt r3, #0xE000\\n"
                             "ldr %0, [r3]\\n .rept 1000\\n nop\\n .endr\\n ldr %1, [r3]\\n"
                             : "=&r"(before), "=&r"(after) : : "r3");
            report("cycles", after - before);
            __asm__ volatile("movw r3, #0x1004\\n movt r3, #0xE000\\n ldr %0, [r3]\\n"
                             "cmp %0, %0\\n itete eq\\n nopeq\\n nopne\\n nopeq\\n nopne\\n"
                             "ldr %1, [r3]\\n"
                             : "=&r"(before), "=&r"(after) : : "r3", "cc");
            report("it", after - before);
            return 0;
        }
        """
    )
    # The load that reads the counter is itself one instruction; skipped ones do not count.
    assert reports(program.run()) == {"cycles": 1001, "it": 5}


def test_pieces_equal_one_piece(compile_program):
    """A run cut at any point continues as if it had not been cut."""
    source = """
        static volatile float sum;
        static volatile uint32_t ticks, limit;
        void systick_handler(void) { ticks++; sum = sum * 0.5f + (float)ticks; }
        int main(void) {
            SYST_RVR = 996; SYST_CVR = 0; SYST_CSR = 7;
            for (uint32_t i = 0;; i++) {
                limit = i % 7 > 3 ? limit + 1 : limit + 3;
                if (i % 1000 == 0) {
                    report("ticks", ticks);
                    report("limit", limit);
                    report("sum", (uint32_t)(sum * 1000.0f));
                }
            }
        }
        """
    program = compile_program(source)
    whole = program.run(0.02)
    board = program.board()
    pieces = [board.run(seconds=ticks / 64e6) for ticks in range(1, 1500)]
    done = sum(round(piece.seconds * 64e6) for piece in pieces)
    pieces.append(board.run(seconds=0.02 - done / 64e6))
    assert b"".join(piece.serial for piece in pieces) == whole.serial
    assert [line for piece in pieces for line in piece.lines] == whole.lines
    assert sum(piece.instructions for piece in pieces) == whole.instructions
    assert len(whole.lines) > 10


def test_a_run_can_be_repeated(compile_program):
    program = compile_program(
        """
        int main(void) {
            REG(RNG) = 1;
            for (int i = 0; i < 50; i++) {
                REG(RNG + 0x100) = 0;
                while (!REG(RNG + 0x100)) {}
                report("random", REG(RNG + 0x508));
            }
            return 0;
        }
        """
    )
    board = program.board()
    first = board.run(seconds=0.1)
    board.reset()
    second = board.run(seconds=0.1)
    assert first == second
    assert len({line.text for line in first.lines}) > 20


def test_waiting_loops_are_gone_through_exactly(compile_program, monkeypatch):
    """Adding the time of a waiting loop's rounds at once changes nothing but the time it takes."""
    program = compile_program(
        """
        static volatile uint32_t ticks;
        void timer0_handler(void) { REG(TIMER0 + 0x140) = 0; ticks++; }
        int main(void) {
            DEMCR = 1 << 24; DWT_CTRL |= 1;
            REG(TIMER0 + 0x508) = 3; REG(TIMER0 + 0x510) = 0;
            REG(TIMER0 + 0x540) = 1003; REG(TIMER0 + 0x200) = 1; REG(TIMER0 + 0x304) = 1 << 16;
            enable_irq(IRQ_TIMER0);
            REG(TIMER0) = 1;
            for (int i = 0; i < 20; i++) {
                REG(RNG + 0x100) = 0;
                REG(RNG) = 1;
                uint32_t rounds = 0;
                while (!REG(RNG + 0x100)) {}
                REG(RNG + 0x100) = 0;
                while (!REG(RNG + 0x100)) rounds++;     /* this one does something */
                report("rounds", rounds);
                report("cycles", CYCCNT);
                report("ticks", ticks);
            }
            return 0;
        }
        """
    )
    fast = program.run(0.02)
    monkeypatch.setattr("nano33sim.core.Core.waited", lambda *_: None)
    slow = program.run(0.02)
    assert fast == slow
    assert len(fast.lines) == 60


def test_systick_period(compile_program):
    """Interrupts come every LOAD + 1 ticks, and are not lost under them."""
    program = compile_program(
        """
        static volatile uint32_t count, first, last;
        void systick_handler(void) {
            last = CYCCNT;
            if (!count++) first = last;
        }
        int main(void) {
            DEMCR = 1 << 24; DWT_CTRL |= 1;
            SYST_RVR = 999; SYST_CVR = 0; SYST_CSR = 7;
            while (count < 101) {}
            SYST_CSR = 0;
            report("count", count);
            report("period", (last - first) / 100);
            return 0;
        }
        """
    )
    assert reports(program.run()) == {"count": 101, "period": 1000}


def test_interrupt_is_taken_at_its_tick(compile_program):
    """TIMER0 at 16 MHz: an interrupt 100 counts after the start comes 400 ticks after it."""
    program = compile_program(
        """
        static volatile uint32_t start, entered;
        void timer0_handler(void) { entered = CYCCNT; REG(TIMER0 + 0x140) = 0; }
        int main(void) {
            DEMCR = 1 << 24; DWT_CTRL |= 1;
            enable_irq(IRQ_TIMER0);
            REG(TIMER0 + 0x508) = 3;
            REG(TIMER0 + 0x510) = 0;
            REG(TIMER0 + 0x540) = 100;
            REG(TIMER0 + 0x304) = 1 << 16;
            __asm__ volatile("" ::: "memory");
            REG(TIMER0) = 1;
            start = CYCCNT;
            while (!entered) {}
            report("late", entered - start);
            return 0;
        }
        """
    )
    late = reports(program.run())["late"]
    # From the instruction that starts the timer to the handler's load of the counter: a few
    # instructions of each.
    assert 396 <= late <= 406


def test_priorities_nest_and_chain(compile_program):
    """A higher priority preempts, an equal one waits, PendSV comes last."""
    program = compile_program(
        """
        static char order[32];
        static unsigned count;
        void timer0_handler(void) {
            order[count++] = 'a';
            NVIC_ISPR = 1 << IRQ_TIMER1 | 1 << IRQ_RTC0;
            ICSR = 1 << 28;
            order[count++] = 'A';
        }
        void timer1_handler(void) { order[count++] = 'b'; }
        void rtc0_handler(void) { order[count++] = 'c'; }
        void pendsv_handler(void) { order[count++] = 'p'; }
        int main(void) {
            NVIC_PRIORITY(IRQ_TIMER0) = 0x60;
            NVIC_PRIORITY(IRQ_TIMER1) = 0x60;
            NVIC_PRIORITY(IRQ_RTC0) = 0x20;
            SHPR(14) = 0xE0;
            enable_irq(IRQ_TIMER0); enable_irq(IRQ_TIMER1); enable_irq(IRQ_RTC0);
            NVIC_ISPR = 1 << IRQ_TIMER0;
            __asm__ volatile("isb" ::: "memory");
            order[count++] = 't';
            order[count++] = '\\n';
            send(order, count);
            return 0;
        }
        """
    )
    assert program.run().text == "acAbpt\n"


def test_an_interrupt_comes_again_until_its_cause_is_cleared(compile_program):
    """Lines of the nRF52 are levels; what was pending stays pending, though, when they fall."""
    program = compile_program(
        """
        static volatile uint32_t count;
        void timer0_handler(void) { if (++count == 3) REG(TIMER0 + 0x140) = 0; }
        int main(void) {
            REG(TIMER0 + 0x504) = 1;                    /* counter mode: nothing by itself */
            REG(TIMER0 + 0x540) = 1; REG(TIMER0 + 0x304) = 1 << 16;
            enable_irq(IRQ_TIMER0);
            REG(TIMER0) = 1;
            REG(TIMER0 + 8) = 1;
            __asm__ volatile("isb");
            report("level", count);
            NVIC_ICER = 1 << IRQ_TIMER0;
            REG(TIMER0 + 0x140) = 1;
            REG(TIMER0 + 0x140) = 0;
            NVIC_ISER = 1 << IRQ_TIMER0;                /* spurious, as on the chip */
            __asm__ volatile("isb");
            report("latched", count);
            NVIC_ICER = 1 << IRQ_TIMER0;
            REG(TIMER0 + 0x140) = 1;
            REG(TIMER0 + 0x140) = 0;
            NVIC_ICPR = 1 << IRQ_TIMER0;
            NVIC_ISER = 1 << IRQ_TIMER0;
            __asm__ volatile("isb");
            report("cleared", count);
            return 0;
        }
        """
    )
    assert reports(program.run()) == {"level": 3, "latched": 4, "cleared": 4}


def test_masks_hold_interrupts_back(compile_program):
    """PRIMASK and BASEPRI delay an interrupt to the instruction after they are lifted."""
    program = compile_program(
        """
        static char order[32];
        static volatile unsigned count;
        void timer0_handler(void) { order[count++] = 'i'; }
        int main(void) {
            NVIC_PRIORITY(IRQ_TIMER0) = 0x60;
            enable_irq(IRQ_TIMER0);
            __asm__ volatile("cpsid i" ::: "memory");
            NVIC_ISPR = 1 << IRQ_TIMER0;
            for (int i = 0; i < 20; i++) __asm__ volatile("nop");
            order[count++] = '1';
            __asm__ volatile("cpsie i\\n cpsid i" ::: "memory"); /* open for one instruction */
            order[count++] = '2';
            __asm__ volatile("cpsie i\\n msr basepri, %0" : : "r"(0x40) : "memory");
            NVIC_ISPR = 1 << IRQ_TIMER0;
            order[count++] = '3';
            __asm__ volatile("msr basepri, %0" : : "r"(0x80) : "memory");
            order[count++] = '4';
            order[count++] = '\\n';
            send(order, count);
            return 0;
        }
        """
    )
    assert program.run().text == "1i23i4\n"


def test_floating_point_state_survives_interrupts(compile_program):
    """An interrupt that uses the FPU leaves S0-S15 and FPSCR as they were."""
    program = compile_program(
        """
        static volatile uint32_t count;
        static volatile float other = 1.0f;
        void timer0_handler(void) {
            REG(TIMER0 + 0x140) = 0;
            count++;
            __asm__ volatile("vmov.f32 s0, #3.0\\n vmov.f32 s1, #3.0\\n vmov.f32 s7, #3.0\\n"
                             "vmov.f32 s15, #3.0\\n vcmp.f32 s0, #0.0\\n"
                             ::: "s0", "s1", "s7", "s15");
            other = other * 1.5f;
        }
        int main(void) {
            float a = 0.0f, b = 1.0f, c = 2.0f;
            REG(TIMER0 + 0x508) = 3; REG(TIMER0 + 0x510) = 0;
            REG(TIMER0 + 0x540) = 50; REG(TIMER0 + 0x200) = 1; REG(TIMER0 + 0x304) = 1 << 16;
            enable_irq(IRQ_TIMER0);
            REG(TIMER0) = 1;
            for (int i = 0; i < 20000; i++) {
                a = a + b * 0.5f - c * 0.25f;
                b = b > 100.0f ? b - 99.0f : b + 1.0f;
                c = c < -7.0f ? c + 10.0f : c - 1.0f;
            }
            REG(TIMER0 + 4) = 1;
            union { float f; uint32_t u; } bits = {a};
            report("interrupts", count > 500);
            report("a", bits.u);
            return 0;
        }
        """
    )
    a, b, c = np.float32(0), np.float32(1), np.float32(2)
    half, quarter = np.float32(0.5), np.float32(0.25)
    for _ in range(20000):
        a = a + b * half - c * quarter
        b = b - np.float32(99) if b > 100 else b + np.float32(1)
        c = c + np.float32(10) if c < -7 else c - np.float32(1)
    expected = struct.unpack("<I", struct.pack("<f", a))[0]
    assert reports(program.run()) == {"interrupts": 1, "a": expected}


def test_exception_frames(compile_program):
    """LR holds the EXC_RETURN value that the use of the FPU and of the stacks calls for."""
    program = compile_program(
        """
        static volatile uint32_t seen, stack_used;
        static uint32_t process_stack[64];
        __attribute__((naked)) void svc_handler(void) {
            __asm__ volatile("ldr r0, =seen\\n str lr, [r0]\\n"
                             "tst lr, #4\\n ite eq\\n mrseq r1, msp\\n mrsne r1, psp\\n"
                             "ldr r2, [r1]\\n ldr r0, =stack_used\\n str r1, [r0]\\n"
                             "adds r2, #1\\n str r2, [r1]\\n bx lr\\n .ltorg\\n");
        }
        static uint32_t call(uint32_t value) {
            register uint32_t r0 __asm__("r0") = value;
            __asm__ volatile("svc #0" : "+r"(r0) : : "memory");
            return r0;
        }
        int main(void) {
            report("result", call(41));
            report("plain", seen & 0xFF);
            __asm__ volatile("vmov.f32 s0, #1.0" ::: "s0");
            uint32_t before, after;
            __asm__ volatile("mov %0, sp" : "=r"(before));
            call(1);
            report("floating", seen & 0xFF);
            report("frame", before - stack_used);
            __asm__ volatile("msr psp, %0\\n mrs r3, control\\n orr r3, #2\\n bic r3, #4\\n"
                             "msr control, r3\\n isb" : : "r"(process_stack + 64) : "r3", "memory");
            register uint32_t result __asm__("r0") = 7;
            __asm__ volatile("svc #0" : "+r"(result) : : "memory");
            register uint32_t kept __asm__("r4") = result;
            __asm__ volatile("mrs r3, control\\n bic r3, #2\\n msr control, r3\\n isb"
                             ::: "r3", "memory");
            report("process", seen & 0xFF);
            report("kept", kept);
            report("inside", (uint32_t *)stack_used >= process_stack &&
                   (uint32_t *)stack_used < process_stack + 64);
            (void)after;
            return 0;
        }
        """
    )
    found = reports(program.run())
    assert found["result"] == 42
    assert (found["plain"], found["floating"], found["process"]) == (0xF9, 0xE9, 0xFD)
    assert found["frame"] in (26 * 4, 26 * 4 + 4)
    assert (found["kept"], found["inside"]) == (8, 1)


def test_wfi_wakes_under_primask_and_sleep_is_free(compile_program):
    program = compile_program(
        """
        static volatile uint32_t served;
        void timer0_handler(void) { REG(TIMER0 + 0x140) = 0; served++; }
        int main(void) {
            REG(TIMER0 + 0x508) = 3; REG(TIMER0 + 0x510) = 4;      /* 1 MHz */
            REG(TIMER0 + 0x540) = 500000; REG(TIMER0 + 0x304) = 1 << 16;
            enable_irq(IRQ_TIMER0);
            __asm__ volatile("cpsid i");
            REG(TIMER0) = 1;
            __asm__ volatile("wfi");
            report("masked", served);
            __asm__ volatile("cpsie i\\n isb");
            report("served", served);
            REG(TIMER0 + 0x40) = 1;
            report("us", REG(TIMER0 + 0x540));
            return 0;
        }
        """
    )
    recording = program.run(1.0)
    found = reports(recording)
    assert (found["masked"], found["served"]) == (0, 1)
    assert 500_000 <= found["us"] < 500_400
    assert recording.instructions < 100_000
    assert recording.sleep_seconds == pytest.approx(1, abs=2e-3)
    assert recording.seconds == 1.0


def test_wfe_event_register(compile_program):
    """SEV, and the return from an exception, let the next WFE through once."""
    program = compile_program(
        """
        void timer0_handler(void) { REG(TIMER0 + 0x140) = 0; }
        static uint32_t now(void) { REG(TIMER0 + 0x44) = 1; return REG(TIMER0 + 0x544); }
        int main(void) {
            REG(TIMER0 + 0x508) = 3; REG(TIMER0 + 0x510) = 4;
            REG(TIMER0 + 0x540) = 1000; REG(TIMER0 + 0x200) = 1; REG(TIMER0 + 0x304) = 1 << 16;
            enable_irq(IRQ_TIMER0);
            REG(TIMER0) = 1;
            uint32_t t0 = now();
            __asm__ volatile("sev\\n wfe");
            report("sev", now() - t0 > 500);
            REG(TIMER0 + 0x0C) = 1;
            __asm__ volatile("wfe");                 /* sleeps until the interrupt ... */
            report("interrupt", now() < 900);        /* (the counter was cleared by it) */
            REG(TIMER0 + 0x0C) = 1;
            __asm__ volatile("wfe");                 /* ... whose return set the register */
            report("return", now() < 100);
            return 0;
        }
        """
    )
    recording = program.run()
    assert reports(recording) == {"sev": 0, "interrupt": 1, "return": 1}


def test_sevonpend_wakes_without_interrupt(compile_program):
    program = compile_program(
        """
        int main(void) {
            SCR = 0x10;
            REG(TIMER0 + 0x508) = 3; REG(TIMER0 + 0x510) = 4;
            REG(TIMER0 + 0x540) = 20000; REG(TIMER0 + 0x304) = 1 << 16;
            REG(TIMER0) = 1;
            __asm__ volatile("wfe");
            REG(TIMER0 + 0x44) = 1;
            report("us", REG(TIMER0 + 0x544));
            return 0;
        }
        """
    )
    assert 20000 <= reports(program.run())["us"] <= 20010


def test_systick_stands_still_in_sleep(compile_program):
    """The nRF52840 stops the core's clock in sleep, SysTick's with it."""
    program = compile_program(
        """
        void timer0_handler(void) { REG(TIMER0 + 0x140) = 0; }
        int main(void) {
            SYST_RVR = 0xFFFFFF; SYST_CVR = 0; SYST_CSR = 5;
            REG(TIMER0 + 0x508) = 3; REG(TIMER0 + 0x510) = 4;
            REG(TIMER0 + 0x540) = 50000; REG(TIMER0 + 0x304) = 1 << 16;
            enable_irq(IRQ_TIMER0);
            REG(TIMER0) = 1;
            uint32_t before = SYST_CVR;
            __asm__ volatile("wfi");
            report("ticks", before - SYST_CVR);
            return 0;
        }
        """
    )
    assert reports(program.run())["ticks"] < 50


def test_reset_by_software(compile_program):
    """AIRCR.SYSRESETREQ restarts the program; RAM keeps, RESETREAS tells."""
    program = compile_program(
        """
        static volatile uint32_t *const kept = (uint32_t *)0x2003FFF0;
        int main(void) {
            report("reason", REG(CLOCK + 0x400));
            report("kept", *kept == 0x12345678);
            REG(CLOCK + 0x400) = 0xFFFFFFFF;
            if (*kept != 0x12345678) {
                *kept = 0x12345678;
                AIRCR = 0x05FA0004;
                for (;;) {}
            }
            return 0;
        }
        """
    )
    recording = program.run()
    assert recording.text == "reason 1\nkept 0\nreason 4\nkept 1\n"
    assert recording.resets == 1


def _dsp(compile_program, instruction: str, operands: int, cases):
    """Results of a data-processing instruction for each case of operands."""
    table = ", ".join("{" + ", ".join(f"{v & 0xFFFFFFFF}u" for v in case) + "}" for case in cases)
    inputs = ", ".join(f'"r"(c[i][{n}])' for n in range(operands))
    places = ", ".join(f"%{n + 1}" for n in range(operands))
    text = instruction.replace("@", f"%0, {places}") if "@" in instruction else instruction
    program = compile_program(
        f"""
        static const uint32_t c[][{operands}] = {{ {table} }};
        static uint32_t results[{len(cases)}];
        int main(void) {{
            for (int i = 0; i < {len(cases)}; i++) {{
                uint32_t result;
                __asm__ volatile("{text}" : "=&r"(result) : {inputs});
                results[i] = result;
            }}
            send(results, sizeof results);
            return 0;
        }}
        """
    )
    return np.frombuffer(program.run().serial, "<u4").tolist()


def _s16(value: int) -> int:
    return (value & 0xFFFF ^ 0x8000) - 0x8000


def _s8(value: int) -> int:
    return (value & 0xFF ^ 0x80) - 0x80


def _s32(value: int) -> int:
    return (value & 0xFFFFFFFF ^ 0x80000000) - 0x80000000


CORNERS = [0, 1, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF7FFF, 0x80008000, 0xFFFFFFFF, 0x80000000, 0x12345678]


def test_dsp_instructions(compile_program):
    """Against what the ARMv7-M manual says they compute."""
    rng = np.random.default_rng(1)
    threes = [(a, b, 5) for a in CORNERS for b in CORNERS]
    threes += rng.integers(0, 1 << 32, (100, 3)).tolist()
    pairs = [(a, b) for a, b, _ in threes]
    assert _dsp(compile_program, "smlad @", 3, threes) == [
        (_s16(a) * _s16(b) + _s16(a >> 16) * _s16(b >> 16) + c) & 0xFFFFFFFF for a, b, c in threes
    ]
    assert _dsp(compile_program, "smladx @", 3, threes) == [
        (_s16(a) * _s16(b >> 16) + _s16(a >> 16) * _s16(b) + c) & 0xFFFFFFFF for a, b, c in threes
    ]
    assert _dsp(compile_program, "smmlar @", 3, threes) == [
        ((c << 32) + _s32(a) * _s32(b) + 0x80000000 >> 32) & 0xFFFFFFFF for a, b, c in threes
    ]
    assert _dsp(compile_program, "sxtb16 %0, %1, ror #8", 2, pairs) == [
        _s8(a >> 8) & 0xFFFF | (_s8(a >> 24) & 0xFFFF) << 16 for a, _ in pairs
    ]
    assert _dsp(compile_program, "qadd16 @", 2, pairs) == [
        sum((min(max(_s16(a >> s) + _s16(b >> s), -32768), 32767) & 0xFFFF) << s for s in (0, 16))
        for a, b in pairs
    ]
    assert _dsp(compile_program, "ssat %0, #8, %1", 2, pairs) == [
        min(max(_s32(a), -128), 127) & 0xFFFFFFFF for a, _ in pairs
    ]
    assert _dsp(compile_program, "pkhbt @, lsl #16", 2, pairs) == [
        a & 0xFFFF | b << 16 & 0xFFFF0000 for a, b in pairs
    ]


def _f32(value: float) -> int:
    return struct.unpack("<I", struct.pack("<f", value))[0]


def test_floating_point_instructions(compile_program):
    """Square root, division and conversions round as IEEE 754 says."""
    rng = np.random.default_rng(2)
    values = np.concatenate(
        [
            np.float32([0.0, 0.5, 1.5, 2.5, -0.5, -1.5, 1e-40, 3e38, 2.0, 3.0, 1e9, -1e10]),
            rng.normal(scale=1000, size=200).astype(np.float32),
        ]
    )
    cases = [(_f32(a), _f32(b)) for a, b in zip(values, values[::-1], strict=True)]
    around = "vmov s0, %1\\n vmov s1, %2\\n {} \\n vmov %0, s0"

    def run(code):
        return _dsp(compile_program, around.format(code), 2, cases)

    with np.errstate(all="ignore"):
        root = np.sqrt(np.abs(values))
        quotient = values / values[::-1]
    assert run("vabs.f32 s0, s0\\n vsqrt.f32 s0, s0") == [_f32(v) for v in root]
    finite = np.isfinite(quotient)
    divided = np.array(run("vdiv.f32 s0, s0, s1"))
    assert divided[finite].tolist() == [_f32(v) for v in quotient[finite]]

    def saturate(value):
        return min(max(value, -(1 << 31)), (1 << 31) - 1) & 0xFFFFFFFF

    assert run("vcvt.s32.f32 s0, s0") == [saturate(math.trunc(v)) for v in values.tolist()]
    assert run("vcvtr.s32.f32 s0, s0") == [saturate(round(v)) for v in values.tolist()]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("LDA, of ARMv8-M", ".inst.w 0xE8D10FAF"),
        ("VRINTA, of the Cortex-M33's FPU", ".inst.w 0xFEB80A40"),
        ("VADD.F64", ".inst.w 0xEE300B00"),
    ],
)
def test_instructions_the_m4_lacks_are_refused(compile_program, name, code):
    program = compile_program(
        f"""
        int main(void) {{ __asm__ volatile("ldr r1, =0x20000800\\n {code}\\n .ltorg"); return 0; }}
        """
    )
    with pytest.raises(SimulationError, match="not an instruction of the Cortex-M4"):
        program.run()


UNALIGNED = {
    "ldrd": "ldrd r2, r3, [%0]",
    "strd": "strd r2, r3, [%0]",
    "ldm": "ldm %0, {r2, r3}",
    "stm": "stm %0, {r2, r3}",
    "ldm.w": "ldm.w %0, {r2, r8}",
    "ldmdb": "ldmdb %0, {r2, r3}",
    "ldrex": "ldrex r2, [%0]",
    "vldr": "vldr s0, [%0]",
    "vstr": "vstr s0, [%0]",
    "vldm": "vldm %0, {s0-s1}",
}
BUFFER = "static uint32_t words[8] = {0, 0x44332211, 0x88776655, 0xCCBBAA99};"
ASM = '__asm__ volatile("{}" : : "r"((uint32_t)words + {}) : "r2", "r3", "r8", "s0", "memory");'


@pytest.mark.parametrize("trap", [0, 8])
@pytest.mark.parametrize("name", UNALIGNED)
def test_an_address_that_is_not_a_multiple_of_four(compile_program, name, trap):
    """It is a usage fault, whatever CCR.UNALIGN_TRP says, for these; others do it if they may."""
    program = compile_program(
        f"""
        {BUFFER}
        void hard_fault_handler(void) {{
            report("cfsr", CFSR);
            for (;;) __asm__ volatile("wfi");
        }}
        int main(void) {{
            REG(0xE000ED14) |= {trap};
            for (int i = 0; i < 100; i++) {ASM.format(UNALIGNED[name], 8)}
            report("aligned", 1);
            {ASM.format(UNALIGNED[name], 10)}
            report("not stopped", 1);
            return 0;
        }}
        """
    )
    assert reports(program.run(deliver_faults=True)) == {"aligned": 1, "cfsr": 1 << 24}


# What it does at an address that is not aligned: instruction, how far the address is from %1, bytes
# and whether they are a signed number, and what it adds to %1.
LOADS = {
    "ldr %0, [%1]": (0, 4, False, 0),
    "ldr %0, [%1, #8]": (8, 4, False, 0),
    "ldr %0, [%1, %2]": (2, 4, False, 0),
    "ldrh %0, [%1, #2]": (2, 2, False, 0),
    "ldrh %0, [%1, %2]": (2, 2, False, 0),
    "ldrsh %0, [%1, %2]": (2, 2, True, 0),
    "ldr.w %0, [%1, #6]": (6, 4, False, 0),
    "ldr.w %0, [%1, #-6]": (-6, 4, False, 0),
    "ldr.w %0, [%1, %2, lsl #3]": (16, 4, False, 0),
    "ldrsh.w %0, [%1, #6]": (6, 2, True, 0),
    "ldrsh.w %0, [%1, %2, lsl #2]": (8, 2, True, 0),
    "ldrh.w %0, [%1, #-5]!": (-5, 2, False, -5),
    "ldr.w %0, [%1, #9]!": (9, 4, False, 9),
    "ldr.w %0, [%1], #-7": (0, 4, False, -7),
    "ldrsh.w %0, [%1], #12": (0, 2, True, 12),
    "ldrt %0, [%1, #2]": (2, 4, False, 0),
}


@pytest.mark.parametrize("name", LOADS)
def test_loads_and_stores_at_any_address(compile_program, name):
    """Of all forms; a store puts there what the load took."""
    offset, size, signed, added = LOADS[name]
    store = name.replace("ldrs", "str").replace("ldr", "str")
    program = compile_program(
        f"""
        static uint8_t bytes[96];
        int main(void) {{
            for (uint32_t at = 25; at < 56; at += 3) {{
                for (uint32_t i = 0; i < sizeof bytes; i++) bytes[i] = i * 37 + at;
                uint32_t value, base = (uint32_t)bytes + at;
                __asm__ volatile("{name}" : "=&l"(value), "+l"(base) : "l"(2) : "memory");
                report("value", value);
                report("base", base - (uint32_t)bytes - at);
                for (uint32_t i = 0; i < sizeof bytes; i++) bytes[i] = 0;
                base = (uint32_t)bytes + at;
                __asm__ volatile("{store}" : "+l"(value), "+l"(base) : "l"(2) : "memory");
                report("stored at", base - (uint32_t)bytes - at);
                for (uint32_t i = 0; i < sizeof bytes; i++) if (bytes[i]) report("byte", bytes[i]);
            }}
            return 0;
        }}
        """
    )
    expected = []
    for at in range(25, 56, 3):
        data = bytes((i * 37 + at) & 0xFF for i in range(at + offset, at + offset + size))
        value = int.from_bytes(data, "little", signed=signed) & 0xFFFF_FFFF
        base = added & 0xFFFF_FFFF
        expected += [f"value {value}", f"base {base}", f"stored at {base}"]
        expected += [f"byte {byte}" for byte in data if byte]
    assert [line.text for line in program.run().lines] == expected


IN_IT_BLOCK = f"""
    {BUFFER}
    int main(void) {{
        DEMCR = 1 << 24; DWT_CTRL |= 1;
        uint32_t word, half, before = CYCCNT;
        for (uint32_t i = 0, at = (uint32_t)words + 4 + OFFSET; i < 50; i++)
            __asm__ volatile("ldr %0, [%2]\\n ldrsh %1, [%2, #1 * 4]\\n cmp %2, #0\\n"
                             "ittee ne\\n ldrne %0, [%2]\\n addne %0, %0, #1\\n"
                             "ldreq %0, [%2]\\n moveq %0, #0\\n itte ne\\n nopne\\n"
                             "strne %0, [%2, #12]\\n moveq %0, #0\\n ldr %0, [%2, #12]"
                             : "=&r"(word), "=&r"(half) : "r"(at) : "cc", "memory");
        report("ticks", CYCCNT - before);
        report("word", word);
        report("half", half);
        return 0;
    }}
    """


def test_other_accesses_take_any_address(compile_program):
    """Also within an IT block and in a loop, in as many ticks as with aligned ones."""
    aligned = reports(compile_program(IN_IT_BLOCK, flags=("-DOFFSET=0",)).run())
    unaligned = reports(compile_program(IN_IT_BLOCK, flags=("-DOFFSET=1",)).run())
    assert aligned == {"ticks": aligned["ticks"], "word": 0x44332212, "half": 0x6655}
    assert unaligned == {"ticks": aligned["ticks"], "word": 0x55443323, "half": 0x7766}
    trapped = IN_IT_BLOCK.replace("DEMCR =", "REG(0xE000ED14) |= 8; DEMCR =", 1)
    program = compile_program(trapped, flags=("-DOFFSET=1",))
    with pytest.raises(SimulationError, match=r"unaligned.*UNALIGN_TRP is set"):
        program.run()


def test_unaligned_accesses_do_not_move_where_a_run_is_cut(compile_program):
    boards = [
        compile_program(IN_IT_BLOCK, flags=(f"-DOFFSET={offset}",)).board() for offset in (0, 1)
    ]
    lengths = [[b.run(seconds=ticks % 9 / 64e6).seconds for ticks in range(600)] for b in boards]
    assert lengths[0] == lengths[1]


def test_an_unaligned_access_at_the_end_of_a_page(compile_program):
    """Unicorn translates pages apart, and what it translated for a step must not be used again."""
    program = compile_program(
        f"""
        {BUFFER}
        __attribute__((naked, aligned(4096))) uint32_t load(uint32_t address) {{
            __asm__ volatile(".rept 2044\\n nop\\n .endr\\n nop.w\\n ldrt r0, [r0]\\n bx lr");
        }}
        int main(void) {{
            for (uint32_t i = 0; i < 4; i++) report("word", load((uint32_t)words + 5));
            return 0;
        }}
        """
    )
    assert [line.text for line in program.run().lines] == [f"word {0x55443322}"] * 4


def test_wfi_before_sev(compile_program):
    """It sleeps, and jumping over it does not; then SEV lets WFE go on."""
    program = compile_program(
        """
        static volatile uint32_t count;
        void timer0_handler(void) { REG(TIMER0 + 0x140) = 0; count++; }
        int main(void) {
            REG(TIMER0 + 0x508) = 3; REG(TIMER0 + 0x510) = 4;
            REG(TIMER0 + 0x540) = 10000; REG(TIMER0 + 0x200) = 1; REG(TIMER0 + 0x304) = 1 << 16;
            enable_irq(IRQ_TIMER0);
            REG(TIMER0) = 1;
            for (uint32_t i = 0; i < 8; i++) {
                __asm__ volatile("cmp %0, #0\\n bne 1f\\n wfi\\n 1: sev\\n wfe"
                                 : : "r"(i & 1) : "cc", "memory");
                report("count", count);
            }
            __asm__ volatile("cmp %0, #1\\n it eq\\n seveq\\n wfe" : : "r"(0) : "cc", "memory");
            report("count", count);
            return 0;
        }
        """
    )
    counts = [int(line.text.split()[1]) for line in program.run().lines]
    assert counts == [1, 1, 2, 2, 3, 3, 4, 4, 5]


def test_masks_and_privilege_are_what_was_written(compile_program):
    program = compile_program(
        """
        int main(void) {
            uint32_t value;
            __asm__ volatile("msr basepri, %0" : : "r"(0x40));
            __asm__ volatile("mrs %0, basepri" : "=r"(value));
            report("basepri", value);
            __asm__ volatile("msr basepri, %0\\n cpsid f" : : "r"(0));
            __asm__ volatile("mrs %0, faultmask\\n cpsie f" : "=r"(value));
            report("faultmask", value);
            __asm__ volatile("mrs %0, faultmask" : "=r"(value));
            report("lifted", value);
            __asm__ volatile("msr control, %0\\n isb\\n mrs %0, control" : "=&r"(value) : "0"(1));
            report("control", value & 1);
            return 0;
        }
        """
    )
    expected = {"basepri": 0x40, "faultmask": 1, "lifted": 0, "control": 1}
    assert reports(program.run()) == expected
