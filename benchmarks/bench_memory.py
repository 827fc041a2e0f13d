"""Peak memory and time of training, quantising and scoring over the windows: a table.

For each number of windows, files of random features are made in a temporary folder: the default
features of one second of audio, 49 frames of 13 coefficients, 2.5 kB a window. A small dense
network trains on them for one epoch. Peak resident memory of the process; wall-clock time.

    python benchmarks/bench_memory.py 10000 100000 1000000
"""

import argparse
import contextlib
import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
from bench_common import tabulate

from wav2nano.tables.split import SplitRow, write_split

RATE, FRAMES, BINS = 16000, 49, 13
FILES = 20
# Of the recordings of a file, which have as many windows each.
PART_OF = ["train"] * 7 + ["validation"] + ["test"] * 2
LABELS = ["a", "b", "c", "d"]
FEATURES = {"kind": "mfcc", "coefficients": BINS}
MODEL = {"architecture": "dense", "units": [16]}
TRAINING = {"epochs": 1, "batch_size": 256}


def write_data(folder: Path, windows: int) -> list[Path]:
    """Write files of features with `windows` windows in all, and their split."""
    random = np.random.default_rng(1)
    of_recording = windows // (FILES * len(PART_OF))
    rows, paths = [], []
    for number in range(FILES):
        names = [f"file{number:02}-recording{i}.wav" for i in range(len(PART_OF))]
        paths.append(folder / f"features{number:02}.h5")
        with h5py.File(paths[-1], "w") as file:
            shape = (len(PART_OF) * of_recording, FRAMES, BINS)
            features = file.create_dataset("features", shape, "float32")
            label = LABELS[number % len(LABELS)]
            for first in range(0, len(features), of_recording):
                values = random.standard_normal((of_recording, FRAMES, BINS), np.float32)
                features[first : first + of_recording] = values + np.float32(number % len(LABELS))
            text = h5py.string_dtype()
            of_window = np.repeat(np.array(names, dtype=object), of_recording)
            file.create_dataset("recording", data=of_window, dtype=text)
            file["start"] = np.tile(np.arange(of_recording) * RATE, len(PART_OF))
            file.attrs["rate"], file.attrs["samples"] = RATE, RATE
        for name, part in zip(names, PART_OF, strict=True):
            rows.append(SplitRow(name, label, name, "own", part))
    with contextlib.redirect_stderr(io.StringIO()):  # it prints what is in each part
        write_split(folder / "split.csv", rows)
    return paths


def run(folder: Path, *arguments: object) -> tuple[float, float]:
    """Run a command of wav2nano: its peak memory in GB, and its time in seconds."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "wav2nano", *map(str, arguments)],
        cwd=folder,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"wav2nano {arguments[0]} ended with status {process.returncode}")
    # In kB, but for macOS.
    unit = 1 if sys.platform == "darwin" else 1024
    return usage.ru_maxrss * unit / 1e9, time.perf_counter() - start


def measure(folder: Path, windows: int) -> list[str]:
    """One row of the table."""
    paths = write_data(folder, windows)
    data = ["--split", "split.csv", "--features", *paths, "--labels", "null"]
    model, between = ["--model", "model.keras"], ["--preprocessing", "preprocessing.json"]
    settings = ["--model-settings", json.dumps(MODEL)]
    train = ["--augmented", "--embeddings", "--augmented-embeddings"]
    train += ["--chunking", "{}", "--feature-settings", json.dumps(FEATURES)]
    train += ["--settings", json.dumps(TRAINING), "--history", "history.csv"]
    train += ["--environment", "environment.json"]
    quantize = ["--settings", "{}", "--out", "model.tflite", "--calibration", "calibration.csv"]
    figures = [
        run(folder, "train-model", *data, *model, *between, *settings, *train),
        run(folder, "quantize-model", *data, *model, *between, *settings, *quantize),
        run(folder, "score-model", *data, *model, *between, "--runtime", "float", "--out", "x.csv"),
    ]
    size = sum(path.stat().st_size for path in paths) / 1e9
    return [
        f"{windows:,}",
        f"{size:.2f} GB",
        *(f"{memory:.2f} GB ({seconds:.0f} s)" for memory, seconds in figures),
    ]


def main() -> None:
    """Print the table, row by row."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("windows", nargs="+", type=int, help="how many windows")
    columns = ["windows", "features", "training, one epoch", "quantising", "scoring in float"]
    tabulate(columns, measure, parser.parse_args().windows, "memory.json")


if __name__ == "__main__":
    main()
