"""Label and scores for any audio file."""

import json as json_format
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from wav2nano import features
from wav2nano.audio import read_audio
from wav2nano.chunking import chunk_recording, samples_heard
from wav2nano.errors import UserError
from wav2nano.runtimes import Runtime, load_runtime
from wav2nano.tables.preprocessing import read_preprocessing

RUNTIMES: dict[str, Runtime] = {"int8": "litert", "float": "float", "c": "c"}


def predict(
    files: list[Path],
    *,
    experiment: Path = Path("results/keywords"),
    model: Literal["int8", "float", "c"] = "int8",
    json: bool = False,
) -> None:
    """Print a line for each window: file, label, score and the next best labels.

    Parameters
    ----------
    files
        Audio files of any format, rate and length.
    experiment
        Folder of the experiment's results.
    model
        int8 in LiteRT, float in Keras, or the board's own C.
    json
        Print one JSON object per window.
    """
    if not files:
        raise UserError("Name at least one audio file.")
    labels, results = score_files(files, experiment, runtime=RUNTIMES[model])
    for file, result in zip(files, results, strict=True):
        if isinstance(result, UserError):
            print(f"wav2nano: {result}", file=sys.stderr)
            continue
        for number, scores in enumerate(result):
            order = np.argsort(-scores, kind="stable")
            if json:
                named = {labels[i]: round(float(scores[i]), 4) for i in order}
                entry = {"file": str(file), "window": number, "label": labels[order[0]]}
                print(json_format.dumps({**entry, "scores": named}, ensure_ascii=False))
            else:
                others = ", ".join(f"{labels[i]} {scores[i]:.0%}" for i in order[1:4])
                window = f" window {number}" if len(result) > 1 else ""
                print(f"{file}{window}: {labels[order[0]]} {scores[order[0]]:.0%}  ({others})")
    if any(isinstance(result, UserError) for result in results):
        raise SystemExit(1)


def score_files(
    files: Sequence[Path], experiment: Path, *, runtime: Runtime
) -> tuple[list[str], list[np.ndarray | UserError]]:
    """Score audio files with an experiment's model.

    Parameters
    ----------
    files
        Recordings of any format, rate and length.
    experiment
        The experiment's results.
    runtime
        float, litert or c.

    Returns
    -------
    labels : list of str
    scores : list
        One float array [windows, labels] a file; an error where a file cannot be read.
    """
    if not (experiment / "preprocessing.json").exists():
        raise UserError(
            f"{experiment} has no trained model. Train one: snakemake --cores 8 firmware"
        )
    preprocessing = read_preprocessing(experiment / "preprocessing.json")
    name = "model.keras" if runtime == "float" else "model_int8.tflite"
    invoke = load_runtime(runtime, experiment / name, preprocessing)
    rate = preprocessing.chunking.rate
    results: list[np.ndarray | UserError] = []
    for file in files:
        try:
            samples = read_audio(file, rate)
        except UserError as error:
            results.append(error)
            continue
        windows, starts = chunk_recording(samples, preprocessing.chunking)
        heard = samples_heard(len(samples), starts, preprocessing.chunking)
        results.append(
            invoke(*features.compute_heard(windows, heard, rate, preprocessing.features))
        )
    return preprocessing.labels, results
