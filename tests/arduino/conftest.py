"""What the tests of the board share."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import cortex_m4
from wav2nano.arduino.build import compile_sketch
from wav2nano.firmware_sources import SKETCHES


@pytest.fixture(scope="session")
def compiler() -> str:
    return cortex_m4.compiler()


@pytest.fixture(scope="session")
def build_tools(compiler: str) -> list[str]:
    """The build tools that are installed, at least one."""
    found = [name for name in ("arduino-builder", "arduino-cli") if shutil.which(name)]
    if not found:
        pytest.skip("neither arduino-builder nor arduino-cli is on PATH")
    return found


@pytest.fixture(scope="session")
def blink_talk() -> Path:
    return SKETCHES / "blink_talk"


@pytest.fixture(scope="session")
def compiled(build_tools, tmp_path_factory) -> Callable[[Path], Path]:
    """Compile a sketch, once: gives the .bin, with the .elf beside it."""
    folder = tmp_path_factory.mktemp("compiled")

    def compile_once(sketch: Path) -> Path:
        binary = folder / f"{sketch.name}.bin"
        if not binary.exists():
            compile_sketch(sketch, folder)
        return binary

    return compile_once


@pytest.fixture
def no_libraries(tmp_path: Path) -> Path:
    folder = tmp_path / "no libraries"
    folder.mkdir()
    return folder
