"""Step compile: an Arduino sketch to `.elf`, `.bin` and `.hex`."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wav2nano.arduino.tools import BUILDER, CLI, BuildTool, find_build_tool, find_compiler
from wav2nano.errors import UserError
from wav2nano.files import atomic_path
from wav2nano.firmware_sources import HARDWARE, LIBRARIES, existing

BUNDLED_BOARD = "wav2nano:nrf52:nano33ble"

CTAGS_PATTERN = (
    '"{cmd.path}" -u --language-force=c++ -f - --c++-kinds=svpf --fields=KSTtzns '
    '--line-directives "{source_file}"'
)

# What either program prints at the end.
FLASH_USED = re.compile(r"Sketch uses (\d+) bytes.*?Maximum is (\d+) bytes", re.DOTALL)
RAM_USED = re.compile(r"Global variables use (\d+) bytes.*?Maximum is (\d+) bytes", re.DOTALL)
OVERFLOW = re.compile(r"region `(FLASH|RAM)' overflowed by (\d+) bytes")
TOO_BIG = re.compile(r"(text|data) section exceeds available space|Sketch too big|Not enough mem")
SIZE_LIMITS = {"FLASH": "upload.maximum_size", "RAM": "upload.maximum_data_size"}
MEMORY_NAMES = {"FLASH": "flash", "RAM": "RAM"}
# Notes from arduino-cli on serial ports and the like, which compiling does not need.
NOISE = re.compile(r"discovery \S+ not found|Error initializing instance")


@dataclass(frozen=True)
class BuildReport:
    """What came out of a compilation.

    Parameters
    ----------
    flash_bytes, flash_limit : int
        Flash used by the sketch, and what the board has for it.
    ram_bytes, ram_limit : int
        RAM used by variables, for the bundled board with the stack, and what the board has.
    tool : str
        Name and version of the build tool.
    warnings : list of str
        The compiler's warnings.
    sha256 : str
        Checksum of the `.bin`.
    """

    flash_bytes: int
    flash_limit: int
    ram_bytes: int
    ram_limit: int
    tool: str
    warnings: list[str]
    sha256: str


def require_sketch(folder: Path) -> None:
    """Check that a folder is a sketch.

    Raises
    ------
    UserError
        If it lacks the file that is named like it.
    """
    if not (folder / f"{folder.name}.ino").is_file():
        raise UserError(
            f"{folder} is not a sketch: it has no {folder.name}.ino (named like the folder)"
        )


def compile_sketch(
    sketch_dir: Path | str,
    out_dir: Path | str,
    *,
    fqbn: str = BUNDLED_BOARD,
    build_tool: str | None = None,
    libraries: Path | str | None = None,
    properties: Mapping[str, str] | None = None,
) -> BuildReport:
    """Compile a sketch; writes `{sketch}.elf`, `.bin` and `.hex` to `out_dir`.

    The bytes depend on the sources and the compiler, not on the folders, the build tool or the
    time. Nothing in `out_dir` changes unless all of it succeeds.

    Parameters
    ----------
    sketch_dir : path
        Folder with the `.ino` of the same name, and other sources.
    out_dir : path
        Folder for the result; created if necessary.
    fqbn : str
        Fully qualified board name. Boards other than the bundled one need arduino-cli with the
        board's core installed.
    build_tool : str, optional
        See `find_build_tool`.
    libraries : path, optional
        Folder of Arduino libraries; by default those of this project.
    properties : mapping, optional
        Build properties to override, such as `{"compiler.c.extra_flags": "-Werror"}`.

    Raises
    ------
    UserError
        If the sketch does not compile, does not fit the board, or a program is missing.
    """
    sketch_dir, out_dir = Path(sketch_dir).resolve(), Path(out_dir)
    require_sketch(sketch_dir)
    name = sketch_dir.name
    libraries = Path(libraries).resolve() if libraries else LIBRARIES
    if not libraries.is_dir():
        raise UserError(f"The folder of libraries, {libraries}, does not exist.")
    tool = find_build_tool(build_tool)
    if fqbn == BUNDLED_BOARD:
        find_compiler()
    elif tool.name != CLI:
        raise UserError(
            f"The board {fqbn} needs arduino-cli, but only {tool} was found. Install arduino-cli "
            f"and the board's core, or choose the bundled board {BUNDLED_BOARD}."
        )

    with tempfile.TemporaryDirectory(prefix="wav2nano-build-") as temporary:
        work = Path(temporary).resolve()
        # Copies: the build tools need plain paths, no file may change while they run, and one
        # flag then keeps all folder names out of the binary.
        copies = {
            work / "user" / "hardware": existing(HARDWARE),
            work / "libraries": libraries,
            work / name: sketch_dir,
        }
        for copy, original in copies.items():
            shutil.copytree(original, copy, ignore=shutil.ignore_patterns(".*"))
        flags = f'"-ffile-prefix-map={work}=."'
        if fqbn == BUNDLED_BOARD:
            settings = {"build.path_flags": flags}
        else:
            # Other cores let the compiler fuse multiply and add, which rounds differently from
            # the host, and optimise C for size.
            settings = {
                "compiler.c.extra_flags": f"-O2 -ffp-contract=off {flags}",
                "compiler.cpp.extra_flags": f"-ffp-contract=off {flags}",
            }
        settings |= properties or {}
        make_command = _builder_command if tool.name == BUILDER else _cli_command
        result = subprocess.run(
            make_command(tool, work, name, fqbn, settings),
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            cwd=work,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
        build = work / "build"
        stderr = result.stderr.replace(str(build / "sketch"), str(sketch_dir))
        for copy, original in copies.items():
            stderr = stderr.replace(str(copy), str(original))
        messages = [line for line in stderr.splitlines() if not NOISE.search(line)]
        if result.returncode:
            raise _explain(name, fqbn, tool, result.stdout, messages)
        flash, ram = FLASH_USED.search(result.stdout), RAM_USED.search(result.stdout)
        if not flash or not ram:
            raise UserError(f"{tool} did not say how large {name} is:\n{result.stdout[-500:]}")
        binary = (build / f"{name}.ino.bin").read_bytes()
        for suffix in (".elf", ".hex", ".bin"):
            with atomic_path(out_dir / (name + suffix)) as target:
                shutil.copyfile(build / f"{name}.ino{suffix}", target)
    return BuildReport(
        flash_bytes=int(flash[1]),
        flash_limit=int(flash[2]),
        ram_bytes=int(ram[1]),
        ram_limit=int(ram[2]),
        tool=str(tool),
        warnings=list(dict.fromkeys(line for line in messages if "warning: " in line)),
        sha256=hashlib.sha256(binary).hexdigest(),
    )


def _builder_command(
    tool: BuildTool, work: Path, name: str, fqbn: str, properties: Mapping[str, str]
) -> list[str]:
    ctags = shutil.which("arduino-ctags")
    if ctags is None:
        raise UserError("arduino-builder needs arduino-ctags: apt-get install arduino-ctags")
    properties = {
        "tools.ctags.cmd.path": ctags,
        "tools.ctags.pattern": CTAGS_PATTERN,
        **properties,
    }
    for folder in ("build", "tools"):
        (work / folder).mkdir()
    command = [tool.path, "-compile", "-warnings=all", f"-fqbn={fqbn}"]
    command += [f"-hardware={work / 'user' / 'hardware'}", f"-tools={work / 'tools'}"]
    command += [f"-libraries={work / 'libraries'}", f"-build-path={work / 'build'}"]
    command += [f"-prefs={key}={value}" for key, value in properties.items()]
    return [*command, str(work / name / f"{name}.ino")]


def _cli_command(
    tool: BuildTool, work: Path, name: str, fqbn: str, properties: Mapping[str, str]
) -> list[str]:
    command = [tool.path, "compile", "--no-color", "--warnings=all", f"--fqbn={fqbn}"]
    command += [f"--libraries={work / 'libraries'}", f"--build-path={work / 'build'}"]
    if fqbn == BUNDLED_BOARD:
        # Our own configuration: what the user has installed does not affect the binary.
        directories = {"user": str(work / "user")}
        if ctags := shutil.which("arduino-ctags"):
            # With it, arduino-cli needs nothing from Arduino's servers: give it empty indexes.
            # Without it, arduino-cli fetches its own ctags to the usual place.
            properties = {"tools.ctags.cmd.path": ctags, **properties}
            data = work / "data"
            data.mkdir()
            (data / "package_index.json").write_text('{"packages": []}')
            (data / "library_index.json").write_text('{"libraries": []}')
            directories |= {"data": str(data), "downloads": str(work / "downloads")}
        config = work / "arduino-cli.yaml"
        config.write_text(json.dumps({"directories": directories}))  # JSON is YAML
        command += ["--config-file", str(config)]  # it does not know --config-file=PATH
    command += [f"--build-property={key}={value}" for key, value in properties.items()]
    return [*command, str(work / name)]


def _explain(name: str, fqbn: str, tool: BuildTool, output: str, messages: list[str]) -> UserError:
    """Explain in plain words why a compilation failed."""
    text = "\n".join(messages)
    if overflow := OVERFLOW.search(text):
        memory = overflow[1]
        limit = _board_property(fqbn, SIZE_LIMITS[memory])
        excess = int(overflow[2])
        sizes = f"{excess:,} bytes of {MEMORY_NAMES[memory]} too many"
        if limit:
            sizes = (
                f"it needs {limit + excess:,} bytes of {MEMORY_NAMES[memory]}, and the board has "
                f"{limit:,}"
            )
        return _too_large(name, sizes)
    if TOO_BIG.search(text + output):
        return _too_large(name, " ".join(output.split()))
    if re.search(r"[Pp]latform .* not (found|installed)|platform not installed", text):
        core = ":".join(fqbn.split(":")[:2])
        return UserError(
            f"arduino-cli has no core for the board {fqbn}. "
            f"Install it: arduino-cli core install {core}; or choose the bundled board "
            f"{BUNDLED_BOARD}."
        )
    if "undefined reference to `_sbrk'" in text:
        return UserError(
            f"The sketch {name} uses the heap (malloc, new, printf or the like), which the "
            "bundled board package does not have: use static variables and Serial.print."
        )
    errors = [line for line in messages if re.search(r"error: |undefined reference", line)]
    first = "\n".join((errors or messages)[:5])
    return UserError(f"{tool} could not compile the sketch {name} for {fqbn}:\n{first}")


def _too_large(name: str, sizes: str) -> UserError:
    return UserError(
        f"The firmware {name} does not fit the board: {sizes}. Make the model smaller (fewer "
        "units or layers in the setting `model`), or its input (fewer bands or coefficients, or a "
        "larger hop, in the setting `features`; a shorter window in `chunking`)."
    )


def _board_property(fqbn: str, key: str) -> int | None:
    """Read a number from the bundled board's description."""
    if fqbn != BUNDLED_BOARD:
        return None
    boards = (HARDWARE / "wav2nano/nrf52/boards.txt").read_text()
    found = re.search(rf"^nano33ble\.{re.escape(key)}=(\d+)$", boards, re.MULTILINE)
    return int(found[1]) if found else None
