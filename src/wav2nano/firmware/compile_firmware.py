"""Step compile-firmware: a sketch and the generated C to bytes for the board."""

import hashlib
import shutil
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from wav2nano import __version__
from wav2nano.arduino.build import compile_sketch, require_sketch
from wav2nano.c_source import definitions, string_literal
from wav2nano.files import write_json, write_text

ABOUT = "/* Made by wav2nano: what this firmware was built from. */"


def compile_firmware(
    *,
    sketch: Path,
    code: list[Path],
    data: list[Path],
    config_hash: str,
    code_hash: str,
    board: str,
    libraries: Path,
    out: Path,
) -> None:
    """Assemble a sketch with the generated C and compile it.

    Parameters
    ----------
    sketch
        Folder with the `.ino` of the same name.
    code
        Files of generated C.
    data
        Files that say which recordings were used; their hash is built in.
    config_hash
        Hash of the settings, to build in.
    code_hash
        Hash of the code, to build in.
    board
        Fully qualified board name.
    libraries
        Folder of the Arduino libraries.
    out
        Folder to write `{sketch}.elf`, `.bin`, `.hex`, the report `{sketch}.json` and the whole
        sketch `{sketch}/`, which opens in the Arduino IDE, to.
    """
    require_sketch(sketch)
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in data)).hexdigest()
    build_info = {
        "VERSION": string_literal(__version__),
        "DATA_HASH": string_literal(digest[:12]),
        "CONFIG_HASH": string_literal(config_hash[:12]),
        "CODE_HASH": string_literal(code_hash[:12]),
    }
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".sketch-", dir=out) as temporary:
        folder = Path(temporary) / sketch.name
        # shutil would name, on a full disk, the file that is read.
        for path in (*sorted(sketch.glob("*.ino")), *code):
            write_text(folder / path.name, path.read_text(encoding="utf-8"))
        write_text(folder / "build_info.h", f"{ABOUT}\n{definitions('W2N_', build_info)}\n")
        report = compile_sketch(folder, out, fqbn=board, libraries=libraries)
        shutil.rmtree(out / sketch.name, ignore_errors=True)
        folder.rename(out / sketch.name)
    write_json(
        out / f"{sketch.name}.json",
        {
            **asdict(report),
            "board": board,
            "data_hash": digest,
            "config_hash": config_hash,
            "code_hash": code_hash,
        },
    )
    print(
        f"{out / sketch.name}.bin: flash {report.flash_bytes:,} of {report.flash_limit:,} bytes, "
        f"RAM {report.ram_bytes:,} of {report.ram_limit:,} bytes",
        file=sys.stderr,
    )
