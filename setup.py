"""The firmware's sources go into the wheel; all else that packaging needs is in pyproject.toml."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithFirmware(build_py):
    """Copies `firmware/` to where `wav2nano.firmware_sources` looks for it."""

    def run(self) -> None:
        """Build the package; an editable one finds the folder of the checkout."""
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib) / "wav2nano" / "firmware_files"
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree("firmware", target)


setup(cmdclass={"build_py": BuildWithFirmware})
