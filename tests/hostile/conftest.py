"""A tiny experiment that has gone all the way, by the public commands."""

import json
import os
import shutil

import numpy as np
import pytest
import soundfile

from hostile.commands import ROOT, contents, wav2nano_says

RATE = 16000
LABELS = json.dumps(["low", "high"])
BOARD = "wav2nano:nrf52:nano33ble"
CHUNKING = json.dumps({"window_seconds": 0.2})
FEATURES = json.dumps({"kind": "logmel", "n_fft": 256, "hop": 160, "mel_bands": 8})
MODEL = json.dumps({"architecture": "dense", "units": [4]})
DATASET = {
    "name": "tones",
    "title": "Tones",
    "licence": "none",
    "recordings": "raw",
    "split": {"policy": "group"},
    "shards": 1,
}

# Of all but the thresholds.
CODE = [f"code/{name}.{end}" for name in ("model", "frontend_tables", "settings") for end in "ch"]

# Every step with its arguments, in the order of the workflow.
STEPS = {
    "pronounce-words": [
        *("--labels", '["low", "high"]', "--language", "en", "--pronunciations", "{}"),
        *("--voices", '{"espeak": "en-us+m1"}', "--out", "pronunciations.json"),
    ],
    "index-dataset": [
        *("--dataset", json.dumps(DATASET), "--known", "known.json", "--out", "index.csv"),
    ],
    "select-recordings": ["--tables", "index.csv", "--out", "manifest.csv"],
    "chunk-audio": [
        *("--recordings", "index.csv", "--shard", "own-000"),
        *("--settings", CHUNKING, "--out", "windows.h5"),
    ],
    "augment-windows": [
        *("--windows", "windows.h5", "--rate", str(RATE)),
        *("--settings", '{"copies": 1}', "--out", "augmented.h5"),
    ],
    "extract-features": [
        *("--windows", "windows.h5", "--rate", str(RATE)),
        *("--settings", FEATURES, "--out", "features.h5"),
    ],
    "split-dataset": [
        *("--manifest", "manifest.csv", "--labels", LABELS, "--settings", '{"policy": "group"}'),
        *("--chunking", CHUNKING, "--out", "split.csv"),
    ],
    "split-randomly": [
        *("--split", "split.csv", "--features", "features.h5", "--seed", "1"),
        *("--out", "random_split.csv"),
    ],
    "train-model": [
        *("--split", "split.csv", "--features", "features.h5", "--augmented", "--labels", LABELS),
        *("--embeddings", "--augmented-embeddings"),
        *("--chunking", CHUNKING, "--feature-settings", FEATURES, "--model-settings", MODEL),
        *("--settings", '{"epochs": 1}', "--model", "model.keras", "--history", "history.csv"),
        *("--preprocessing", "preprocessing.json", "--environment", "environment.json"),
    ],
    "quantize-model": [
        *("--model", "model.keras", "--preprocessing", "preprocessing.json"),
        *("--split", "split.csv", "--features", "features.h5", "--labels", LABELS),
        *("--model-settings", MODEL, "--settings", '{"calibration_windows": 10}'),
        *("--out", "model_int8.tflite", "--calibration", "calibration.csv"),
    ],
    "score-model": [
        *("--runtime", "litert", "--model", "model_int8.tflite"),
        *("--preprocessing", "preprocessing.json", "--split", "split.csv"),
        *("--features", "features.h5", "--labels", LABELS, "--out", "scores.csv"),
    ],
    "evaluate-model": [
        *("--float-scores", "scores.csv", "--litert-scores", "scores.csv"),
        *("--history", "history.csv", "--settings", '{"bootstrap": 100}'),
        *("--title", "tones", "--out", "evaluation"),
    ],
    "evaluate-folds": [
        *("--folds", '["1", "2"]', "--float-scores", "scores.csv", "scores.csv"),
        *("--litert-scores", "scores.csv", "scores.csv", "--settings", '{"bootstrap": 100}'),
        *("--title", "tones", "--out", "folds"),
    ],
    "evaluate-seeds": [
        *("--seeds", "[1, 2]", "--float-scores", "scores.csv", "scores.csv"),
        *("--litert-scores", "scores.csv", "scores.csv", "--answers", "windows"),
        *("--title", "tones", "--out", "seeds.json"),
    ],
    "generate-code": [
        *("--model", "model_int8.tflite", "--preprocessing", "preprocessing.json"),
        *("--listener", "{}", "--board", BOARD, "--title", "tones", "--out", "code"),
    ],
    "choose-thresholds": [
        *("--code", *CODE, "--preprocessing", "preprocessing.json", "--split", "split.csv"),
        *("--windows", "windows.h5", "--answers", "windows", "--settings", '{"hours": 0.01}'),
        *("--listener", '{"target_false_alarms_per_hour": 5}'),
        *("--libraries", str(ROOT / "firmware/libraries"), "--title", "tones"),
        *("--source", "code/thresholds.c", "--out", "evaluation/thresholds.json"),
    ],
    "evaluate-detection": [
        *("--code", *CODE, "code/thresholds.c", "--thresholds", "evaluation/thresholds.json"),
        *("--preprocessing", "preprocessing.json", "--split", "split.csv"),
        *("--windows", "windows.h5", "--evaluation", "{}", "--settings", '{"hours": 0.01}'),
        *("--libraries", str(ROOT / "firmware/libraries"), "--title", "tones"),
        *("--out", "evaluation"),
    ],
    "show-detection": [
        *("--detection", "evaluation/detection.json"),
        *("--false-reports", "evaluation/false_reports.h5"),
        *("--preprocessing", "preprocessing.json"),
        *("--data", '{"title": "Tones", "licence": "none"}', "--page", "detection.html"),
    ],
    "compile-firmware": [
        *("--sketch", str(ROOT / "firmware/sketches/listener"), "--code", *CODE),
        *("code/thresholds.c", "--data", "manifest.csv", "--config-hash", "0", "--code-hash", "0"),
        *("--board", BOARD, "--libraries", str(ROOT / "firmware/libraries"), "--out", "firmware"),
    ],
    "report-results": [
        *("--evaluation", "evaluation/evaluation.json", "--environment", "environment.json"),
        *("--model", "model_int8.tflite", "--preprocessing", "preprocessing.json"),
        *("--split", "split.csv", "--pronunciations", "pronunciations.json"),
        *("--target", BOARD, "--listener", "{}", "--policy", "group"),
        *("--answers", "windows", "--model-settings", MODEL),
        *("--detection", "evaluation/detection.json"),
        *("--settings", '{"experiment": "tones"}', "--data", json.dumps(DATASET)),
        *("--joined", "[]"),
        *("--licences", '{"Tones": "none"}'),
        *("--metrics", "metrics/tones.json", "--trained-on", "trained_on.json"),
        *("--pages", "report"),
    ],
    "show-examples": [
        *("--scores", "scores.csv", "--preprocessing", "preprocessing.json"),
        *("--split", "split.csv", "--windows", "windows.h5", "--features", "features.h5"),
        *("--labels", LABELS, "--data", '{"title": "Tones", "licence": "none"}'),
        *("--title", "tones", "--page", "examples.html", "--picture", "features.png"),
    ],
    "draw-network": ["--model", "model.keras", "--title", "tones", "--out", "network.png"],
    "compare-experiments": [
        *("--metrics", "metrics/tones.json", "--scores", "scores.csv"),
        *("--confusion", "evaluation/confusion.png"),
        *("--learning-curves", "evaluation/learning_curves.png"),
        *("--datasets", '["tones"]', "--answers", '["windows"]', "--originals", "{}"),
        *("--title", "t", "--table", "t.csv"),
        *("--plot", "t.png", "--page", "t.html"),
    ],
    "record-checksums": ["manifest.csv", "split.csv", "--out", "checksums.txt"],
}


def write_wav(path, hertz=300, noise=0):
    """Write a tone as long as a window, with noise."""
    random = np.random.default_rng(noise)
    times = np.arange(RATE // 5) / RATE
    samples = 0.3 * np.sin(2 * np.pi * hertz * times) + random.normal(0, 0.02, len(times))
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, RATE)


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """A folder with all that the steps make; tests leave it as it is."""
    if not shutil.which("arm-none-eabi-gcc"):
        pytest.skip("arm-none-eabi-gcc is not here")
    folder = tmp_path_factory.mktemp("built")
    for hertz, label in ((300, "low"), (2000, "high")):
        for take in range(18):
            write_wav(folder / "raw" / label / "abcdef"[take % 6] / f"{take // 6}.wav", hertz, take)
    for step, arguments in STEPS.items():
        said = wav2nano_says(step, *arguments, folder=folder)
        assert said.status == 0, said.text
    before = contents(folder)
    yield folder
    assert contents(folder) == before


@pytest.fixture
def copy(built, tmp_path):
    """A copy of that folder, to be damaged: files are to be replaced, and not written into."""
    shutil.copytree(built, tmp_path, copy_function=os.link, dirs_exist_ok=True)
    return tmp_path
