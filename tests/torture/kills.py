"""Kill a build at random moments; what is there in the end is what an undisturbed build makes."""

import os
import random
import signal
import subprocess
from pathlib import Path

from torture.common import BUILD, Part, checksums, remove_build, small_build
from workflow.conftest import Checkout

EACH = 10  # kills of one build, before it may end


def torture(folder: Path, *, kills: int = 50, seed: int = 0) -> Part:
    """Build, kill it `EACH` times, let it end, compare; as often as it takes."""
    part = Part("builds killed at random moments, each then compared byte for byte")
    part.tell("an undisturbed build")
    checkout, expected, seconds = small_build(folder / "small")
    draw = random.Random(seed)
    while part.tried < kills:
        remove_build(checkout)
        for _ in range(min(EACH, kills - part.tried)):
            after = draw.uniform(1, seconds * 0.4)
            if not _kill(checkout, after):
                part.tell(f"it ended before the kill at {after:.1f} s")
                break
            part.tried += 1
        said = checkout.run(*BUILD, check=False)
        if said.returncode:
            part.fail(f"it did not go on: {(said.stdout + said.stderr)[-2000:]}")
        elif checksums(checkout) != expected:
            part.fail(f"other bytes after kill {part.tried}")
        elif checkout.planned():
            part.fail(f"after kill {part.tried} there is more to do: {checkout.planned()}")
        part.tell(f"{part.tried} of {kills} kills")
    return part


def _kill(checkout: Checkout, seconds: float) -> bool:
    """Start a build and kill all its processes after some seconds; tell whether it was running."""
    run = subprocess.Popen(
        BUILD,
        cwd=checkout.root,
        env=checkout.variables(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        run.wait(seconds)
        return False
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        return True
