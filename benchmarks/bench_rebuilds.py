"""What a run with nothing to do costs, and what one more recording costs: a table.

For each number of recordings a copy of this checkout is built with the default settings, on clips
of one second (noise of a different colour for each label) instead of speech: what counts is the
work, not how well it recognises. Wall-clock time; a run with nothing to do is the median of three.

    python benchmarks/bench_rebuilds.py 100 1000 10000
"""

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import soundfile
import yaml
from bench_common import clone, environment, tabulate

RATE = 16000
LABELS, SPEAKERS = 10, 10
RECORDINGS_OF_SHARD = 160
RUNS = 3
OTHERS = ["second", "third"]


def record(folder: Path, number: int, random: np.random.Generator) -> None:
    """Write the recording of this number: low-pass filtered noise, lower for a later label."""
    label, speaker = number % LABELS, number // LABELS % SPEAKERS
    noise = random.normal(0, 0.3, RATE)
    samples = np.convolve(noise, np.ones(label + 1) / (label + 1), mode="same")
    path = folder / f"label{label}" / f"speaker{speaker}" / f"{number:05}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, RATE)


def prepare(folder: Path, recordings: int) -> None:
    """Copy what is committed, and make the default experiment use own recordings alone."""
    clone(folder)
    experiments = folder / "config" / "experiments"
    (experiments / "keywords.yaml").write_text("dataset: keywords\n")
    for number, name in enumerate(OTHERS):  # over the same recordings
        settings = {
            "dataset": "keywords",
            "model": {"architecture": "dense", "units": [8 + number]},
            "training": {"epochs": 1},
        }
        (experiments / f"{name}.yaml").write_text(yaml.safe_dump(settings))
    dataset = folder / "config" / "datasets" / "keywords.yaml"
    shards = max(8, recordings // RECORDINGS_OF_SHARD)
    dataset.write_text(yaml.safe_dump(yaml.safe_load(dataset.read_text()) | {"shards": shards}))
    random = np.random.default_rng(1)
    for number in range(recordings):
        record(folder / "data" / "raw" / "keywords", number, random)


def seconds(folder: Path, *command: str) -> float:
    """Wall-clock time of a command, which must succeed."""
    start = time.perf_counter()
    result = subprocess.run(
        command, cwd=folder, env=environment(folder), capture_output=True, text=True
    )
    if result.returncode:
        sys.exit(f"{' '.join(command)}\n{result.stdout[-2000:]}{result.stderr[-4000:]}")
    return time.perf_counter() - start


def measure(folder: Path, recordings: int) -> list[str]:
    """One row of the table."""
    prepare(folder, recordings)
    snakemake = ("snakemake", "--cores", "all", "--quiet", "all")
    to_features = (*snakemake, "--until", "extract_features", "split_dataset")
    features = seconds(folder, *to_features)
    whole = features + seconds(folder, *snakemake)
    seconds(folder, "dvc", "repro")
    nothing = statistics.median(seconds(folder, *snakemake) for _ in range(RUNS))
    nothing_dvc = statistics.median(seconds(folder, "dvc", "repro") for _ in range(RUNS))
    three = (*snakemake, "--config", f"experiments=[keywords,{','.join(OTHERS)}]")
    seconds(folder, *three)
    nothing_three = statistics.median(seconds(folder, *three) for _ in range(RUNS))
    record(folder / "data" / "raw" / "keywords", recordings, np.random.default_rng(2))
    features_more = seconds(folder, *to_features)
    whole_more = features_more + seconds(folder, *snakemake)
    return [
        f"{recordings:,}",
        f"{nothing:.1f} s",
        f"{nothing_three:.1f} s",
        f"{nothing_dvc:.1f} s",
        f"{features:.0f} s",
        f"{features_more:.1f} s ({features_more / features:.0%})",
        f"{whole:.0f} s",
        f"{whole_more:.0f} s ({whole_more / whole:.0%})",
    ]


def main() -> None:
    """Print the table, row by row."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recordings", nargs="+", type=int, help="how many recordings")
    columns = [
        "recordings",
        "snakemake, nothing to do",
        "the same, three experiments",
        "dvc repro, nothing to do",
        "all features",
        "one more recording: features",
        "everything, to the binary",
        "one more recording: everything",
    ]
    tabulate(columns, measure, parser.parse_args().recordings, "rebuilds.json")


if __name__ == "__main__":
    main()
