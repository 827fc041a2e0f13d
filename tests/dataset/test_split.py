"""No group is on two sides, and every label is on all."""

import itertools

import pytest

from wav2nano.dataset.manifest import Row
from wav2nano.dataset.split import PARTS, order_labels, read_split, split_dataset, write_split
from wav2nano.errors import UserError

SETTINGS = {"policy": "group", "validation": 0.2, "test": 0.2, "seed": 1}


def rows_of(labels, groups, each=3, origin="own"):
    return [
        Row(f"{label}/{group}/{i}", "x.wav", label, group, origin, 1.0, 16000, 1, "0", "own-000")
        for label, group, i in itertools.product(labels, groups, range(each))
    ]


def parts_of(split):
    return {part: {row.group for row in split if row.part == part} for part in PARTS}


@pytest.mark.parametrize("seed", range(5))
def test_groups_stay_whole_and_labels_are_everywhere(seed):
    rows = rows_of(["yes", "no", "_silence_"], [f"speaker {i}" for i in range(12)])
    rows += rows_of(["rare"], ["speaker 0", "speaker 4", "speaker 7"])
    split = split_dataset(rows, None, SETTINGS | {"seed": seed})
    parts = parts_of(split)
    assert not parts["train"] & parts["validation"]
    assert not parts["test"] & (parts["train"] | parts["validation"])
    for part in PARTS:
        assert {row.label for row in split if row.part == part} == {r.label for r in rows}
    share = sum(row.part == "test" for row in split) / len(split)
    assert 0.1 < share < 0.35


def test_a_voice_of_a_person_is_tested():
    rows = rows_of(["yes", "no"], [f"e{i}" for i in range(40)], origin="espeak")
    rows += rows_of(["yes", "no"], ["slt", "rms", "awb", "kal", "ked"], each=20, origin="flite")
    split = split_dataset(rows, None, SETTINGS)
    for part in PARTS:
        assert {row.origin for row in split if row.part == part} == {"espeak", "flite"}


def test_the_same_seed_gives_the_same_split():
    rows = rows_of(["yes", "no"], [str(i) for i in range(10)])
    assert split_dataset(rows, None, SETTINGS) == split_dataset(rows, None, SETTINGS)


def test_one_class_is_refused():
    with pytest.raises(UserError, match="one class only, yes"):
        split_dataset(rows_of(["yes"], ["a", "b", "c"]), None, SETTINGS)


def test_a_class_with_one_voice_is_refused_with_the_way_out():
    rows = rows_of(["yes", "no"], ["a", "b", "c"]) + rows_of(["maybe"], ["a"])
    with pytest.raises(UserError, match=r"maybe has recordings of 1 group.*split\.policy"):
        split_dataset(rows, None, SETTINGS)
    split = split_dataset(rows, None, SETTINGS | {"policy": "recording"})
    assert {row.part for row in split if row.label == "maybe"} == set(PARTS)


def test_a_word_without_recordings_is_named():
    with pytest.raises(UserError, match="no recording of: maybe"):
        split_dataset(rows_of(["yes", "no"], "abc"), ["yes", "maybe"], SETTINGS)


def test_labels_that_never_meet_in_a_split_are_refused():
    # Three speakers, each of one label only: no split by speakers has all labels in all parts.
    rows = [row for label in "abc" for row in rows_of([label], [f"{label}{i}" for i in range(3)])]
    split = split_dataset(rows, None, SETTINGS)
    assert {row.part for row in split} == set(PARTS)


def test_labels_have_one_order_everywhere():
    found = {"b", "a", "_silence_", "_unknown_"}
    assert order_labels(found, None) == ["a", "b", "_unknown_", "_silence_"]
    assert order_labels(found, ["b", "a"]) == ["b", "a", "_unknown_", "_silence_"]


def test_split_comes_back(tmp_path):
    split = split_dataset(rows_of(['quote "x", y', "no"], ["ä", "b", "c"]), None, SETTINGS)
    write_split(tmp_path / "split.csv", split)
    assert read_split(tmp_path / "split.csv") == split
