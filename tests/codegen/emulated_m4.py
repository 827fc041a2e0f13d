"""C functions built for the board's processor and run on an emulated Cortex-M4."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from unicorn import UC_ARCH_ARM, UC_HOOK_CODE, UC_MODE_MCLASS, UC_MODE_THUMB, Uc
from unicorn.arm_const import (
    UC_ARM_REG_LR,
    UC_ARM_REG_PC,
    UC_ARM_REG_R0,
    UC_ARM_REG_R1,
    UC_ARM_REG_SP,
    UC_CPU_ARM_CORTEX_M4,
)

FLAGS = (
    *("-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"),
    *("-std=c99", "-O2", "-ffunction-sections", "-fdata-sections"),
    *("-Wall", "-Wextra", "-Werror"),
)

FLASH, RAM = 0x10000, 0x20000000
SIZE = {FLASH: 0xF0000, RAM: 0x40000}
STOP = FLASH + SIZE[FLASH] - 16
INPUT, OUTPUT = RAM + 0x30000, RAM + 0x38000

LINKER_SCRIPT = f"""
SECTIONS {{
  .text {FLASH} : {{ *(.text*) *(.rodata*) }}
  .ARM.exidx : {{ *(.ARM.exidx*) }}
  .bss {RAM} (NOLOAD) : {{ *(.bss*) *(COMMON) }}
}}
"""


def compiler() -> str:
    """Path of the cross compiler; the test is skipped without it."""
    path = shutil.which("arm-none-eabi-gcc")
    if path is None:
        pytest.skip("arm-none-eabi-gcc is not installed: apt-get install gcc-arm-none-eabi")
    return path


class CortexM4:
    """A program for the Cortex-M4 whose `entries` take an input and an output."""

    def __init__(self, sources, entries, folder: Path, *, include_dirs=(), flags=()):
        gcc = compiler()
        script, elf, binary = folder / "m4.ld", folder / "m4.elf", folder / "m4.bin"
        script.write_text(LINKER_SCRIPT)
        includes = [f"-I{d}" for d in include_dirs]
        keep = [f"-Wl,--entry={entries[0]}", *(f"-Wl,-u{entry}" for entry in entries)]
        subprocess.run(
            [gcc, *FLAGS, *flags, *includes, *map(str, sources), "-nostartfiles",
             "-Wl,--gc-sections", *keep, f"-T{script}", "-o", str(elf)],
            check=True,
        )  # fmt: skip
        objcopy = gcc.removesuffix("gcc") + "objcopy"
        subprocess.run([objcopy, "-O", "binary", str(elf), str(binary)], check=True)
        symbols = subprocess.run(
            [gcc.removesuffix("gcc") + "nm", str(elf)], capture_output=True, text=True, check=True
        ).stdout.splitlines()
        self._address = {name: int(address, 16) for address, _, name in map(str.split, symbols)}
        self._uc = Uc(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS, UC_CPU_ARM_CORTEX_M4)
        for base, size in SIZE.items():
            self._uc.mem_map(base, size)
        self._uc.mem_write(FLASH, binary.read_bytes())

    def call(self, entry: str, data: np.ndarray, output_size: int) -> np.ndarray:
        """Call entry(data, output) and give the output as int8."""
        uc = self._uc
        uc.mem_write(INPUT, np.ascontiguousarray(data).tobytes())
        uc.mem_write(OUTPUT, bytes(output_size))
        for register, value in (
            (UC_ARM_REG_R0, INPUT),
            (UC_ARM_REG_R1, OUTPUT),
            (UC_ARM_REG_SP, RAM + SIZE[RAM]),
            (UC_ARM_REG_LR, STOP | 1),
        ):
            uc.reg_write(register, value)
        uc.emu_start(self._address[entry] | 1, STOP)
        assert uc.reg_read(UC_ARM_REG_PC) == STOP
        return np.frombuffer(bytes(uc.mem_read(OUTPUT, output_size)), np.int8)

    def count(self, entry: str, data: np.ndarray, output_size: int) -> int:
        """Count the instructions of one call."""
        executed = 0

        def step(*_):
            nonlocal executed
            executed += 1

        # Code that ran before was translated without the hook, and would not be counted.
        hook = self._uc.hook_add(UC_HOOK_CODE, step)
        self._uc.ctl_flush_tb()
        self.call(entry, data, output_size)
        self._uc.hook_del(hook)
        self._uc.ctl_flush_tb()
        return executed
