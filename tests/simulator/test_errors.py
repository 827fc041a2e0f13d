"""What a program must not do, and how it is told."""

import subprocess

import pytest

from cortex_m4 import reports
from nano33sim import Board, ProgramError, SimulationError

CASES = {
    "no register there": ("REG(TIMER0 + 0x600) = 1;", "TIMER0 has no register there"),
    "no channel 4": ("REG(TIMER0 + 0x550) = 1;", "TIMER0 has no register there"),
    "no peripheral there": ("REG(0x40030000) = 1;", "no peripheral there"),
    "read-only": ("REG(NVMC + 0x400) = 0;", "NVMC.READY, which can only be read"),
    "byte access": ("*(volatile uint8_t *)(P0 + 0x504) = 1;", "of 1 bytes"),
    "task without a model": ("REG(0x40007000) = 1;", "SAADC.TASKS_START.*does not model"),
    "interrupt bit": ("REG(PDM + 0x304) = 1 << 7;", "PDM has no interrupt of bit 7"),
    "system register": ("REG(0xE000E600) = 1;", "the Cortex-M4 has no register there"),
    "writing flash": ("REG(NVMC + 0x504) = 1;", "does not model writing to flash"),
    "flash is not RAM": ("REG(0x1000) = 1;", "write to flash at 0x00001000"),
    "unmapped read": ("return REG(0x60000000);", "read from 0x60000000"),
    "unmapped write": ("REG(0x20040000) = 1;", "write to 0x20040000"),
    "null call": ("((void (*)(void))0x00200001)();", "Execution went to 0x00200000"),
    "even address": ("((void (*)(void))0x00000100)();", "even address"),
    "undefined": ("__builtin_trap();", "is not an instruction"),
    "breakpoint": ('__asm__("bkpt #0");', "BKPT"),
    "no handler": ("enable_irq(3); NVIC_ISPR = 1 << 3;", "IRQ 3 has no handler"),
    "DMA from flash": (
        "REG(UARTE0 + 0x524) = 0x10000000; REG(UARTE0 + 0x500) = 8;"
        "REG(UARTE0 + 0x544) = 0x100; REG(UARTE0 + 0x548) = 4; REG(UARTE0 + 8) = 1;",
        r"transfer 4 bytes at 0x00000100 \(TXD.PTR\).*Data RAM only",
    ),
    "DMA across the end of RAM": (
        "REG(PDM + 0x504) = 0x0A000000; REG(PDM + 0x500) = 1;"
        "REG(PDM + 0x560) = 0x2003FFFE; REG(PDM + 0x564) = 2; REG(PDM) = 1;",
        "PDM was to transfer 4 bytes at 0x2003fffe",
    ),
    "UARTE disabled": ("REG(UARTE0 + 8) = 1;", "while ENABLE is not 8"),
    "PDM clock": (
        "REG(PDM + 0x504) = 0x12345678; REG(PDM + 0x500) = 1; REG(PDM) = 1;",
        "not a frequency of the chip",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_errors_name_the_place(compile_program, name):
    code, message = CASES[name]
    program = compile_program(
        f"__attribute__((noinline, noclone)) int culprit(void) {{ {code} return 0; }}"
        "int main(void) { return culprit() + 1; }"
    )
    with pytest.raises(SimulationError, match=message) as caught:
        program.run()
    error = caught.value
    assert error.pc is not None
    if name not in ("null call", "even address"):
        assert error.function in ("culprit", "main")
        assert "in culprit" in str(error) or "in main" in str(error)


def test_stack_overflow(compile_program):
    program = compile_program(
        """
        __attribute__((noinline)) static int deep(int n) {
            volatile int local[32];
            local[0] = n;
            return n ? deep(n - 1) + local[0] : 0;
        }
        int main(void) { return deep(100); }
        """
    )
    with pytest.raises(SimulationError, match="Stack overflow: the stack pointer is") as caught:
        program.run()
    assert caught.value.function == "deep"


def test_stack_overflow_at_an_interrupt(compile_program):
    program = compile_program(
        """
        void systick_handler(void) {}
        int main(void) {
            SYST_RVR = 100; SYST_CVR = 0; SYST_CSR = 7;
            __asm__ volatile("ldr r0, =0x20000010\\n mov sp, r0\\n 1: b 1b\\n .ltorg");
            return 0;
        }
        """
    )
    with pytest.raises(SimulationError, match="Stack overflow: there is no RAM at"):
        program.run()


def test_vector_table_not_set(compile_program):
    """VTOR is zero after reset; a program at 0x10000 must set it."""
    source = "void systick_handler(void) {} int main(void) { ICSR = 1 << 26; return 0; }"
    compile_program(source, base=0x10000).run()
    with pytest.raises(
        SimulationError, match=r"vector table at 0x00000000 .VTOR. holds 0xffffffff"
    ):
        compile_program(source, base=0x10000, flags=("-DNO_VTOR",)).run()


def test_floating_point_before_it_is_enabled(compile_program):
    program = compile_program(
        'int main(void) { __asm__ volatile("vmov.f32 s0, #1.0"); return 0; }', flags=("-DNO_FPU",)
    )
    with pytest.raises(SimulationError, match="before the FPU was enabled"):
        program.run()


def test_faults_can_be_left_to_the_program(compile_program):
    """Its HardFault handler then runs as on the chip, and sees why."""
    program = compile_program(
        """
        void hard_fault_handler(void) {
            report("forced", HFSR >> 30 & 1);
            report("cfsr", CFSR);
            report("bfar", BFAR);
            for (;;) __asm__ volatile("wfi");
        }
        int main(void) { return REG(0x60000000); }
        """
    )
    recording = program.run(deliver_faults=True)
    assert reports(recording) == {"forced": 1, "cfsr": 0x8200, "bfar": 0x60000000}
    assert len(recording.faults) == 1
    assert "read from 0x60000000" in recording.faults[0]


@pytest.mark.parametrize("systick", [0, 7])
def test_a_fault_handler_without_stack(compile_program, systick):
    """The HardFault handler of a program whose stack has overflowed gets to run."""
    program = compile_program(
        f"""
        __attribute__((used)) static void last_words(void) {{
            report("stacking", CFSR >> 12 & 1);
            for (;;) {{}}
        }}
        __attribute__((naked)) void hard_fault_handler(void) {{
            __asm__ volatile("ldr sp, =0x20001000\\n b last_words\\n .ltorg");
        }}
        void systick_handler(void) {{}}
        int main(void) {{
            SYST_RVR = 1000; SYST_CVR = 0; SYST_CSR = {systick};
            __asm__ volatile("ldr r1, =0x20000004\\n mov sp, r1\\n 1: cmp %0, #7\\n beq 1b\\n"
                             "push {{r0, r1}}\\n .ltorg" : : "r"({systick}) : "r1");
            return 0;
        }}
        """
    )
    recording = program.run(deliver_faults=True)
    assert reports(recording) == {"stacking": 1}
    assert len(recording.faults) == 1
    assert "Stack overflow" in recording.faults[0]


def test_a_fault_within_a_fault_is_a_lockup(compile_program):
    program = compile_program(
        """
        void hard_fault_handler(void) { REG(0x60000000) = 1; }
        int main(void) { REG(0x60000000) = 1; return 0; }
        """
    )
    with pytest.raises(SimulationError, match="locked up"):
        program.run(deliver_faults=True)


RESET = "REG(0xE000ED0C) = 0x05FA0004; for (;;) {}"


def test_a_loop_of_resets_is_told(compile_program):
    program = compile_program(
        f"""
        __attribute__((noinline)) void give_up(void) {{ {RESET} }}
        int main(void) {{ report("start", 1); give_up(); return 0; }}
        """
    )
    with pytest.raises(
        SimulationError, match=r"again and again: 50 resets in \d\S* s\. .*asked for one"
    ) as caught:
        program.run(60)
    assert caught.value.function == "give_up"
    assert caught.value.seconds < 1
    assert len(caught.value.recording.lines) == 50


def test_a_loop_of_faults_and_resets_names_the_fault(compile_program):
    program = compile_program(
        f"""
        void hard_fault_handler(void) {{ {RESET} }}
        int main(void) {{ return REG(0x60000000); }}
        """
    )
    with pytest.raises(SimulationError, match=r"handler of HardFault, after.*read from 0x60000000"):
        program.run(60, deliver_faults=True)


def test_resets_far_apart_are_no_loop(compile_program, monkeypatch):
    """However many they are: the memory of each emulator is free before the next needs it."""
    monkeypatch.setattr("nano33sim.board.LOOP_SECONDS", 0.0)
    program = compile_program(
        f'int main(void) {{ __asm__ volatile(".rept 1000\\n nop\\n .endr"); {RESET} }}'
    )
    assert program.run(0.0075).resets > 400


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"short", "too short"),
        (b"\x00" * 1000, "does not begin with a vector table"),
        (b"\x00\x04\x00\x20" + b"\x01\x00\x08\x00" * 40, "linked neither for"),
    ],
)
def test_files_that_are_no_program(tmp_path, data, message):
    path = tmp_path / "some file.bin"
    path.write_bytes(data)
    with pytest.raises(ProgramError, match=message) as caught:
        Board(path)
    assert "some file.bin" in str(caught.value)


def test_a_stripped_program_runs(compile_program):
    program = compile_program('int main(void) { report("alive", 1); return 0; }')
    stripped = program.elf.with_name("stripped.elf")
    subprocess.run(["arm-none-eabi-strip", "-o", str(stripped), str(program.elf)], check=True)
    assert reports(Board(stripped).run(seconds=0.01)) == {"alive": 1}


def test_missing_and_damaged_files(tmp_path, compile_program):
    with pytest.raises(ProgramError, match="cannot be read"):
        Board(tmp_path / "none.bin")
    program = compile_program("int main(void) { return 0; }")
    with pytest.raises(ProgramError, match="not an ELF file"):
        Board(program.bin, elf=program.bin)
    cut = tmp_path / "cut.elf"
    cut.write_bytes(program.elf.read_bytes()[:300])
    with pytest.raises(ProgramError, match="damaged"):
        Board(program.bin, elf=cut)
    cut.write_bytes(program.elf.read_bytes()[:60])
    with pytest.raises(ProgramError, match="damaged"):
        Board(cut)
    hexadecimal = tmp_path / "bad.hex"
    hexadecimal.write_text(":10000000FF\n")
    with pytest.raises(ProgramError, match="line 1, is not an Intel HEX record"):
        Board(hexadecimal)
