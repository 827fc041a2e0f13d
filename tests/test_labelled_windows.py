"""Windows of long recordings that are divided by time."""

import numpy as np
import pytest

from wav2nano.dataset.extract_features import extract_features
from wav2nano.errors import UserError
from wav2nano.features import KINDS
from wav2nano.labelled_windows import load_windows
from wav2nano.tables.split import PARTS, SplitRow, write_split
from wav2nano.tables.windows import AudioWindows, write_windows
from wav2nano.tracks import load_sounds

RATE, SECONDS, HOP = 16000, 40, 4000
LABELS = ["ambulance", "fire_truck"]
BLOCKS = {"train": (0.0, 22.0), "validation": (23.5, 30.0), "test": (31.5, 40.0)}


def build(folder, heard=SECONDS):
    """Files of windows, of features, and the split of two long recordings."""
    random = np.random.default_rng(0)
    start = np.arange(0, heard * RATE - RATE + 1, HOP)
    audio = random.normal(0, 3000, (2 * len(start), RATE)).astype(np.int16)
    recording = [f"{label}.wav" for label in LABELS for _ in start]
    label = [label for label in LABELS for _ in start]
    windows = AudioWindows(audio, recording, label, np.tile(start, 2))
    write_windows(folder / "windows.h5", windows, {"rate": RATE})
    extract_features(
        windows=folder / "windows.h5",
        rate=RATE,
        settings=KINDS["logmel"].Settings(mel_bands=10),
        out=folder / "features.h5",
    )
    split = [
        SplitRow(f"{label}.wav", label, label, "own", part, *block)
        for label in LABELS
        for part, block in BLOCKS.items()
    ]
    write_split(folder / "split.csv", split)
    return folder / "windows.h5", folder / "features.h5", folder / "split.csv"


def test_windows_keep_to_their_blocks(tmp_path):
    windows, features, split = build(tmp_path)
    labels, parts = load_windows([features], split, None)
    assert labels == LABELS
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
    names, _, _, audio = load_sounds([windows], split, "test", rate=RATE)
    assert names == parts["test"].recording.tolist()
    assert audio.shape == (len(parts["test"].target), RATE)


def test_a_block_without_windows_is_told(tmp_path):
    _, features, split = build(tmp_path, heard=30)
    with pytest.raises(UserError, match="test has no window of ambulance"):
        load_windows([features], split, None)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (",test,", ",tset,", r"split\.csv is damaged.*'tset' is no part"),
        (",own,test,31.5,40.0", "", "is damaged.*another number of cells"),
        (",ambulance,", ",ambulant,", "the label ambulant, which is not asked for"),
    ],
)
def test_a_damaged_split_is_told(tmp_path, old, new, words):
    _, features, split = build(tmp_path)
    split.write_text(split.read_text().replace(old, new, 1))
    with pytest.raises(UserError, match=words):
        load_windows([features], split, LABELS)
