"""A small experiment, run once through the whole workflow in a copy of the checkout."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("Snakefile", "config", "firmware", "src", "workflow", "pyproject.toml")
BIN = Path(sys.executable).parent


@dataclass
class Checkout:
    """A copy of the checkout with settings of its own."""

    root: Path

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess:
        environment = {
            **os.environ,
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(self.root / "src"),
            "TF_CPP_MIN_LOG_LEVEL": "3",
        }
        result = subprocess.run(
            command, cwd=self.root, capture_output=True, text=True, check=False, env=environment
        )
        if check and result.returncode:
            raise AssertionError(f"{command}\n{result.stdout[-2000:]}\n{result.stderr[-6000:]}")
        return result

    def snakemake(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess:
        return self.run("snakemake", "--cores", "2", *arguments, check=check)

    def planned(self) -> dict[str, int]:
        """Jobs that a run would do, by rule."""
        output = self.snakemake("-n", "firmware").stdout
        jobs = dict(re.findall(r"^(\w+) +(\d+)$", output, re.MULTILINE))
        return {rule: int(n) for rule, n in jobs.items() if rule not in ("total", "firmware")}

    def change_settings(self, file: str = "config/config.yaml", **sections) -> None:
        path = self.root / file
        settings = yaml.safe_load(path.read_text())
        for name, value in sections.items():
            if isinstance(value, dict):
                settings[name] |= value
            else:
                settings[name] = value
        path.write_text(yaml.safe_dump(settings, allow_unicode=True))


def copy_checkout(target: Path) -> Checkout:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
            shutil.copytree(source, target / name, ignore=ignored)
        else:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target / name)
    return Checkout(target)


def make_small(checkout: Checkout) -> None:
    """Settings with which the whole workflow takes a minute."""
    checkout.change_settings(
        words=["never", "all"],  # two words are enough
        split={"validation": 0.25, "test": 0.25},
        model={"filters": [8], "units": [12]},
        training={"epochs": 3},
        quantization={"calibration_windows": 40},
        simulation={"recordings": 6, "track_seconds": 6},
    )
    path = checkout.root / "config" / "datasets" / "keywords.yaml"
    dataset = yaml.safe_load(path.read_text())
    synthesis = dataset["synthesis"]
    synthesis["recordings"] = 24
    synthesis["copies"] = 1
    synthesis["unknown"] = {"recordings": 24, "words": ["ever", "wall", "water"]}
    synthesis["silence"]["recordings"] = 24
    synthesis["acoustics"]["noise"]["kinds"] = ["white", "pink"]
    missing = [name for name in ("flite", "festival") if not shutil.which(name)]
    for name in missing:
        del synthesis["engines"][name]
    path.write_text(yaml.safe_dump(dataset))


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Checkout:
    """A checkout whose small experiment has gone all the way; tests leave it as it is."""
    for program in ("arm-none-eabi-gcc", "cc"):
        if not shutil.which(program):
            pytest.skip(f"{program} is not here")
    checkout = copy_checkout(tmp_path_factory.mktemp("workflow") / "a checkout $1")
    make_small(checkout)
    checkout.snakemake("firmware")
    return checkout


@pytest.fixture
def changed(built, tmp_path) -> Checkout:
    """A copy of the built checkout, to change."""
    target = tmp_path / "copy"
    shutil.copytree(built.root, target, symlinks=True)
    return Checkout(target)


@pytest.fixture
def fresh(tmp_path) -> Checkout:
    """A checkout in which nothing was built."""
    return copy_checkout(tmp_path / "fresh")
