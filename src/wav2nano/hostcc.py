"""The C that goes to the board, built for this machine."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from wav2nano.errors import UserError
from wav2nano.files import atomic_path

# -ffp-contract=off as on the board: a fused multiply-add would round differently.
WARNINGS = ("-Wall", "-Wextra", "-Werror")
C_FLAGS = ("-std=c99", "-O3", "-ffp-contract=off", *WARNINGS)
SANITIZERS = ("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")


def compiler() -> str:
    """Path of the host's C compiler: $CC, cc, gcc or clang."""
    for name in (os.environ.get("CC"), "cc", "gcc", "clang"):
        path = shutil.which(name) if name else None
        if path:
            return path
    raise UserError("No C compiler found (cc, gcc or clang). Install one: apt-get install gcc")


def compile_c(
    sources: Sequence[Path],
    out: Path,
    *,
    include_dirs: Sequence[Path] = (),
    flags: Sequence[str] = (),
) -> Path:
    """Compile C99 `sources` to the program `out` with warnings as errors.

    Raises
    ------
    UserError
        If there is no compiler, or it refuses the sources: with its first messages.
    """
    includes = [f"-I{directory}" for directory in include_dirs]
    with atomic_path(out) as temporary:
        command = [compiler(), *C_FLAGS, *flags, *includes, *map(str, sources), "-lm"]
        result = subprocess.run(
            [*command, "-o", str(temporary)],
            capture_output=True,
            text=True,
            errors="replace",  # it quotes the sources, whatever their bytes
            check=False,
        )
        if result.returncode:
            message = "\n".join(result.stderr.strip().splitlines()[:12])
            raise UserError(f"The host compiler rejected the C code of {out.name}:\n{message}")
        temporary.chmod(0o755)
    return Path(out)


def build_shared_library(
    sources: Sequence[Path], out: Path, *, include_dirs: Sequence[Path] = ()
) -> Path:
    """Compile C99 `sources` to the shared library `out`, to be loaded with ctypes."""
    return compile_c(sources, out, include_dirs=include_dirs, flags=("-shared", "-fPIC"))
