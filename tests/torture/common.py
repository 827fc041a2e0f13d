"""What the parts of the torture share: a row of its table, and a small build to mistreat."""

import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from workflow.conftest import SECOND, Checkout, copy_checkout, make_small

EXPERIMENT = "keywords"
BUILD = ("snakemake", "--cores", "2", "--quiet", "rules", "--", "firmware")
MADE = ("results", "logs", "data/index", "data/synthetic", "data/windows", "data/features")


@dataclass
class Part:
    """A part of the torture: how often it tried what, and what did not hold."""

    what: str
    tried: int = 0
    failures: list[str] = field(default_factory=list)

    def tell(self, text: str) -> None:
        """Show progress."""
        print(f"{self.what}: {text}", flush=True)

    def fail(self, text: str) -> None:
        """Note that something did not hold, and show it."""
        self.failures.append(text)
        self.tell(f"FAILED: {text}")


def small_build(folder: Path) -> tuple[Checkout, str, float]:
    """Build a small experiment in an empty folder; return it, its checksums and the seconds."""
    checkout = copy_checkout(folder)
    make_small(checkout)
    (checkout.root / SECOND).unlink()
    checkout.change_settings(experiments=[EXPERIMENT])
    start = time.monotonic()
    checkout.run(*BUILD)
    return checkout, checksums(checkout), time.monotonic() - start


def checksums(checkout: Checkout) -> str:
    """SHA-256 of everything that was built, as the workflow wrote it and as it is."""
    listed = checkout.root / "results" / EXPERIMENT / "checksums.txt"
    if not listed.exists():
        return "nothing was built"
    # The workflow's list is only as good as the files that are there.
    checked = subprocess.run(
        ["sha256sum", "--check", "--quiet", "--strict", listed],
        cwd=checkout.root,
        capture_output=True,
        text=True,
        check=False,
    )
    return listed.read_text(encoding="utf-8") + checked.stdout


def remove_build(checkout: Checkout) -> None:
    """Remove all that was built, and what Snakemake knows of it."""
    for name in (*MADE, ".snakemake"):
        shutil.rmtree(checkout.root / name, ignore_errors=True)
