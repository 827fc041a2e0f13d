"""What the benchmarks share: where figures are kept, a clone to measure, a table row by row."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from wav2nano.files import write_json

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "benchmarks" / "figures"


def clone(folder: Path) -> None:
    """Clone what is committed."""
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)


def environment(folder: Path) -> dict[str, str]:
    """Environment in which these commands, and not another checkout's, run with a clone's code."""
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(folder / "src"),
    }


def tabulate(
    columns: list[str], measure: Callable[[Path, int], list[str]], counts: Iterable[int], name: str
) -> None:
    """Print a table in Markdown, a row for each count as it is measured, and keep it as JSON.

    `measure` takes an empty folder and the count, and gives the row.
    """
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}", flush=True)
    rows = []
    for count in counts:
        with tempfile.TemporaryDirectory(prefix="wav2nano-bench-") as folder:
            rows.append(measure(Path(folder), count))
        print(f"| {' | '.join(rows[-1])} |", flush=True)
    write_json(FIGURES / name, [columns, *rows])
