"""Try to break what was built, for hours: `make torture`, which README quotes.

    PYTHONPATH=tests python -m torture [PART ...]

Each part writes its row of the table to benchmarks/figures/torture.json when it is done.
"""

import argparse
import importlib
import sys
import tempfile
import time
from pathlib import Path

from wav2nano.files import read_json, write_json
from workflow.conftest import ROOT

FIGURES = ROOT / "benchmarks" / "figures" / "torture.json"
PARTS = ("hostile", "models", "full_disk", "kills", "listening")  # modules beside this one


def main() -> None:
    """Run the parts that are named, or all."""
    parser = argparse.ArgumentParser(prog="torture", description=__doc__.splitlines()[0])
    parser.add_argument(
        "parts", nargs="*", choices=[*PARTS, []], metavar="PART", help=", ".join(PARTS)
    )
    failed = False
    for name in parser.parse_args().parts or PARTS:
        start = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="wav2nano-torture-") as folder:
            part = importlib.import_module(f"torture.{name}").torture(Path(folder))
        if not part.tried:
            continue
        minutes = (time.monotonic() - start) / 60
        rows = read_json(FIGURES) if FIGURES.exists() else {}
        rows[name] = {
            "what": part.what,
            "tried": part.tried,
            "held": part.tried - len(part.failures),
            "minutes": round(minutes),
        }
        write_json(FIGURES, {name: rows[name] for name in PARTS if name in rows})
        failed = failed or bool(part.failures)
    rows = read_json(FIGURES)
    for row in rows.values():
        print(f"{row['held']:>9,} of {row['tried']:>9,}  {row['what']} ({row['minutes']} min)")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
