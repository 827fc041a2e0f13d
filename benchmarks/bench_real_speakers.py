"""Words typed, none recorded, and how well the result recognises real speakers.

Trains on synthetic speech of ten words in a clone of this checkout and scores the int8 model on
real recordings, {folder}/{label}/{speaker}_*.flac, such as the test set of Speech Commands v0.02.
"""

import argparse
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import yaml
from bench_common import FIGURES, clone, environment

from wav2nano.describe import describe_accuracy
from wav2nano.errors import UserError
from wav2nano.evaluation.metrics import measure
from wav2nano.files import write_json
from wav2nano.predict import score_files
from wav2nano.tables.scores import Scores

WORDS = ["yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go"]


def main() -> None:
    """Train, score and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="real recordings, a folder per label")
    folder = parser.parse_args().folder.resolve()
    with tempfile.TemporaryDirectory(prefix="wav2nano-bench-") as temporary:
        checkout = Path(temporary)
        clone(checkout)
        path = checkout / "config" / "experiments" / "keywords.yaml"
        path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | {"labels": WORDS}))
        target = "results/keywords/evaluation/evaluation.json"
        command = ["snakemake", "--cores", "all", "--quiet", "rules", "--", target]
        subprocess.run(command, cwd=checkout, env=environment(checkout), check=True)
        report(folder, checkout / "results" / "keywords")


def report(folder: Path, experiment: Path) -> None:
    """Score every recording and print accuracy, with and without the background labels."""
    files = sorted(path for path in folder.glob("*/*") if path.suffix in (".flac", ".wav"))
    labels, results = score_files(files, experiment, runtime="litert")
    kept = []
    for path, result in zip(files, results, strict=True):
        if isinstance(result, UserError):
            raise result
        if path.parent.name in labels:
            kept.append((path, result[0]))
    target = np.array([labels.index(path.parent.name) for path, _ in kept])
    scores = Scores(
        labels,
        np.array([score for _, score in kept], dtype=np.float64),
        target,
        np.full(len(kept), "test"),
        np.array([path.stem.split("_")[0] for path, _ in kept]),
        np.full(len(kept), "own"),
        np.array([path.name for path, _ in kept]),
        np.zeros(len(kept), np.int64),
    )
    found = {}
    for name, chosen in {"all labels": labels, "words alone": WORDS}.items():
        columns = [labels.index(label) for label in chosen]
        rows = np.isin(target, columns)
        part = Scores(
            chosen,
            scores.scores[rows][:, columns],
            np.array([columns.index(label) for label in target[rows]]),
            scores.part[rows],
            scores.group[rows],
            scores.origin[rows],
            scores.recording[rows],
            scores.start[rows],
        )
        figures = measure(part, resamplings=1000, seed=1, answers="recordings")
        print(
            f"real speakers, {name}: {describe_accuracy(figures)}, {figures['recordings']} "
            f"recordings of {figures['groups']} speakers"
        )
        recall = (f"{key} {value['recall']:.2f}" for key, value in figures["per_class"].items())
        print("  recall:", ", ".join(recall))
        low, high = figures["accuracy_ci95"]
        found[name] = {
            "accuracy": figures["accuracy"],
            "accuracy_low": low,
            "accuracy_high": high,
            "recordings": figures["recordings"],
            "speakers": figures["groups"],
        }
    write_json(FIGURES / "real_speakers.json", found)


if __name__ == "__main__":
    main()
