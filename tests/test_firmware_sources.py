"""The firmware's sources are found in a checkout, in a wheel, and missed plainly."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from wav2nano import firmware_sources
from wav2nano.errors import UserError

ROOT = Path(__file__).resolve().parents[1]


def test_checkout():
    assert firmware_sources.FIRMWARE == ROOT / "firmware"
    for library in (
        firmware_sources.KERNELS,
        firmware_sources.FRONT_END,
        firmware_sources.LISTENER,
    ):
        assert firmware_sources.c_sources(library)
    assert list(firmware_sources.SKETCHES.glob("*/*.ino"))
    assert list(firmware_sources.HARDWARE.glob("*/*/boards.txt"))


def test_missing_sources(tmp_path):
    with pytest.raises(UserError, match="install wav2nano again"):
        firmware_sources.c_sources(tmp_path / "absent")


def test_wheel_holds_the_sources(tmp_path):
    """The model's C, generated and run with nothing but what the wheel holds."""
    checkout, wheels, installed = tmp_path / "checkout", tmp_path / "wheels", tmp_path / "installed"
    checkout.mkdir()
    for name in ("src", "firmware"):
        ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(ROOT / name, checkout / name, ignore=ignored)
    for name in ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, checkout)
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"),
            *("--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels), str(checkout)),
        ],
        check=True,
    )
    (wheel,) = wheels.glob("wav2nano-*.whl")
    zipfile.ZipFile(wheel).extractall(installed)
    shutil.rmtree(checkout)

    model = ROOT / "tests" / "codegen" / "models" / "dense.tflite"
    program = f"""
import numpy as np
from wav2nano.codegen import HostModel
from wav2nano.firmware_sources import FIRMWARE
print(FIRMWARE)
print(HostModel({str(model)!r}).invoke(np.zeros((1, 60), np.int8)).shape)
"""
    printed = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(installed)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert printed.splitlines() == [str(installed / "wav2nano" / "firmware_files"), "(1, 5)"]
    packed = installed / "wav2nano" / "firmware_files"
    files = {path.relative_to(packed) for path in packed.rglob("*") if path.is_file()}
    assert files == {
        path.relative_to(ROOT / "firmware")
        for path in (ROOT / "firmware").rglob("*")
        if path.is_file()
    }
