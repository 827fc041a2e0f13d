"""Where the firmware's sources are: in a checkout, or inside the installed package."""

from pathlib import Path

from wav2nano.errors import UserError

# A wheel has a copy of the folder (see setup.py).
PACKAGED = Path(__file__).resolve().parent / "firmware_files"
FIRMWARE = PACKAGED if PACKAGED.is_dir() else PACKAGED.parents[2] / "firmware"
HARDWARE = FIRMWARE / "hardware"
LIBRARIES = FIRMWARE / "libraries"
SKETCHES = FIRMWARE / "sketches"
KERNELS = LIBRARIES / "Wav2NanoKernels" / "src"
FRONT_END = LIBRARIES / "Wav2NanoFrontEnd" / "src"
LISTENER = LIBRARIES / "Wav2NanoListener" / "src"


def existing(folder: Path) -> Path:
    """Give one of the folders above.

    Raises
    ------
    UserError
        If it is missing.
    """
    if not folder.is_dir():
        raise UserError(
            f"The firmware's sources are not in {folder}: install wav2nano again, or run it "
            "from a checkout of its repository."
        )
    return folder


def c_sources(library: Path) -> list[Path]:
    """List the C files of a library's folder `src`, such as `KERNELS`.

    Raises
    ------
    UserError
        If the folder is missing.
    """
    return sorted(existing(library).glob("*.c"))
