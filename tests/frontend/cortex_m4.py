"""C functions built for the board's Cortex-M4F and run by unicorn, without the rest of the chip."""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

COMPILER = "arm-none-eabi-gcc"
FLAGS = (
    *("-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"),
    *("-std=c99", "-Wall", "-Wextra", "-Werror"),
    *("-ffunction-sections", "-fdata-sections"),
)
FLASH, FLASH_BYTES = 0x00000000, 0x100000
RAM, RAM_BYTES = 0x20000000, 0x40000
ARGUMENTS = RAM + 0x20000  # where the caller's arrays go; static data is below
COPROCESSOR_ACCESS = 0xE000ED88  # CPACR
# Resets the stack, enables the FPU, calls the function whose address is in r4, and stops.
START = r"""
    .syntax unified
    .cpu cortex-m4
    .thumb
    .section .start, "ax"
    .global _start
    .thumb_func
_start:
    ldr r5, =0xE000ED88
    ldr r6, [r5]
    orr r6, r6, #0xF00000
    str r6, [r5]
    dsb
    isb
    blx r4
    .global stop
    .thumb_func
stop:
    b stop
"""
LINK = """
ENTRY(_start)
SECTIONS {
    .text 0x00000000 : { KEEP(*(.start)) *(.text*) *(.rodata*) }
    .data 0x20000000 : { *(.data*) *(.bss*) *(COMMON) }
}
"""


class CortexM4:
    """C sources on an emulated Cortex-M4F.

    Parameters
    ----------
    sources : sequence of Path
        C99 without static data that needs a start value.
    include_dirs : sequence of Path
        Where their headers are.
    keep : sequence of str
        Functions and data that are to be called or read.
    flags : sequence of str
        How to optimise.
    """

    def __init__(
        self,
        sources: Sequence[Path],
        include_dirs: Sequence[Path],
        keep: Sequence[str],
        flags: Sequence[str],
    ) -> None:
        if not shutil.which(COMPILER):
            pytest.skip(f"{COMPILER} is not installed: apt-get install gcc-arm-none-eabi")
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "start.s").write_text(START)
            (folder / "link.ld").write_text(LINK)
            elf, image = folder / "program.elf", folder / "program.bin"
            _run(
                [
                    COMPILER,
                    *FLAGS,
                    *flags,
                    "-nostdlib",
                    "-Wl,--gc-sections",
                    f"-T{folder / 'link.ld'}",
                ]
                + [f"-Wl,-u,{symbol}" for symbol in keep]
                + [f"-I{directory}" for directory in include_dirs]
                + [str(folder / "start.s"), *map(str, sources), "-lgcc", "-o", str(elf)]
            )
            _run(["arm-none-eabi-objcopy", "-O", "binary", "-j", ".text", str(elf), str(image)])
            self.image = image.read_bytes()
            self.symbols = {}
            self.sizes = {}
            for line in _run(["arm-none-eabi-nm", "-S", str(elf)]).splitlines():
                fields = line.split()
                self.symbols[fields[-1]] = int(fields[0], 16)
                if len(fields) == 4:
                    self.sizes[fields[-1]] = int(fields[1], 16)
        self._start()

    def _start(self) -> None:
        import unicorn
        from unicorn import arm_const

        self._registers = arm_const
        machine = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB | unicorn.UC_MODE_MCLASS)
        machine.ctl_set_cpu_model(arm_const.UC_CPU_ARM_CORTEX_M4)
        machine.mem_map(FLASH, FLASH_BYTES)
        machine.mem_map(RAM, RAM_BYTES)
        machine.mem_map(0xE000E000, 0x1000)
        machine.mem_write(FLASH, self.image)
        self.machine = machine

    def write(self, address: int, values: np.ndarray) -> int:
        """Copy an array to memory; return the next free address, a multiple of 8."""
        data = values.tobytes()
        self.machine.mem_write(address, data)
        return (address + len(data) + 7) // 8 * 8

    def read(self, address: int, count: int, kind: type) -> np.ndarray:
        """Array in memory."""
        return np.frombuffer(
            bytes(self.machine.mem_read(address, count * np.dtype(kind).itemsize)), kind
        )

    def call(self, function: str, *arguments: int, stack: Sequence[int] = ()) -> None:
        """Call a function with integers and addresses: four in registers, more on the stack."""
        r = self._registers
        top = RAM + RAM_BYTES - 64
        if stack:
            self.machine.mem_write(top, np.array(stack, np.uint32).tobytes())
        self.machine.reg_write(r.UC_ARM_REG_SP, top)
        self.machine.reg_write(r.UC_ARM_REG_R4, self.symbols[function] | 1)
        for register, value in zip(range(4), arguments, strict=False):
            self.machine.reg_write(r.UC_ARM_REG_R0 + register, value)
        self.machine.emu_start(self.symbols["_start"] | 1, self.symbols["stop"])

    def count_instructions(self, function: str, *arguments: int) -> int:
        """Instructions of one call, the call itself not among them."""
        import unicorn

        count = 0
        start, stop = self.symbols["_start"], self.symbols["stop"]

        def step(_machine: object, address: int, _size: int, _data: object) -> None:
            nonlocal count
            count += not start <= address < stop

        self.machine.ctl_flush_tb()  # what was translated earlier knows no hook
        hook = self.machine.hook_add(unicorn.UC_HOOK_CODE, step)
        self.call(function, *arguments)
        self.machine.hook_del(hook)
        return count


def _run(command: list[str]) -> str:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout
