"""Every architecture on ten digits, and the systems for urban sounds, cross-validated in a clone.

    python benchmarks/bench_zoo.py --work FOLDER --digits FOLDER --urban FOLDER --yamnet FILE

Each is left out where its recordings are not named. Digits are those of the Free Spoken Digit
Dataset, of which two speakers at a time are left out; urban sounds are official folds of
UrbanSound8K, {folder}/fold{n}/{fsID}-{classID}-{occurrence}-{slice}.*, each left out in turn. What
was measured before for the same commit is kept: a run that was cut off goes on.
"""

import argparse
import csv
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from bench_common import FIGURES, ROOT, clone, environment

from wav2nano.files import read_json, write_json
from wav2nano.tables.scores import ARRAYS, Scores, join_scores, read_answers
from wav2nano.uncertainty import compare_paired

SWEEP = "digits_architectures"
URBAN = [
    "urbansound8k_original",
    "urbansound8k_original_cnn",
    "urbansound8k_yamnet",
    "urbansound8k",
    "urbansound8k_best",
    "urbansound8k_siren",
]
# What the others are compared with, by the first word of their names.
BEST = {"digits": "digits_best", "urbansound8k": "urbansound8k_best"}
CLASSES = (
    "air_conditioner",
    "car_horn",
    "children_playing",
    "dog_bark",
    "drilling",
    "engine_idling",
    "gun_shot",
    "jackhammer",
    "siren",
    "street_music",
)


def main() -> None:
    """Build what is named, and keep its figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--digits", type=Path, help="Free Spoken Digits")
    parser.add_argument("--urban", type=Path, help="official folds of UrbanSound8K")
    parser.add_argument("--yamnet", type=Path, help="a copy of YAMNet that you have")
    parser.add_argument("--only", nargs="*", help="these experiments alone")
    parser.add_argument("--work", type=Path, required=True, help="keeps what is built, by commit")
    arguments = parser.parse_args()
    head = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(head, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    folder = arguments.work.resolve() / commit.strip()
    if not folder.exists():
        clone(folder)
    names = []
    if arguments.digits:
        run(folder, "wav2nano", "fetch-dataset", "digits", "--source", arguments.digits.resolve())
        architectures = yaml.safe_load((ROOT / f"config/sweeps/{SWEEP}.yaml").read_text())
        found = architectures["product"]["model.architecture"]
        names += [f"{SWEEP}.{architecture}" for architecture in found] + ["digits_best"]
    if arguments.urban:
        use_urban_folds(folder, arguments.urban.resolve())
        names += URBAN
    if arguments.yamnet:
        run(folder, "wav2nano", "fetch-model", "yamnet", "--source", arguments.yamnet.resolve())
    elif arguments.urban:
        run(folder, "wav2nano", "fetch-model", "yamnet")
    figures: dict[str, Any] = read_json(FIGURES / "zoo.json")
    for name in [name for name in names if name in (arguments.only or names)]:
        figures[name] = cross_validate(folder, name)
        write_json(FIGURES / "zoo.json", dict(sorted(figures.items())))
        print(name, figures[name]["int8"]["macro_f1"], file=sys.stderr, flush=True)


def cross_validate(folder: Path, name: str) -> dict[str, Any]:
    """Train and score an experiment on each fold, and on a random split if its settings say so."""
    made = {"folds": f"results/{name}/folds/folds.json"}
    settings = folder / "config" / "experiments" / f"{name}.yaml"
    if settings.exists() and "random_split_too: true" in settings.read_text():
        made["random_split"] = f"results/{name}.random_split/evaluation/evaluation.json"
    run(folder, "snakemake", "--cores", "all", "--quiet", "rules", "--", *made.values())
    found = {what: read_json(folder / path) for what, path in made.items()}
    folds = [fold["fold"] for fold in found["folds"]["folds"]]
    figures = {"folds": len(folds), **found["folds"]["pooled"]}
    if (best := BEST[name.partition("_")[0]]) != name and (
        difference := compare_paired(
            *(answers(folder, one, folds) for one in (best, name)), resamplings=1000, seed=1
        )
    ):
        figures["best_is_ahead"] = [difference.macro_f1, *(difference.interval or ())]
    if "random_split" in found:
        figures["random_split"] = {
            figure: found["random_split"]["int8"][figure] for figure in ("accuracy", "macro_f1")
        }
    return figures


def answers(folder: Path, name: str, folds: list[str]) -> Scores:
    """Read the int8 answers of all folds for whole recordings; none if they are not there."""
    files = [folder / f"results/{name}.fold_{fold}/scores/litert.csv" for fold in folds]
    there = [read_answers(path, "recordings").of_part("test") for path in files if path.exists()]
    if not there:
        return Scores([], *(np.empty(0) for _ in ARRAYS))
    joined = join_scores(there)
    # Windows of another length begin elsewhere in the same recording.
    return replace(joined, start=np.zeros_like(joined.start))


def run(folder: Path, *command: Any) -> None:
    """Run a command in the clone."""
    subprocess.run(list(map(str, command)), cwd=folder, env=environment(folder), check=True)


def use_urban_folds(folder: Path, recordings: Path) -> None:
    """Let the data set be the folds that are there, and each of its experiments leave them out."""
    place = folder / "data" / "raw" / "urbansound8k"
    place.parent.mkdir(parents=True, exist_ok=True)
    if not place.exists():
        place.mkdir()
        (place / "audio").symlink_to(recordings)
    files = sorted(recordings.glob("fold*/*-*-*-*.*"))
    if not files:
        sys.exit(f"{recordings} has no fold*/*-*-*-*.*: is it a folder of UrbanSound8K's folds?")
    with (place / "clips.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["path", "class", "source", "fold"])
        for path in files:
            source, label, *_ = path.stem.split("-")
            fold = path.parent.name.removeprefix("fold")
            table.writerow(
                [f"audio/{path.relative_to(recordings)}", CLASSES[int(label)], source, fold]
            )
    dataset = folder / "config" / "datasets" / "urbansound8k.yaml"
    settings = yaml.safe_load(dataset.read_text())
    settings["table"] = {
        "file": "clips.csv",
        "path": "{path}",
        "label": "{class}",
        "group": "{source}",
        "fold": "{fold}",
    }
    folds = sorted({path.parent.name.removeprefix("fold") for path in files})
    settings["split"] = {"policy": "official", "test": folds[-1:]}
    settings["shards"] = 8
    settings.pop("download", None)
    dataset.write_text(yaml.safe_dump(settings, sort_keys=False))
    for name in URBAN:
        path = folder / "config" / "experiments" / f"{name}.yaml"
        experiment = yaml.safe_load(path.read_text())
        experiment["goal"] = "evaluation"
        experiment["evaluation"] = {**experiment.get("evaluation", {}), "folds": folds}
        path.write_text(yaml.safe_dump(experiment, sort_keys=False))


if __name__ == "__main__":
    main()
