"""A random split has the honest one's sizes, and tears what that keeps whole."""

from collections import Counter
from dataclasses import replace

import h5py
import numpy as np
import pytest

from wav2nano.dataset.split_randomly import split_randomly
from wav2nano.tables.features import read_features
from wav2nano.tables.split import (
    PARTS,
    SplitRow,
    read_split,
    rows_of_windows,
    share_with_training,
    write_split,
)

RATE, SAMPLES = 22_050, 11_025
HOPS = (0, 1102, 2205, 3307, 4410)  # some are no whole number of microseconds


@pytest.fixture
def made(tmp_path):
    """An honest split, and a file of features with five windows of each long recording."""
    part_of = dict(zip("abcdef", ("train",) * 3 + ("validation", "test", "test"), strict=True))
    split = [
        SplitRow(f"{label}/{group}/{take}", label, f"own/{group}", "own", part)
        for label in ("yes", "no")
        for group, part in part_of.items()
        for take in range(3)
    ]
    write_split(tmp_path / "split.csv", split)
    keys = [
        (row.recording, start)
        for row in split
        # The first of each is short: padded on both sides.
        for start in (HOPS if not row.recording.endswith("0") else (-200,))
    ]
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["features"] = np.zeros((len(keys), 2, 3), np.float32)
        file["start"] = np.array([start for _, start in keys])
        file.create_dataset("recording", data=[n for n, _ in keys], dtype=h5py.string_dtype())
        file.attrs["rate"], file.attrs["samples"] = RATE, SAMPLES
    return tmp_path


def shuffled(folder, seed=1):
    out = folder / "random.csv"
    features = [folder / "x.h5"]
    split_randomly(split=folder / "split.csv", features=features, seed=seed, out=out)
    return read_split(out)


def windows_by_part(folder, split):
    windows = read_features([folder / "x.h5"])
    rows = rows_of_windows(split, windows.recording, windows.start, rate=RATE, samples=SAMPLES)
    return rows, Counter((row.label, row.part) for row in rows)


def test_each_part_has_as_many_windows_of_each_label_as_before(made):
    honest, random = read_split(made / "split.csv"), shuffled(made)
    before, counts = windows_by_part(made, honest)
    after, same = windows_by_part(made, random)
    assert counts == same
    assert {(row.recording, row.label, row.group) for row in before} == {
        (row.recording, row.label, row.group) for row in after
    }
    # Each window has a row of its own.
    assert sorted(map(repr, after)) == sorted(map(repr, random))


def test_it_shares_audio_and_speakers_where_the_honest_split_does_not(made, capsys):
    assert share_with_training(read_split(made / "split.csv")) == (0, 0)
    audio, groups = share_with_training(shuffled(made))
    assert audio > 0.5
    assert groups == 1
    said = capsys.readouterr().err
    assert f"{audio:.0%} of the test windows share audio with training, and 100% are of" in said


def test_the_seed_decides(made):
    assert shuffled(made) == shuffled(made)
    assert shuffled(made) != shuffled(made, seed=2)
    assert {row.part for row in shuffled(made)} == set(PARTS)


def test_what_only_trains_stays_there(made):
    """Synthetic recordings that join real ones are not what a test on real ones is about."""
    split = read_split(made / "split.csv")
    spoken = [replace(row, origin="espeak") if row.group == "own/a" else row for row in split]
    write_split(made / "split.csv", spoken)
    after = shuffled(made)
    assert {row.part for row in after if row.origin == "espeak"} == {"train"}
    assert {row.part for row in after if row.origin == "own"} == set(PARTS)
