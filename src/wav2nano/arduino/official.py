"""Whether sketches and libraries are valid for Arduino's own core, checked without its tools.

Arduino's core for the board (`arduino:mbed_nano`) links a prebuilt Mbed OS and brings a compiler
of its own. Its headers and flags are open source, though: with a checkout of
https://github.com/arduino/ArduinoCore-mbed, any arm-none-eabi-gcc can say whether our sources
compile for it.
"""

import subprocess
from pathlib import Path

from wav2nano.arduino.tools import find_compiler
from wav2nano.errors import UserError

VARIANT = "ARDUINO_NANO33BLE"
# As the core's boards.txt and platform.txt have it.
FLAGS = (
    *("-mcpu=cortex-m4", "-mfloat-abi=softfp", "-mfpu=fpv4-sp-d16", "-nostdlib"),
    *("-DARDUINO=10607", "-DARDUINO_ARDUINO_NANO33BLE", "-DARDUINO_ARCH_MBED_NANO"),
    *("-DARDUINO_ARCH_MBED", "-DARDUINO_ARCH_NRF52840", "-DARDUINO_LIBRARY_DISCOVERY_PHASE=0"),
)


def check_official_core(
    core: Path, sketch: Path, libraries: Path, *, api: Path | None = None
) -> list[Path]:
    """Compile a sketch and all libraries against Arduino's own core, without linking.

    Parameters
    ----------
    core : Path
        Checkout of ArduinoCore-mbed, or the folder of the installed core.
    sketch : Path
        Folder of the sketch, with the generated sources that it includes. Functions have to be
        defined before they are used, as no prototypes are made here.
    libraries : Path
        Folder of Arduino libraries.
    api : Path, optional
        Checkout of ArduinoCore-API, whose folder `api` the core needs; an installed core already
        has it.

    Returns
    -------
    list of Path
        The sources that were compiled.

    Raises
    ------
    UserError
        If one of them does not compile: with the compiler's first messages.
    """
    find_compiler()
    arduino, variant = core / "cores" / "arduino", core / "variants" / VARIANT
    if not variant.is_dir():
        raise UserError(f"{core} is not Arduino's core for the board: it has no variants/{VARIANT}")
    if api is None and not (arduino / "api").is_dir():
        raise UserError(
            f"{arduino} has no folder `api`: give a checkout of ArduinoCore-API as well, "
            "or link its folder `api` there"
        )
    folders = [arduino, variant, core / "libraries" / "PDM" / "src"]
    folders += [api] if api else []
    own = [sketch, *sorted(libraries.glob("*/src"))]
    search = [f"-I{folder}" for folder in [*own, *folders]]
    search += [f"-I{arduino}/api/deprecated", f"-I{arduino}/api/deprecated-avr-comp"]
    search += [f"-iprefix{arduino}", f"@{variant}/includes.txt"]

    sources = [sketch / f"{sketch.name}.ino"]
    for folder in own:
        sources += sorted(p for p in folder.rglob("*") if p.suffix in {".c", ".cpp"})
    for source in sources:
        is_c = source.suffix == ".c"
        command = ["arm-none-eabi-gcc" if is_c else "arm-none-eabi-g++"]
        command += [f"@{variant}/defines.txt"]
        command += [f"@{variant}/{'cflags' if is_c else 'cxxflags'}.txt", *FLAGS, "-fsyntax-only"]
        command += search
        if source.suffix == ".ino":
            command += ["-include", "Arduino.h", "-x", "c++"]
        result = subprocess.run(
            [*command, str(source)], capture_output=True, text=True, check=False
        )
        if result.returncode:
            errors = [line for line in result.stderr.splitlines() if "error: " in line]
            raise UserError(
                f"{source} is not valid for Arduino's own core:\n"
                + "\n".join((errors or result.stderr.splitlines())[:5])
            )
    return sources
