"""Command predict: label and scores for any audio file."""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from wav2nano import features
from wav2nano.audio import read_audio, to_int16
from wav2nano.dataset.chunk import chunk_recording
from wav2nano.errors import UserError
from wav2nano.evaluation.scores import load_runtime
from wav2nano.training.windows import read_preprocessing


def predict(
    files: list[Path], folder: Path, *, runtime: str
) -> tuple[list[str], list[np.ndarray | UserError]]:
    """Score audio files with an experiment's model.

    Parameters
    ----------
    files
        Recordings of any format, rate and length.
    folder
        The experiment's results.
    runtime
        float, litert or c.

    Returns
    -------
    labels : list of str
    scores : list
        One float array [windows, labels] a file; an error where a file cannot be read.
    """
    if not (folder / "preprocessing.json").exists():
        raise UserError(f"{folder} holds no trained model. Train one: snakemake --cores 8 firmware")
    preprocessing = read_preprocessing(folder / "preprocessing.json")
    invoke = load_runtime(runtime, folder, preprocessing)
    rate = preprocessing.chunking["rate"]
    results: list[np.ndarray | UserError] = []
    for file in files:
        try:
            samples = to_int16(read_audio(file, rate))
        except UserError as error:
            results.append(error)
            continue
        windows, _ = chunk_recording(samples, preprocessing.chunking)
        results.append(invoke(features.compute(windows, rate, preprocessing.features)))
    return preprocessing.labels, results


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="audio files")
    parser.add_argument(
        "--experiment",
        type=Path,
        default=Path("results/keywords"),
        metavar="FOLDER",
        help="results of an experiment (default: %(default)s)",
    )
    parser.add_argument(
        "--model",
        choices=["int8", "float", "c"],
        default="int8",
        help="int8 in LiteRT, float in Keras, or the board's own C (default: %(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a file")


def run(args: argparse.Namespace) -> None:
    """Print a line a window: file, label, score, and the next best labels."""
    runtime = "litert" if args.model == "int8" else args.model
    labels, results = predict(args.files, args.experiment, runtime=runtime)
    for file, result in zip(args.files, results, strict=True):
        if isinstance(result, UserError):
            print(f"wav2nano: {result}", file=sys.stderr)
            continue
        for number, scores in enumerate(result):
            order = np.argsort(-scores, kind="stable")
            if args.json:
                named = {labels[i]: round(float(scores[i]), 4) for i in order}
                entry = {"file": str(file), "window": number, "label": labels[order[0]]}
                print(json.dumps({**entry, "scores": named}, ensure_ascii=False))
            else:
                others = ", ".join(f"{labels[i]} {scores[i]:.0%}" for i in order[1:4])
                window = f" window {number}" if len(result) > 1 else ""
                print(f"{file}{window}: {labels[order[0]]} {scores[order[0]]:.0%}  ({others})")
    if any(isinstance(result, UserError) for result in results):
        raise SystemExit(1)
