"""Sketches and libraries have to be valid for arduino:mbed_nano:nano33ble as well.

ARDUINO_CORE_MBED names a checkout of arduino/ArduinoCore-mbed, and ARDUINO_CORE_API one of
arduino/ArduinoCore-API (an installed core has that inside). WAV2NANO_FIRMWARE names the folder of
assembled sketches, such as results/keywords/firmware, for those that include generated sources.
"""

import os
import re
from pathlib import Path

import pytest

from wav2nano.arduino.official import check_official_core
from wav2nano.errors import UserError
from wav2nano.firmware_sources import LIBRARIES, SKETCHES

ALL_SKETCHES = sorted(path.parent for path in SKETCHES.glob("*/*.ino"))
ALL_SKETCHES.append(Path(__file__).parent / "sketches" / "pdm_echo")


@pytest.fixture(scope="module")
def official(compiler):
    """Core and API, as arguments of `check_official_core`."""
    core, api = os.environ.get("ARDUINO_CORE_MBED"), os.environ.get("ARDUINO_CORE_API")
    if not core:
        pytest.skip("set ARDUINO_CORE_MBED to a checkout of arduino/ArduinoCore-mbed")
    return {"core": Path(core), "api": Path(api) if api else None}


def with_generated_sources(sketch: Path) -> Path:
    """Give the sketch's folder, or where the workflow assembled it with what it includes."""
    text = (sketch / f"{sketch.name}.ino").read_text()
    missing = [n for n in re.findall(r'#include "(.+)"', text) if not (sketch / n).exists()]
    if not missing:
        return sketch
    assembled = os.environ.get("WAV2NANO_FIRMWARE")
    if not assembled:
        pytest.skip(
            f"{sketch.name} includes {', '.join(missing)}: set WAV2NANO_FIRMWARE to the folder of "
            "the assembled sketches"
        )
    return Path(assembled) / sketch.name


@pytest.mark.parametrize("sketch", ALL_SKETCHES, ids=lambda path: path.name)
def test_valid_for_the_official_core(official, sketch):
    checked = check_official_core(
        sketch=with_generated_sources(sketch), libraries=LIBRARIES, **official
    )
    expected = {p for p in LIBRARIES.glob("*/src/**/*") if p.suffix == ".c"}
    assert expected <= set(checked)


def test_what_the_official_core_lacks_is_found(official, no_libraries, tmp_path):
    sketch = tmp_path / "ours_only"
    sketch.mkdir()
    (sketch / "ours_only.ino").write_text(
        "#include <PDM.h>\nvoid setup() {\n  PDM.overruns();\n}\nvoid loop() {}\n"
    )
    with pytest.raises(UserError, match=r"ours_only\.ino:3:.*overruns"):
        check_official_core(sketch=sketch, libraries=no_libraries, **official)


def test_not_a_core(compiler, blink_talk, no_libraries, tmp_path):
    with pytest.raises(UserError, match="variants/ARDUINO_NANO33BLE"):
        check_official_core(tmp_path, blink_talk, no_libraries)
