"""What jobs write is read as it was written, or refused in plain words, however it was damaged."""

from contextlib import suppress

import numpy as np
import pytest

from wav2nano.errors import UserError
from wav2nano.evaluation.evaluate_model import HISTORY, _read_history
from wav2nano.features import KINDS
from wav2nano.files import write_csv, write_json
from wav2nano.hashes import read_checksums, write_checksums
from wav2nano.hdf5 import write_hdf5
from wav2nano.keras_runtime import load_model
from wav2nano.litert import LiteRtModel
from wav2nano.report.compare_experiments import compare_experiments
from wav2nano.settings.chunking import ChunkingSettings
from wav2nano.tables.features import read_features
from wav2nano.tables.preprocessing import Preprocessing, read_preprocessing, write_preprocessing
from wav2nano.tables.recordings import Recording, read_recordings, write_recordings
from wav2nano.tables.scores import KEYS, read_scores
from wav2nano.tables.split import SplitRow, read_split, write_split

RECORDING = Recording("a", "a.wav", "yes", "ann", "", "own", 1.0, 16000, 1, "0" * 64, "own-000")
ROW = SplitRow("a", "b", "c", "d", "test")
METRICS = {"int8_macro_f1": 0.5, "int8_accuracy": 0.5}
PREPROCESSING = Preprocessing(
    labels=["yes"],
    chunking=ChunkingSettings(),
    features=KINDS["mfcc"].Settings(),
    mean=[0.5] * 13,
    std=[1.5] * 13,
)


def write_features(path):
    with write_hdf5(path) as file:
        file["features"] = np.zeros((2, 49, 13), np.float32)
        file["recording"] = ["a", "b"]
        file["start"] = [0, 0]
        file.attrs["rate"], file.attrs["samples"] = 16000, 16000


def write_history(path):
    write_csv(path, HISTORY, [[1, 0.5, 0.5, 0.5, 0.5, 1]])


def write_scores(path):
    rows = [["test", "a", 0, "ann", "own", "yes", 0.75, 0.25]]
    write_csv(path, [*KEYS, "score yes", "score no"], rows)


def compare(path):
    folder = path.parent
    compare_experiments(
        metrics=[path],
        title="t",
        table=folder / "t.csv",
        plot=folder / "t.png",
        page=folder / "t.html",
    )


def take_all(path):
    found = read_features([path])
    return found.take(np.arange(len(found.row)))


FILES = {
    "manifest.csv": (lambda path: write_recordings(path, [RECORDING] * 3), read_recordings),
    "split.csv": (
        lambda path: write_split(path, [SplitRow("a", "b", "c", "d", "test")]),
        read_split,
    ),
    "scores.csv": (write_scores, read_scores),
    "history.csv": (write_history, _read_history),
    "preprocessing.json": (
        lambda path: write_preprocessing(path, PREPROCESSING),
        read_preprocessing,
    ),
    "metrics.json": (
        lambda p: write_json(p, {"int8_macro_f1": 0.5, "int8_accuracy": 0.5}),
        compare,
    ),
    "checksums.txt": (lambda path: write_checksums([__file__], path), read_checksums),
    "features.h5": (write_features, take_all),
    "model.keras": (lambda path: path.write_bytes(b"PK"), load_model),
    "model.tflite": (lambda path: path.write_bytes(b"\x1c\0\0\0TFL3"), LiteRtModel),
}
# What is left of a file; some of it may still be read.
DAMAGES = {
    "empty": lambda content: b"",
    "a half": lambda content: content[: len(content) // 2],
    "a byte less": lambda content: content[:-1],
    "noise": lambda content: np.random.default_rng(1).bytes(3000),
    "zeros": lambda content: bytes(len(content)),
    "garbage": lambda content: b"garbage\n1,2,3\n",
    "an object": lambda content: b'{"a": [1]}',
    "a list": lambda content: b"[1, 2]",
    "null": lambda content: b"null",
    "deep": lambda content: b"[" * 100_000,
    "columns": lambda content: b"\n".join(line.rsplit(b",", 1)[0] for line in content.splitlines()),
    "cells": lambda content: content.replace(b"0.5", b"x.5").replace(b"1", b"one"),
    "infinite": lambda content: content.replace(b"0.5", b"1e999"),
    "twice": lambda content: content + content,
}
MUST_BE_REFUSED = {"noise", "garbage"}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_refused_in_plain_words(tmp_path, name, damage):
    write, read = FILES[name]
    path = tmp_path / name
    write(path)
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    if damage in MUST_BE_REFUSED:
        with pytest.raises(UserError, match=name):
            read(path)
    else:
        with suppress(UserError):
            read(path)


@pytest.mark.parametrize("name", [name for name in FILES if not name.startswith("model.")])
def test_what_is_whole_is_read(tmp_path, name):
    write, read = FILES[name]
    write(tmp_path / name)
    read(tmp_path / name)
