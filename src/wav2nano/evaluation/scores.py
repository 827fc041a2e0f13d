"""Step score-model: the scores of every window of the split by one runtime, as a table."""

import csv
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wav2nano import features
from wav2nano.files import atomic_path
from wav2nano.quantization.litert import LiteRtModel, Quantization
from wav2nano.training.windows import Preprocessing, load_windows, read_preprocessing

RUNTIMES = ("float", "litert", "c")
KEYS = ("part", "recording", "start", "group", "origin", "label")


@dataclass(frozen=True)
class Scores:
    """Scores float [windows, labels] with the true class and origin of each window."""

    labels: list[str]
    scores: np.ndarray
    target: np.ndarray
    part: np.ndarray
    group: np.ndarray
    origin: np.ndarray

    def of_part(self, name: str) -> "Scores":
        """Scores of one part of the split."""
        inside = self.part == name
        arrays = (self.scores, self.target, self.part, self.group, self.origin)
        return Scores(self.labels, *(array[inside] for array in arrays))


def score_model(
    runtime: str,
    folder: Path,
    shards: Sequence[Path],
    split: Path,
    *,
    words: list[str] | None,
    out: Path,
) -> None:
    """Score validation and test windows with one runtime and write them to the CSV file `out`.

    Parameters
    ----------
    runtime
        float (Keras), litert (the int8 model in LiteRT) or c (the generated C, built for here).
    folder
        The experiment's folder with the model.
    shards, split
        Files of features, and the split.
    """
    preprocessing = read_preprocessing(folder / "preprocessing.json")
    labels, parts = load_windows(shards, split, words)
    invoke = load_runtime(runtime, folder, preprocessing)
    count = 0
    with atomic_path(out) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*KEYS, *(f"score {label}" for label in labels)])
        for name in ("validation", "test"):
            part = parts[name]
            for index, scores in enumerate(invoke(part.values)):
                keys = (part.recording[index], part.start[index], part.group[index])
                label = labels[part.target[index]]
                values = (f"{score:.7g}" for score in scores)
                writer.writerow([name, *keys, part.origin[index], label, *values])
            count += len(part.target)
    print(f"{count} windows scored by {runtime}", file=sys.stderr)


def load_runtime(
    runtime: str, folder: Path, preprocessing: Preprocessing
) -> Callable[[np.ndarray], np.ndarray]:
    """Make a function from features [windows, frames, bins] to scores float [windows, labels]."""
    if runtime == "float":
        from wav2nano.training.train import import_keras

        model = import_keras(0).saving.load_model(folder / "model.keras", compile=False)
        return lambda values: model.predict(
            preprocessing.normalize(values), batch_size=256, verbose=0
        )
    litert = LiteRtModel(folder / "model_int8.tflite")
    if runtime == "litert":
        invoke = litert.invoke
    else:
        from wav2nano.codegen import HostModel

        invoke = HostModel(folder / "model_int8.tflite").invoke
    scale, offset = input_tables(preprocessing, litert.input)

    def score(values: np.ndarray) -> np.ndarray:
        inputs = features.quantize(values, scale, offset).reshape(len(values), -1)
        return litert.output.dequantize(invoke(inputs))

    return score


def input_tables(
    preprocessing: Preprocessing, quantization: Quantization
) -> tuple[np.ndarray, np.ndarray]:
    """Scale and offset of each bin from feature to int8 input, as the firmware has them."""
    return features.quantization_tables(
        np.array(preprocessing.mean),
        np.array(preprocessing.std),
        quantization.scale,
        quantization.zero_point,
    )


def read_scores(path: Path | str) -> Scores:
    """Read a file that `score_model` wrote."""
    with Path(path).open(newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        header = next(reader)
        table = list(reader)
    labels = [name.removeprefix("score ") for name in header[len(KEYS) :]]
    column = {key: np.array([row[i] for row in table]) for i, key in enumerate(KEYS)}
    index = {label: number for number, label in enumerate(labels)}
    return Scores(
        labels=labels,
        scores=np.array([row[len(KEYS) :] for row in table], dtype=np.float64),
        target=np.array([index[label] for label in column["label"]], dtype=np.int64),
        part=column["part"],
        group=column["group"],
        origin=column["origin"],
    )
