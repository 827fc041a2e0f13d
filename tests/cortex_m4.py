"""C built for the board's Cortex-M4F: single functions to call, and programs for the simulator."""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from elftools.elf.elffile import ELFFile
from unicorn import arm_const as arm

from nano33sim import Board, Recording
from nano33sim.core import FLASH_SIZE, RAM_END, RAM_SIZE, RAM_START, Core, Stop

COMPILER = "arm-none-eabi-gcc"
PROCESSOR = ("-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16")
PROGRAMS = Path(__file__).parent / "programs"

LIBRARY_FLAGS = (
    *("-std=c99", "-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections"),
    *("-nostartfiles", "-Wall", "-Wextra", "-Werror"),
)
PROGRAM_FLAGS = (
    *("-std=gnu11", "-O1", "-ffreestanding", "-fno-builtin", "-ffp-contract=off", "-nostdlib"),
    *("-Wall", "-Wno-unused-function", "-Wno-main", "-Wl,--no-warn-rwx-segments"),
)

ARGUMENTS = RAM_START + 0x30000  # where a caller's arrays go; static data is below
INPUT, OUTPUT = ARGUMENTS, ARGUMENTS + 0x8000
RETURN = FLASH_SIZE - 4
WFI = b"\x30\xbf"  # stops the core where a function returns to
FOREVER = 1 << 40


def compiler() -> str:
    """Path of the cross compiler; the test is skipped without it."""
    path = shutil.which(COMPILER)
    if path is None:
        pytest.skip(f"{COMPILER} is not installed: apt-get install gcc-arm-none-eabi")
    return path


def compile_c(sources: Sequence[Path], elf: Path, *flags: str) -> Path:
    """Compile and link C for the board's processor; gives `elf`."""
    command = [compiler(), *PROCESSOR, *flags, *map(str, sources), "-lgcc", "-o", str(elf)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return elf


def convert(elf: Path, suffix: str) -> Path:
    """Make the .bin or .hex beside an ELF file."""
    out = elf.with_suffix(suffix)
    form = {".bin": "binary", ".hex": "ihex"}[suffix]
    subprocess.run(["arm-none-eabi-objcopy", "-O", form, str(elf), str(out)], check=True)
    return out


class CortexM4:
    """C functions on an emulated Cortex-M4F, without the rest of the chip.

    Parameters
    ----------
    sources : sequence of Path
        C99.
    keep : sequence of str
        Functions and data that are to be called or read.
    folder : Path
        Where to compile.
    include_dirs : sequence of Path
        Where their headers are.
    flags : sequence of str
        How to optimise.
    """

    def __init__(
        self,
        sources: Sequence[Path],
        keep: Sequence[str],
        folder: Path,
        *,
        include_dirs: Sequence[Path] = (),
        flags: Sequence[str] = ("-O2",),
    ) -> None:
        elf = compile_c(
            sources,
            folder / "functions.elf",
            *LIBRARY_FLAGS,
            *flags,
            *(f"-I{directory}" for directory in include_dirs),
            *(f"-Wl,-u,{symbol}" for symbol in keep),
            *(f"-Wl,--entry={keep[0]}", f"-T{PROGRAMS / 'functions.ld'}"),
        )
        flash, ram = bytearray(FLASH_SIZE), bytearray(RAM_SIZE)
        flash[RETURN : RETURN + len(WFI)] = WFI
        with elf.open("rb") as file:
            program = ELFFile(file)
            symbols = program.get_section_by_name(".symtab").iter_symbols()
            self.symbols = {symbol.name: symbol["st_value"] for symbol in symbols}
            # No start-up code: variables have their values from the beginning.
            for segment in program.iter_segments("PT_LOAD"):
                memory, start = flash, segment["p_vaddr"]
                if start >= RAM_START:
                    memory, start = ram, start - RAM_START
                memory[start : start + segment["p_filesz"]] = segment.data()
        self._core = Core(bytes(flash), bytes(ram), 0)

    def write(self, address: int, values: np.ndarray) -> int:
        """Copy an array to memory; gives the next free address, a multiple of 8."""
        data = values.tobytes()
        self._core.write_memory(address, data)
        return (address + len(data) + 7) // 8 * 8

    def read(self, address: int, count: int, kind: type) -> np.ndarray:
        """Array in memory."""
        data = self._core.read_memory(address, count * np.dtype(kind).itemsize)
        return np.frombuffer(bytes(data), kind)

    def execute(self, function: str, *arguments: int) -> int:
        """Call a function with integers and addresses; gives the instructions that it took."""
        core = self._core
        in_registers, on_stack = arguments[:4], np.array(arguments[4:], np.uint32)
        stack = RAM_END - (on_stack.nbytes + 7) // 8 * 8
        core.write_memory(stack, on_stack.tobytes())
        for number, value in enumerate(in_registers):
            core.write_register(arm.UC_ARM_REG_R0 + number, value)
        core.write_register(arm.UC_ARM_REG_SP, stack)
        core.write_register(arm.UC_ARM_REG_LR, RETURN | 1)
        core.write_register(arm.UC_ARM_REG_PC, self.symbols[function] | 1)
        before = core.awake
        assert core.execute(before + FOREVER) is Stop.WFI
        assert core.read_register(arm.UC_ARM_REG_PC) == RETURN + len(WFI)
        return core.awake - before - 1  # without the WFI

    def call(self, function: str, data: np.ndarray, output_size: int) -> np.ndarray:
        """Call function(data, output) and give the output as int8."""
        self.count(function, data, output_size)
        return self.read(OUTPUT, output_size, np.int8)

    def count(self, function: str, data: np.ndarray, output_size: int) -> int:
        """Count the instructions of function(data, output)."""
        self.write(INPUT, np.ascontiguousarray(data))
        self.write(OUTPUT, np.zeros(output_size, np.int8))
        return self.execute(function, INPUT, OUTPUT)


@dataclass
class Program:
    """A compiled program for the simulated board."""

    bin: Path
    elf: Path

    def board(self, **options) -> Board:
        return Board(self.bin, elf=self.elf, **options)

    def run(self, seconds: float = 0.1, audio=None, **options) -> Recording:
        return self.board(**options).run(audio, seconds)


def build_program(source: str, folder: Path, base: int, *flags: str) -> Program:
    """Compile C that uses `programs/program.h` to a program at `base`."""
    code = folder / "program.c"
    code.write_text('#include "program.h"\n' + source)
    script = f"-T{PROGRAMS / 'program.ld'}", f"-Wl,--defsym=__base={base}"
    elf = compile_c(
        [code], folder / "program.elf", *PROGRAM_FLAGS, *flags, f"-I{PROGRAMS}", *script
    )
    return Program(convert(elf, ".bin"), elf)


def reports(recording: Recording) -> dict[str, int]:
    """What the program reported as "name value" lines; the last of each name."""
    return {name: int(value) for name, value in (line.text.split() for line in recording.lines)}
