"""Step score-model: the scores of every window of the split by one runtime, as a table."""

import csv
import sys
from pathlib import Path

from wav2nano.files import atomic_path
from wav2nano.labelled_windows import load_windows
from wav2nano.runtimes import KERAS_BATCH, Runtime, load_runtime
from wav2nano.tables.preprocessing import read_preprocessing
from wav2nano.tables.scores import KEYS

# Windows at a time: whole batches of Keras, whose size may change the last digits of scores.
BATCH = 4 * KERAS_BATCH


def score_model(
    *,
    runtime: Runtime,
    model: Path,
    preprocessing: Path,
    split: Path,
    features: list[Path],
    labels: list[str] | None,
    out: Path,
) -> None:
    """Score validation and test windows with one runtime.

    Parameters
    ----------
    runtime
        float (Keras), litert (the int8 model in LiteRT) or c (the generated C, built for here).
    model
        Keras file for float, else the int8 TFLite file.
    preprocessing
        JSON file of what stands between audio and the model.
    split
        CSV file of the split.
    features
        HDF5 files of features.
    labels
        `labels` of the experiment: what to tell apart, or null for every label.
    out
        CSV file to write.
    """
    order, parts = load_windows(features, split, labels)
    invoke = load_runtime(runtime, model, read_preprocessing(preprocessing, labels=order))
    count = 0
    with atomic_path(out) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*KEYS, *(f"score {label}" for label in order)])
        for name in ("validation", "test"):
            part = parts[name]
            heard = part.heard
            rows = (
                scores
                for number, values in enumerate(part.batches(BATCH))
                for scores in invoke(values, heard[number * BATCH : (number + 1) * BATCH])
            )
            for index, scores in enumerate(rows):
                keys = (part.recording[index], part.start[index], part.group[index])
                label = order[part.target[index]]
                values = (f"{score:.7g}" for score in scores)
                writer.writerow([name, *keys, part.origin[index], label, *values])
            count += len(part.target)
    print(f"{count} windows scored by {runtime}", file=sys.stderr)
