"""Windows of long recordings that are divided by time."""

import numpy as np
import pytest
import soundfile

from wav2nano.dataset.chunk import chunk_audio
from wav2nano.dataset.manifest import Row
from wav2nano.dataset.split import PARTS, split_dataset, write_split
from wav2nano.errors import UserError
from wav2nano.features.extract import extract_features
from wav2nano.firmware.track import load_test_windows
from wav2nano.training.windows import load_windows

RATE, SECONDS = 16000, 40
CHUNKING = {"rate": RATE, "window_seconds": 1.0, "hop_seconds": 0.25, "long": "slide"}
FEATURES = {"kind": "logmel", "n_fft": 512, "hop": 320, "mel_bands": 10}
FEATURES |= {"f_min": 50.0, "f_max": 7600.0, "floor_db": -70.0}
SPLIT = {"policy": "time", "validation": 0.2, "test": 0.2, "seed": 1}


def build(folder, silent_from=SECONDS):
    """Files of windows, of features, and the split of two long recordings."""
    rows = []
    for seed, label in enumerate(["ambulance", "fire_truck"]):
        samples = np.random.default_rng(seed).normal(0, 0.1, RATE * SECONDS)
        samples[RATE * silent_from :] = 0
        path = folder / f"{label}.wav"
        soundfile.write(path, samples, RATE)
        row = Row(path.name, str(path), label, label, "", "own", SECONDS, RATE, 1, label, "own-000")
        rows.append(row)
    chunk_audio(rows, CHUNKING, folder / "chunks.h5")
    extract_features(folder / "chunks.h5", RATE, FEATURES, folder / "features.h5")
    write_split(folder / "split.csv", split_dataset(rows, None, SPLIT, CHUNKING))
    return folder / "chunks.h5", folder / "features.h5", folder / "split.csv"


def test_windows_keep_to_their_blocks(tmp_path):
    chunks, features, split = build(tmp_path)
    labels, parts = load_windows([features], split, None)
    assert labels == ["ambulance", "fire_truck"]
    for label in labels:
        heard = {
            name: np.unique(
                (part.start[part.recording == f"{label}.wav"][:, None] + np.arange(RATE)).ravel()
            )
            for name, part in parts.items()
        }
        assert list(heard) == list(PARTS)
        for earlier, later in (("train", "validation"), ("validation", "test")):
            assert heard[later].min() - heard[earlier].max() > RATE
    # The board hears the test windows, all of them and no others.
    names, _, audio = load_test_windows([chunks], split, rate=RATE)
    assert names == parts["test"].recording.tolist()
    assert audio.shape == (len(parts["test"].target), RATE)


def test_a_block_without_windows_is_told(tmp_path):
    _, features, split = build(tmp_path, silent_from=30)
    with pytest.raises(UserError, match="test has no window of ambulance"):
        load_windows([features], split, None)
