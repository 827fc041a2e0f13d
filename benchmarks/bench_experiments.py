"""The experiment `digits`, whose figures README quotes: builds it in a clone.

    python benchmarks/bench_experiments.py RECORDINGS

RECORDINGS are those of the Free Spoken Digit Dataset; without them they are downloaded.
"""

import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

from bench_common import ROOT, clone, environment

MADE = {
    "metrics/digits.json": "benchmarks/figures/digits.json",
}


def main() -> None:
    """Build, and copy the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recordings", type=Path, nargs="?", help="a copy that you have")
    recordings = parser.parse_args().recordings
    source = ["--source", str(recordings.resolve())] if recordings else []
    with tempfile.TemporaryDirectory(prefix="wav2nano-bench-") as temporary:
        folder = Path(temporary)
        clone(folder)
        for command in (
            ["wav2nano", "fetch-dataset", "digits", *source],
            ["snakemake", "--cores", "all", "--quiet", "rules", "--", *MADE],
        ):
            subprocess.run(command, cwd=folder, env=environment(folder), check=True)
        for made, kept in MADE.items():
            shutil.copyfile(folder / made, ROOT / kept)


if __name__ == "__main__":
    main()
