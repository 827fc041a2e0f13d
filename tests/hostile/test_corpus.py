"""The corpus keeps its size."""

import subprocess
import sys
from pathlib import Path

LEAST = 400


def test_the_corpus_has_at_least_400_inputs():
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    folder = Path(__file__).parent
    done = subprocess.run(
        [*command, str(folder)], capture_output=True, text=True, check=False, cwd=folder.parents[1]
    )
    inputs = [line for line in done.stdout.splitlines() if "[" in line and "::" in line]
    assert done.returncode == 0, done.stdout
    assert len(inputs) >= LEAST, len(inputs)
