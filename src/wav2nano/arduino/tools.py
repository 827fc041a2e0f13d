"""Which program compiles sketches, and the compiler that it calls."""

import functools
import os
import platform
import re
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from wav2nano.download import download, verify
from wav2nano.errors import UserError
from wav2nano.files import atomic_path

CLI = "arduino-cli"
BUILDER = "arduino-builder"

# Arduino's release archive of arduino-cli, and the checksums of its `1.5.1-checksums.txt`.
CLI_VERSION = "1.5.1"
CLI_URL = "https://downloads.arduino.cc/arduino-cli/"
CLI_ARCHIVES = {
    ("Linux", "x86_64"): (
        f"arduino-cli_{CLI_VERSION}_Linux_64bit.tar.gz",
        "28a8e119c498a25607821c36cb2dc49e8463941b261a0d99091baa7bc692dd2b",
    ),
    ("Linux", "aarch64"): (
        f"arduino-cli_{CLI_VERSION}_Linux_ARM64.tar.gz",
        "1e69e077479f300614d4551334e0a33f08ee40b04315d83b8e7e0e94f0d0ee62",
    ),
}

COMPILER_PACKAGES = "gcc-arm-none-eabi libnewlib-arm-none-eabi libstdc++-arm-none-eabi-newlib"


@dataclass(frozen=True)
class BuildTool:
    """A program that compiles sketches.

    Parameters
    ----------
    name : str
        `arduino-cli` or `arduino-builder`.
    path : str
        Where it is.
    version : str
        What it reports.
    reason : str
        Why it was chosen.
    """

    name: str
    path: str
    version: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


def find_build_tool(wanted: str | None = None) -> BuildTool:
    """Find the program that compiles sketches.

    In this order: arduino-cli on PATH; an arduino-cli that was downloaded before; arduino-builder,
    which Debian has; Arduino's release archive of arduino-cli, downloaded and verified. All give
    the same binary, so nothing is downloaded where one of them is installed.

    Parameters
    ----------
    wanted : str, optional
        `arduino-cli`, `arduino-builder` or the path of one of them, instead of that order. The
        environment variable WAV2NANO_BUILD_TOOL does the same.

    Raises
    ------
    UserError
        If there is none.
    """
    if wanted is None and os.environ.get("WAV2NANO_BUILD_TOOL"):
        return _wanted(os.environ["WAV2NANO_BUILD_TOOL"], "named by WAV2NANO_BUILD_TOOL")
    if wanted is not None:
        return _wanted(wanted, "asked for")
    if path := shutil.which(CLI):
        return _tool(path, "found on PATH")
    if (cached := _downloaded()).is_file():
        return _tool(str(cached), "downloaded earlier, and arduino-cli is not on PATH")
    if path := shutil.which(BUILDER):
        return _tool(path, "arduino-cli is not on PATH")
    try:
        path = str(_download())
    except (OSError, UserError) as error:
        raise UserError(
            "No program to compile sketches: neither arduino-cli nor arduino-builder is on PATH, "
            f"and arduino-cli {CLI_VERSION} cannot be downloaded: {error}\n"
            f"Install one of them: apt-get install {BUILDER}"
        ) from error
    return _tool(path, "downloaded, as neither arduino-cli nor arduino-builder is on PATH")


def describe_build_tool(wanted: str | None = None) -> str:
    """Say which program compiles sketches, with which compiler, and why."""
    tool = find_build_tool(wanted)
    return (
        f"{tool}: {tool.path} ({tool.reason})\n"
        f"compiler for the bundled board package: {find_compiler()}\n"
    )


@functools.cache
def find_compiler() -> str:
    """Path and version of the compiler that the bundled board package calls.

    Raises
    ------
    UserError
        If the compiler or its C library is missing: with the packages to install.
    """
    compiler = shutil.which("arm-none-eabi-gcc")
    if compiler is None:
        raise UserError(
            "The compiler for the board, arm-none-eabi-gcc, is not on PATH. "
            f"Install it: apt-get install {COMPILER_PACKAGES}"
        )
    specs = _output([compiler, "-print-file-name=nano.specs"])
    if not os.path.isabs(specs):
        raise UserError(
            f"{compiler} has no newlib-nano, the C library for the board. "
            f"Install it: apt-get install {COMPILER_PACKAGES}"
        )
    return f"arm-none-eabi-gcc {_output([compiler, '-dumpfullversion'])} ({compiler})"


def _wanted(wanted: str, reason: str) -> BuildTool:
    path = shutil.which(wanted)
    if path is None and wanted == CLI and _downloaded().is_file():
        path = str(_downloaded())
    if path is None:
        raise UserError(f"The build tool {wanted!r}, {reason}, is not a program on PATH.")
    return _tool(path, reason)


def _tool(path: str, reason: str) -> BuildTool:
    """Ask a program which of the two it is: the file may have any name."""
    try:
        answer = _output([path, "version"])
        if not answer.startswith(CLI):
            answer = _output([path, "--version"])
    except OSError as error:
        raise UserError(f"The build tool {path} cannot be run: {error}") from error
    if found := re.search(r"arduino-cli\s+Version: (\S+)", answer):
        return BuildTool(CLI, path, found[1], reason)
    if found := re.search(r"Arduino Builder (\S+)", answer):
        return BuildTool(BUILDER, path, found[1], reason)
    raise UserError(f"{path} is neither arduino-cli nor arduino-builder: {answer[:200]!r}")


def _output(command: list[str]) -> str:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return (result.stdout + result.stderr).strip()


def _downloaded() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache, "wav2nano", f"arduino-cli-{CLI_VERSION}", CLI)


def _download() -> Path:
    """Download Arduino's release archive, verify it and keep the program in it."""
    machine = (platform.system(), platform.machine())
    if machine not in CLI_ARCHIVES:
        raise OSError(f"no checksum is known of an archive for {' '.join(machine)}")
    name, expected = CLI_ARCHIVES[machine]
    with tempfile.TemporaryDirectory(prefix="wav2nano-") as folder:
        archive = Path(folder) / name
        # Not patient: installing a program takes less time than waiting for a broken connection.
        download(CLI_URL + name, archive, advice="Is there an internet connection?", patient=False)
        verify(archive, "sha256", expected)
        with tarfile.open(archive) as tar, atomic_path(_downloaded()) as temporary:
            program = tar.extractfile(CLI)
            if program is None:
                raise OSError(f"{CLI_URL + name} does not hold {CLI}")
            with temporary.open("wb") as file:
                shutil.copyfileobj(program, file)
            temporary.chmod(0o755)
    return _downloaded()
