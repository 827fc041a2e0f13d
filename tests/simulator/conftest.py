"""Small programs for the simulated board, compiled when a test needs them."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from nano33sim import Board, Recording

PROGRAMS = Path(__file__).parent / "programs"
FLAGS = [
    "-mcpu=cortex-m4",
    "-mthumb",
    "-mfloat-abi=hard",
    "-mfpu=fpv4-sp-d16",
    "-std=gnu11",
    "-O1",
    "-ffreestanding",
    "-fno-builtin",
    "-ffp-contract=off",
    "-nostdlib",
    "-Wall",
    "-Wno-unused-function",
    "-Wno-main",
]


@dataclass
class Program:
    """A compiled program."""

    bin: Path
    elf: Path

    def board(self, **options) -> Board:
        return Board(self.bin, elf=self.elf, **options)

    def run(self, seconds: float = 0.1, audio=None, **options) -> Recording:
        return self.board(**options).run(audio, seconds)


def reports(recording: Recording) -> dict[str, int]:
    """What the program reported as "name value" lines; the last of each name."""
    return {name: int(value) for name, value in (line.text.split() for line in recording.lines)}


@pytest.fixture(scope="session")
def compile_program(tmp_path_factory) -> Callable[..., Program]:
    """Compile C to a program at `base`: `compile_program(source, base=0, flags=())`."""
    if shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("arm-none-eabi-gcc is not installed: apt-get install gcc-arm-none-eabi")
    done: dict[tuple, Program] = {}

    def compile_(source: str, *, base: int = 0, flags: tuple[str, ...] = ()) -> Program:
        key = source, base, flags
        if key not in done:
            folder = tmp_path_factory.mktemp("program")
            code, elf, binary = folder / "program.c", folder / "program.elf", folder / "program.bin"
            code.write_text('#include "program.h"\n' + source)
            command = ["arm-none-eabi-gcc", *FLAGS, *flags, f"-I{PROGRAMS}", str(code), "-lgcc"]
            command += ["-o", str(elf), "-T", str(PROGRAMS / "program.ld")]
            command += [f"-Wl,--defsym=__base={base}", "-Wl,--no-warn-rwx-segments"]
            result = subprocess.run(command, capture_output=True, text=True, check=False)
            assert result.returncode == 0, result.stderr
            subprocess.run(
                ["arm-none-eabi-objcopy", "-O", "binary", str(elf), str(binary)], check=True
            )
            done[key] = Program(binary, elf)
        return done[key]

    return compile_
