"""The chip's peripherals, after its product specification."""

from itertools import pairwise

import numpy as np
import pytest

from cortex_m4 import convert, reports
from nano33sim import Board

PDM_PROGRAM = """
static int16_t buffers[2][SIZE];
static volatile uint32_t started, ready;
void pdm_handler(void) {
    if (REG(PDM + 0x100)) {
        REG(PDM + 0x100) = 0;
        started++;
        REG(PDM + 0x560) = (uint32_t)buffers[started & 1];
    }
    if (REG(PDM + 0x108)) {
        REG(PDM + 0x108) = 0;
        ready++;
    }
}
int main(void) {
    REG(CLOCK) = 1;
    while (!REG(CLOCK + 0x100)) {}
    REG(PDM + 0x540) = 26; REG(PDM + 0x544) = 25;
    REG(PDM + 0x504) = PDMCLK;
    REG(PDM + 0x508) = MODE;
    REG(PDM + 0x520) = 1;
    REG(PDM + 0x560) = (uint32_t)buffers[0];
    REG(PDM + 0x564) = SIZE;
    REG(PDM + 0x304) = 1 << 0 | 1 << 2;
    enable_irq(IRQ_PDM);
    REG(PDM + 0x500) = 1;
    REG(PDM) = 1;
    for (uint32_t done = 0;;) {
        while (done == ready) __asm__ volatile("wfi");
        send(buffers[done & 1], sizeof buffers[0]);
        done++;
    }
}
"""


def _pdm(compile_program, *, size=256, clock="0x0A000000", mode=1):
    source = PDM_PROGRAM.replace("PDMCLK", clock).replace("MODE", str(mode))
    return compile_program(source.replace("SIZE", str(size)))


def test_pdm_delivers_every_sample_once(compile_program):
    """Over seconds of double buffering, the program gets the recording, sample for sample."""
    audio = np.random.default_rng(0).integers(-30000, 30000, 3 * 16000).astype(np.int16)
    recording = _pdm(compile_program).run(audio=audio, seconds=3)
    got = np.frombuffer(recording.serial, "<i2")
    ((first, last),) = recording.heard
    assert 0 <= first < 16  # the program starts within a millisecond
    assert last - first == recording.pdm_samples_delivered
    assert len(got) >= last - first - 256 > 47000
    np.testing.assert_array_equal(got, audio[first : first + len(got)])
    assert recording.pdm_buffers_reused == 0
    assert recording.warnings == []


def test_pdm_goes_on_from_run_to_run(compile_program):
    program = _pdm(compile_program)
    audio = np.random.default_rng(1).integers(-30000, 30000, 32000).astype(np.int16)
    whole = program.run(audio=audio, seconds=2)
    board = program.board()
    cuts = [0, 1, 900, 5000, 16384, 16640, 32000]
    pieces = [board.run(audio[a:b]) for a, b in pairwise(cuts)]
    assert b"".join(piece.serial for piece in pieces) == whole.serial
    assert sum(piece.pdm_samples_delivered for piece in pieces) == whole.pdm_samples_delivered


def test_pdm_stereo_repeats_the_sample_for_both_channels(compile_program):
    audio = np.arange(1, 8001, dtype=np.int16)
    recording = _pdm(compile_program, mode=0).run(audio=audio, seconds=0.4)
    got = np.frombuffer(recording.serial, "<i2").reshape(-1, 2)
    np.testing.assert_array_equal(got[:, 0], got[:, 1])
    first = recording.heard[0][0]
    np.testing.assert_array_equal(got[:, 0], audio[first : first + len(got)])


def test_pdm_at_its_default_clock_is_slightly_fast(compile_program):
    """32 MHz / 31 / 80 = 12,903 Hz: a tone of the recording keeps its pitch in true time."""
    t = np.arange(32000) / 16000
    audio = np.round(8000 * np.sin(2 * np.pi * 440 * t)).astype(np.int16)
    recording = _pdm(compile_program, clock="0x08400000").run(audio=audio, seconds=2)
    assert recording.pdm_samples_delivered == pytest.approx(2 * 32e6 / 31 / 80, abs=300)
    got = np.frombuffer(recording.serial, "<i2").astype(float)[4096 : 4096 + 16384]
    spectrum = np.abs(np.fft.rfft(got * np.hanning(len(got))))
    frequency = spectrum.argmax() * (32e6 / 31 / 80) / len(got)
    assert frequency == pytest.approx(440, abs=1)


def test_pdm_counts_buffers_without_a_successor(compile_program):
    program = compile_program(
        """
        static int16_t buffer[160];
        int main(void) {
            REG(PDM + 0x504) = 0x0A000000; REG(PDM + 0x508) = 1; REG(PDM + 0x520) = 1;
            REG(PDM + 0x560) = (uint32_t)buffer; REG(PDM + 0x564) = 160;
            REG(PDM + 0x500) = 1; REG(PDM) = 1;
            return 0;
        }
        """
    )
    recording = program.run(0.1)
    assert recording.pdm_buffers in (10, 11)
    assert recording.pdm_buffers_reused == recording.pdm_buffers - 1
    assert any("HFXO" in warning for warning in recording.warnings)
    assert any("PSEL.CLK" in warning for warning in recording.warnings)


def test_pdm_stop(compile_program):
    """STOP ends with the sample in progress: END, then STOPPED."""
    program = compile_program(
        """
        static int16_t buffer[1000];
        int main(void) {
            REG(PDM + 0x504) = 0x0A000000; REG(PDM + 0x508) = 1; REG(PDM + 0x520) = 1;
            REG(PDM + 0x560) = (uint32_t)buffer; REG(PDM + 0x564) = 1000;
            REG(PDM + 0x500) = 1; REG(PDM) = 1;
            for (volatile int i = 0; i < 10000; i++) {}
            REG(PDM + 4) = 1;
            while (!REG(PDM + 0x104)) {}
            report("end", REG(PDM + 0x108));
            int n = 0;
            while (buffer[n]) n++;
            report("samples", n);
            return 0;
        }
        """
    )
    recording = program.run(audio=np.full(1600, 7, np.int16), seconds=0.1)
    found = reports(recording)
    assert found["end"] == 1
    assert found["samples"] == recording.pdm_samples_delivered > 3


def test_serial_rate(compile_program):
    """A byte at nominally 115,200 baud takes 10 x 139 / 16 MHz."""
    program = compile_program(
        """
        static const char *hello = "0123456789\\n";
        int main(void) {
            static char copy[11];
            for (int i = 0; i < 11; i++) copy[i] = hello[i];
            REG(UARTE0 + 0x524) = 0x01D60000; REG(UARTE0 + 0x500) = 8;
            REG(UARTE0 + 0x544) = (uint32_t)copy; REG(UARTE0 + 0x548) = 11;
            DEMCR = 1 << 24; DWT_CTRL |= 1;
            REG(UARTE0 + 8) = 1;
            uint32_t start = CYCCNT;
            while (!REG(UARTE0 + 0x120)) {}
            uint32_t end = CYCCNT;
            uint32_t amount = REG(UARTE0 + 0x54C);
            report("ticks", end - start);
            report("amount", amount);
            return 0;
        }
        """
    )
    recording = program.run()
    found = reports(type(recording)(0.0, lines=recording.lines[1:]))
    assert found["amount"] == 11
    assert found["ticks"] == pytest.approx(11 * 10 * 139 * 4, abs=10)
    assert recording.lines[0].text == "0123456789"


def test_serial_input(compile_program):
    """Bytes arrive one by one into the buffer; what no buffer takes waits, then is lost."""
    program = compile_program(
        """
        static char buffer[4], more[16];
        int main(void) {
            REG(UARTE0 + 0x524) = 0x10000000; REG(UARTE0 + 0x500) = 8;
            REG(UARTE0 + 0x534) = (uint32_t)buffer; REG(UARTE0 + 0x538) = 4;
            REG(UARTE0) = 1;
            while (!REG(UARTE0 + 0x110)) {}
            report("amount", REG(UARTE0 + 0x53C));
            send(buffer, 4);
            while (!REG(UARTE0 + 0x124)) {}             /* ERROR: the FIFO is full */
            report("error", REG(UARTE0 + 0x480));
            REG(UARTE0 + 0x534) = (uint32_t)more; REG(UARTE0 + 0x538) = 16;
            REG(UARTE0) = 1;
            for (volatile int i = 0; i < 10000; i++) {}
            REG(UARTE0 + 4) = 1;
            report("more", REG(UARTE0 + 0x53C));
            send(more, REG(UARTE0 + 0x53C));
            return 0;
        }
        """
    )
    board = program.board()
    assert board.run(seconds=0.001).serial == b""
    board.send(b"abcdefghijKLMNOPQR")
    recording = board.run(seconds=0.1)
    assert recording.text == "amount 4\nabcderror 1\nmore 6\nefghij"
    assert any("lost a received byte" in warning for warning in recording.warnings)


def test_pins_are_logged_with_their_times(compile_program):
    program = compile_program(
        """
        int main(void) {
            REG(P0 + 0x508) = 1 << 24;         /* LEDR off: high */
            REG(P0 + 0x700 + 4 * 24) = 1;      /* output by PIN_CNF */
            REG(P0 + 0x518) = 1 << 13;         /* LED_BUILTIN: output, low */
            REG(P1 + 0x518) = 1 << 9;          /* LED_PWR */
            __asm__ volatile("movw r3, #32000\\n 1: subs r3, #1\\n bne 1b" ::: "r3", "cc");
            REG(P0 + 0x50C) = 1 << 24;         /* LEDR on */
            REG(P0 + 0x508) = 1 << 31;         /* no output: no change */
            REG(P0 + 0x504) |= 1 << 13;
            REG(P0 + 0x700 + 4 * 13) = 1;      /* input buffer connected: reads back */
            report("in", REG(P0 + 0x510) >> 13 & 1);
            REG(P0 + 0x700 + 4 * 11) = 3 << 2; /* pull-up */
            REG(P0 + 0x700 + 4 * 12) = 1 << 2; /* pull-down */
            report("pulls", REG(P0 + 0x510) >> 11 & 3);
            return 0;
        }
        """
    )
    recording = program.run()
    assert [(change.name, change.level, change.is_on) for change in recording.pins] == [
        ("LEDR", 1, False),
        ("LED_BUILTIN", 0, False),
        ("LED_PWR", 0, False),
        ("LEDR", 0, True),
        ("LED_BUILTIN", 1, True),
    ]
    off, on = recording.pins[2].seconds, recording.pins[3].seconds
    assert on - off == pytest.approx(1e-3, abs=1e-6)
    assert reports(recording) == {"in": 1, "pulls": 1}


def test_timer_modes(compile_program):
    """Capture, bit widths, prescaler, shortcuts, and a counter fed by PPI."""
    program = compile_program(
        """
        int main(void) {
            REG(TIMER0 + 0x508) = 0; REG(TIMER0 + 0x510) = 0;       /* 16 bit, 16 MHz */
            REG(TIMER0 + 0x540) = 40000; REG(TIMER0 + 0x200) = 1;   /* COMPARE0 clears */
            REG(TIMER3 + 0x504) = 1; REG(TIMER3 + 0x508) = 3;       /* counter mode */
            REG(TIMER3) = 1;
            REG(PPI + 0x510) = TIMER0 + 0x140;                      /* TIMER0.COMPARE0 ... */
            REG(PPI + 0x514) = TIMER3 + 0x008;                      /* ... counts TIMER3 */
            REG(PPI + 0x504) = 1;
            REG(TIMER0) = 1;
            for (volatile int i = 0; i < 200000; i++) {}
            REG(TIMER0 + 4) = 1;
            REG(TIMER0 + 0x44) = 1; REG(TIMER3 + 0x54) = 1;
            report("below", REG(TIMER0 + 0x544) < 40000);
            report("rounds", REG(TIMER3 + 0x554));
            REG(TIMER1 + 0x508) = 1; REG(TIMER1 + 0x510) = 2;       /* 8 bit, 4 MHz */
            REG(TIMER1 + 0x540) = 10; REG(TIMER1 + 0x200) = 1 << 8; /* COMPARE0 stops */
            REG(TIMER1) = 1;
            while (!REG(TIMER1 + 0x140)) {}
            REG(TIMER1 + 0x44) = 1;
            report("stopped", REG(TIMER1 + 0x544));
            return 0;
        }
        """
    )
    recording = program.run()
    found = reports(recording)
    assert found["below"] == 1
    assert found["stopped"] == 10
    # The loop takes at least five instructions a round; the timer comes round every 160,000 ticks.
    assert 200000 * 5 // 160000 <= found["rounds"] <= 200000 * 12 // 160000


def test_rtc(compile_program):
    """RTC0 counts 32,768 Hz once the low frequency clock runs."""
    program = compile_program(
        """
        static volatile uint32_t ticks;
        void rtc0_handler(void) { REG(RTC0 + 0x140) = 0; ticks++; }
        int main(void) {
            REG(CLOCK + 0x518) = 1;
            REG(CLOCK + 0x008) = 1;
            while (!REG(CLOCK + 0x104)) {}
            DEMCR = 1 << 24; DWT_CTRL |= 1;
            REG(RTC0 + 0x508) = 7;                                /* 4096 Hz */
            REG(RTC0 + 0x540) = 1024;
            REG(RTC0 + 0x304) = 1 << 16;
            enable_irq(IRQ_RTC0);
            REG(RTC0) = 1;
            __asm__ volatile("wfi");
            report("counter", REG(RTC0 + 0x504));
            report("ticks", ticks);
            return 0;
        }
        """
    )
    recording = program.run(1.0)
    assert reports(recording) == {"counter": 1024, "ticks": 1}
    # The crystal takes a quarter of a second to start, and so do 1024 counts.
    assert recording.lines[0].seconds == pytest.approx(0.5, abs=1e-3)


def test_clock_and_temperature(compile_program):
    program = compile_program(
        """
        int main(void) {
            report("source", REG(CLOCK + 0x40C) & 1);
            REG(CLOCK) = 1;
            report("early", REG(CLOCK + 0x100));
            while (!REG(CLOCK + 0x100)) {}
            report("crystal", REG(CLOCK + 0x40C) & 1);
            REG(TEMP) = 1;
            while (!REG(TEMP + 0x100)) {}
            report("degrees", REG(TEMP + 0x508) / 4);
            report("part", REG(0x10000100));
            report("ready", REG(NVMC + 0x400));
            return 0;
        }
        """
    )
    found = reports(program.run())
    assert found == {
        "source": 0,
        "early": 0,
        "crystal": 1,
        "degrees": 25,
        "part": 0x52840,
        "ready": 1,
    }


def test_registers_without_a_model_are_listed(compile_program):
    """They keep what is written, and the result says that they were used."""
    program = compile_program(
        """
        int main(void) {
            REG(0x4001C500) = 1;                /* PWM0.ENABLE */
            report("kept", REG(0x4001C500));
            report("reset", REG(0x4001C508));   /* PWM0.COUNTERTOP: 1023 */
            return 0;
        }
        """
    )
    recording = program.run()
    assert reports(recording) == {"kept": 1, "reset": 1023}
    assert recording.unmodelled == ["PWM0.COUNTERTOP", "PWM0.ENABLE"]


def test_stack_depth(compile_program):
    """256 bytes more on the stack show as such."""
    source = """
        __attribute__((noinline)) static uint32_t deep(uint32_t n) {
            volatile uint32_t local[SIZE];
            for (int i = 0; i < SIZE; i++) local[i] = n + i;
            return local[SIZE - 1];
        }
        int main(void) { report("x", deep(1)); return 0; }
        """
    small = compile_program(source.replace("SIZE", "64")).run()
    large = compile_program(source.replace("SIZE", "128")).run()
    assert large.stack_depth - small.stack_depth == 256
    assert 256 < small.stack_depth < 512


def test_instructions_by_function(compile_program):
    """They add up to all instructions, in whatever pieces."""
    program = compile_program(
        """
        __attribute__((noinline)) static void spin(void) {
            __asm__ volatile("movw r0, #10000\\n 1: subs r0, #1\\n bne 1b" ::: "r0", "cc");
        }
        static volatile uint32_t n;
        void systick_handler(void) { n++; }
        int main(void) {
            SYST_RVR = 777; SYST_CVR = 0; SYST_CSR = 7;
            for (int i = 0; i < 10; i++) spin();
            SYST_CSR = 0;
            return 0;
        }
        """
    )
    board = program.board(profile=True)
    pieces = [board.run(seconds=0.001) for _ in range(5)]
    assert [sum(piece.by_function.values()) for piece in pieces] == [
        piece.instructions for piece in pieces
    ]
    spun = sum(piece.by_function.get("spin", 0) for piece in pieces)
    assert spun == 10 * (10000 * 2 + 2)


@pytest.mark.parametrize("base", [0, 0x10000])
def test_where_a_program_is_linked(compile_program, base):
    program = compile_program('int main(void) { report("vtor", VTOR); return 0; }', base=base)
    assert reports(program.run()) == {"vtor": base}
    assert reports(Board(program.elf).run(seconds=0.01)) == {"vtor": base}
    by_hex = convert(program.elf, ".hex")
    assert reports(Board(by_hex).run(seconds=0.01)) == {"vtor": base}


def test_stop_and_events(compile_program):
    program = compile_program(
        """
        int main(void) { for (int i = 0;; i++) report("count", i); }
        """
    )
    seen = []
    recording = program.board().run(
        seconds=10,
        stop=lambda so_far: "count 7\n" in so_far.text,
        on_event=seen.append,
    )
    assert recording.lines[-1].text == "count 7"
    assert seen == recording.lines
    assert recording.seconds < 0.01
