"""What jobs write is read as it was written, or refused in plain words, however it was damaged.

To add a file, add a line to `READ`; to add a way of damaging it, one to `DAMAGES`.
"""

import re
from pathlib import Path

import numpy as np
import pytest

from hostile.commands import CRASH, ROOT, assert_refuses, contents, wav2nano_says
from hostile.conftest import CODE, STEPS

# All of it takes the tiny experiment, which is built once.
pytestmark = pytest.mark.xdist_group("hostile")

COMMANDS = {
    **STEPS,
    "simulate-board": [
        *("--model", "model_int8.tflite", "--preprocessing", "preprocessing.json", "--code"),
        *CODE,
        "code/thresholds.c",
        *("--listener", "firmware/listener.bin", "--build", "firmware/listener.json"),
        *("--self-test", "firmware/listener.bin", "--windows", "windows.h5"),
        *("--split", "split.csv", "--settings", "{}", "--out", "board.json"),
        *("--libraries", str(ROOT / "firmware/libraries")),
    ],
    "summarize": ["."],
    "predict": ["raw/low/a/0.wav", "--experiment", "."],
    "predict --model c": ["raw/low/a/0.wav", "--experiment", "."],
    "predict --model float": ["raw/low/a/0.wav", "--experiment", "."],
    "simulate": [
        "firmware/listener.bin",
        "raw/low/a/0.wav",
        "--seconds",
        "0.01",
        "--elf",
        "firmware/listener.elf",
    ],
}

# Files that a command reads.
READ = {
    "chunk-audio": ["index.csv", "raw/low/a/0.wav"],
    "select-recordings": ["index.csv"],
    "augment-windows": ["windows.h5"],
    "extract-features": ["windows.h5"],
    "split-dataset": ["manifest.csv"],
    "split-randomly": ["split.csv", "features.h5"],
    "train-model": ["split.csv", "features.h5"],
    "quantize-model": ["model.keras", "preprocessing.json", "split.csv", "features.h5"],
    "score-model": ["model_int8.tflite", "preprocessing.json", "split.csv", "features.h5"],
    "evaluate-model": ["scores.csv", "history.csv"],
    "evaluate-folds": ["scores.csv"],
    "evaluate-seeds": ["scores.csv"],
    "generate-code": ["model_int8.tflite", "preprocessing.json"],
    "choose-thresholds": ["preprocessing.json", "split.csv", "windows.h5"],
    "evaluate-detection": [
        *("preprocessing.json", "split.csv", "windows.h5", "evaluation/thresholds.json"),
    ],
    "show-detection": [
        *("evaluation/detection.json", "evaluation/false_reports.h5", "preprocessing.json"),
    ],
    "simulate-board": [
        *("preprocessing.json", "split.csv", "windows.h5", "firmware/listener.bin"),
        "firmware/listener.json",
    ],
    "report-results": [
        *("evaluation/evaluation.json", "environment.json", "model_int8.tflite"),
        *("preprocessing.json", "split.csv", "evaluation/detection.json", "pronunciations.json"),
    ],
    "show-examples": ["scores.csv", "preprocessing.json", "split.csv", "windows.h5", "features.h5"],
    "draw-network": ["model.keras"],
    "compare-experiments": ["metrics/tones.json", "scores.csv", "evaluation/confusion.png"],
    "summarize": [
        *("evaluation/evaluation.json", "evaluation/detection.json", "environment.json"),
    ],
    "predict": ["preprocessing.json", "model_int8.tflite", "raw/low/a/0.wav"],
    "predict --model c": ["model_int8.tflite"],
    "predict --model float": ["model.keras"],
    "simulate": ["firmware/listener.bin", "firmware/listener.elf", "raw/low/a/0.wav"],
}


# What leaves nothing to be read.
RUINS = {
    "missing": lambda path: None,
    "a folder": Path.mkdir,
    "empty": lambda path: path.write_bytes(b""),
    "noise": lambda path: path.write_bytes(np.random.default_rng(1).bytes(3000)),
    "garbage": lambda path: path.write_bytes(b"garbage\n1,2,3\n"),
}
# What is said then.
SAID = {
    "missing": "(cannot be read: )?No such file or directory|does not exist",
    "a folder": "(cannot be read: )?Is a directory|is no file: a folder|is a folder",
    # This names something else than the file.
    "predict preprocessing.json missing": "has no trained model. Train one: snakemake",
}
REMADE = r"is damaged or not of this version \(.*\). Delete it, and the next run makes it again"
# What is said of the others, and what to do.
RUINED = {
    ".csv": REMADE,
    ".png": REMADE,
    ".h5": REMADE,
    ".keras": REMADE,
    ".json": r"cannot be read as JSON \(.*\). If a job made it, delete it: the next run",
    ".tflite": "is not a (TFLite model .*Quantise|.tflite model: .*Convert) the model again",
    ".wav": r"cannot be decoded \(.*\). Record it again|is empty \(0 bytes\). Remove it",
    ".bin": r"is too short \(.* bytes\) to be a program|.* Give the .bin file of a sketch",
    ".elf": "is not an ELF file for ARM",
}
# What is left of a file; some of it may still be read.
BINARY = {
    "a half": lambda content: content[: len(content) // 2],
    "a byte less": lambda content: content[:-1],
    "zeros": lambda content: bytes(len(content)),
}
TABLE = {
    "a half": lambda content: content[: len(content) // 2],
    "columns": lambda content: b"\n".join(line.rsplit(b",", 1)[0] for line in content.splitlines()),
    "cells": lambda content: content.replace(b"0.", b"x.").replace(b"1", b"one"),
    "infinite": lambda content: content.replace(b"0.", b"1e999"),
    "no rows": lambda content: content[: content.index(b"\n")],
    "JSON": lambda content: b'{"a": [1]}',
}
JSON = {
    "a half": lambda content: content[: len(content) // 2],
    "an object": lambda content: b'{"a": [1]}',
    "a list": lambda content: b"[1, 2]",
    "null": lambda content: b"null",
    "deep": lambda content: b"[" * 100_000,
    "infinite": lambda content: content.replace(b"0.", b"1e999"),
    "text": lambda content: content.replace(b"0.", b'"').replace(b": 1", b': "1"'),
}
DAMAGES = {".csv": TABLE, ".json": JSON}


def cases(ways):
    """Every file in every way, for which `ways` chooses by its suffix."""
    return [
        pytest.param(command, path, way, id=f"{command} {path} {way}")
        for command, paths in READ.items()
        for path in paths
        for way in ways(Path(path).suffix)
    ]


def words(command):
    name, *options = command.split()
    return [name, *COMMANDS[command], *options]


@pytest.mark.parametrize(("command", "path", "ruin"), cases(lambda suffix: RUINS))
def test_ruined(copy, command, path, ruin):
    ruined = copy / path
    ruined.unlink()
    RUINS[ruin](ruined)
    about = SAID.get(ruin, RUINED[ruined.suffix])
    message = re.compile(SAID.get(f"{command} {path} {ruin}", f"{re.escape(path)}:? ({about})"))
    assert_refuses(wav2nano_says, *words(command), folder=copy, message=message)


@pytest.mark.parametrize(
    ("command", "path", "damage"), cases(lambda suffix: DAMAGES.get(suffix, BINARY))
)
def test_damaged(copy, command, path, damage):
    change = DAMAGES.get(Path(path).suffix, BINARY)[damage]
    damaged = copy / path
    content = damaged.read_bytes()
    damaged.unlink()
    damaged.write_bytes(change(content))
    before = contents(copy)
    said = wav2nano_says(*words(command), folder=copy)
    assert not CRASH.search(said.text), said.text
    assert said.status in (0, 1), said
    assert said.status == 0 or contents(copy) == before
