"""No audio is on two sides, and every label is on all."""

import dataclasses
import itertools

import numpy as np
import pytest

from wav2nano.dataset.split_dataset import assign_parts, audit_split, split_dataset
from wav2nano.errors import UserError
from wav2nano.settings.chunking import ChunkingSettings
from wav2nano.settings.split import SplitPlan
from wav2nano.tables.recordings import Recording, write_recordings
from wav2nano.tables.split import (
    PARTS,
    SplitRow,
    order_labels,
    read_split,
    rows_of_windows,
    write_split,
)

SETTINGS = SplitPlan(policy="group", validation=0.2, test=0.2)
CHUNKING = ChunkingSettings(hop_seconds=0.5)
BY_RECORDING = SETTINGS.model_copy(update={"policy": "recording"})


def rows_of(labels, groups, each=3, origin="own"):
    return [
        Recording(
            id=f"{label}/{group}/{i}",
            path="x.wav",
            label=label,
            group=group,
            fold="",
            origin=origin,
            seconds=1.0,
            rate=16000,
            channels=1,
            samples_sha256=f"{label}/{group}/{i}/{origin}",
            shard="own-000",
        )
        for label, group, i in itertools.product(labels, groups, range(each))
    ]


def parts_of(split):
    return {part: {row.group for row in split if row.part == part} for part in PARTS}


@pytest.mark.parametrize("seed", range(5))
def test_groups_stay_whole_and_labels_are_everywhere(seed):
    rows = rows_of(["yes", "no", "_silence_"], [f"speaker {i}" for i in range(12)])
    rows += rows_of(["rare"], ["speaker 0", "speaker 4", "speaker 7"])
    split = assign_parts(rows, None, SETTINGS.model_copy(update={"seed": seed}), CHUNKING)
    parts = parts_of(split)
    assert not parts["train"] & parts["validation"]
    assert not parts["test"] & (parts["train"] | parts["validation"])
    for part in PARTS:
        assert {row.label for row in split if row.part == part} == {r.label for r in rows}
    share = sum(row.part == "test" for row in split) / len(split)
    assert 0.1 < share < 0.35


@pytest.mark.parametrize("seed", range(5))
def test_recorded_speakers_are_in_all_parts(seed):
    rows = rows_of(["yes", "no"], [f"v{i}" for i in range(30)], each=10, origin="flite")
    rows += rows_of(["yes", "no"], ["ann", "bob", "eve"])
    settings = SETTINGS.model_copy(update={"seed": seed})
    split = assign_parts(rows, None, settings, CHUNKING)
    assert {row.part for row in split if row.origin == "own"} == set(PARTS)


def test_a_voice_of_a_person_is_tested():
    rows = rows_of(["yes", "no"], [f"e{i}" for i in range(40)], origin="espeak")
    rows += rows_of(["yes", "no"], ["slt", "rms", "awb", "kal", "ked"], each=20, origin="flite")
    split = assign_parts(rows, None, SETTINGS, CHUNKING)
    for part in PARTS:
        assert {row.origin for row in split if row.part == part} == {"espeak", "flite"}


def test_the_same_seed_gives_the_same_split():
    rows = rows_of(["yes", "no"], [str(i) for i in range(10)])
    first, again = (assign_parts(rows, None, SETTINGS, CHUNKING) for _ in range(2))
    assert first == again


def test_one_class_is_refused():
    with pytest.raises(UserError, match="only one class, yes"):
        assign_parts(rows_of(["yes"], ["a", "b", "c"]), None, SETTINGS, CHUNKING)


def test_a_class_with_one_voice_is_refused_with_the_way_out():
    rows = rows_of(["yes", "no"], ["a", "b", "c"]) + rows_of(["maybe"], ["a"])
    with pytest.raises(UserError, match=r"maybe has recordings of 1 group.*split\.policy"):
        assign_parts(rows, None, SETTINGS, CHUNKING)
    split = assign_parts(rows, None, BY_RECORDING, CHUNKING)
    assert {row.part for row in split if row.label == "maybe"} == set(PARTS)


def test_a_label_without_recordings_is_named():
    with pytest.raises(UserError, match="no recording of: maybe"):
        assign_parts(rows_of(["yes", "no"], "abc"), ["yes", "maybe"], SETTINGS, CHUNKING)


def test_labels_that_never_meet_in_a_split_are_refused():
    # Three speakers, each of one label only: no split by speakers has all labels in all parts.
    rows = [row for label in "abc" for row in rows_of([label], [f"{label}{i}" for i in range(3)])]
    split = assign_parts(rows, None, SETTINGS, CHUNKING)
    assert {row.part for row in split} == set(PARTS)


def test_labels_have_one_order_everywhere():
    found = {"b", "a", "_silence_", "_unknown_"}
    assert order_labels(found, None) == ["a", "b", "_unknown_", "_silence_"]
    assert order_labels(found, ["b", "a"]) == ["b", "a", "_unknown_", "_silence_"]


def test_split_comes_back(tmp_path):
    rows = rows_of(['quote "x", y', "no"], ["ä", "b", "c"])
    write_recordings(tmp_path / "manifest.csv", rows)
    split_dataset(
        manifest=tmp_path / "manifest.csv",
        labels=None,
        settings=SETTINGS,
        chunking=CHUNKING,
        out=tmp_path / "split.csv",
    )
    assert read_split(tmp_path / "split.csv") == assign_parts(rows, None, SETTINGS, CHUNKING)


OFFICIAL = SETTINGS.model_copy(
    update={"policy": "official", "folds": {"validation": ["9"], "test": ["10"]}}
)


def rows_in_folds(labels=("siren", "dog"), folds=("1", "2", "9", "10")):
    return [
        dataclasses.replace(
            row, id=f"{fold}/{row.id}", samples_sha256=f"{fold}/{row.id}", fold=fold
        )
        for fold in folds
        for row in rows_of(labels, [f"source {fold}"])
    ]


def test_official_folds_are_kept():
    split = assign_parts(rows_in_folds(), None, OFFICIAL, CHUNKING)
    part_of = {"1": "train", "2": "train", "9": "validation", "10": "test"}
    assert [row.part for row in split] == [part_of[row.recording.split("/")[0]] for row in split]


def test_groups_that_official_folds_tear_are_told(capsys):
    rows = [dataclasses.replace(row, group="one source") for row in rows_in_folds()]
    assign_parts(rows, None, OFFICIAL, CHUNKING)
    assert "1 of 1 groups" in capsys.readouterr().err


def test_a_fold_that_is_not_there_is_named():
    with pytest.raises(UserError, match=r"no fold 10.*1, 2, 9"):
        assign_parts(rows_in_folds(folds=("1", "2", "9")), None, OFFICIAL, CHUNKING)


def test_a_label_that_official_folds_never_test_is_named():
    rows = [row for row in rows_in_folds() if (row.label, row.fold) != ("dog", "10")]
    with pytest.raises(UserError, match="no recording of dog for test"):
        assign_parts(rows, None, OFFICIAL, CHUNKING)


def test_recordings_without_an_official_fold_are_named():
    with pytest.raises(UserError, match="no official fold"):
        assign_parts(rows_of(["a", "b"], ["c"]), None, OFFICIAL, CHUNKING)


def test_synthetic_recordings_join_official_folds_by_voice():
    voices = [f"voice {i}" for i in range(12)]
    rows = rows_in_folds() + rows_of(["_silence_"], voices, origin="espeak")
    split = assign_parts(rows, None, OFFICIAL, CHUNKING)
    parts = parts_of([row for row in split if row.label == "_silence_"])
    assert all(parts.values())
    assert not set.intersection(*parts.values())


def test_chosen_groups_test_and_of_the_others_some_validate():
    rows = rows_of(["yes", "no"], "abcdef") + rows_of(["_silence_"], "uvwxyz", origin="noise")
    settings = SETTINGS.model_copy(update={"test_groups": ["b", "f"]})
    split = assign_parts(rows, None, settings, CHUNKING)
    own = parts_of([row for row in split if row.origin == "own"])
    assert own["test"] == {"b", "f"}
    assert len(own["validation"]) == 1  # a fifth of six, as if the test were not chosen
    assert own["train"] | own["validation"] == set("acde")
    assert not own["train"] & own["validation"]
    # What is synthesised is split as ever.
    noise = parts_of([row for row in split if row.origin == "noise"])
    assert all(noise.values())
    assert not set.intersection(*noise.values())


@pytest.mark.parametrize("changes", [{}, {"test_groups": ["b", "f"]}, {"policy": "recording"}])
def test_synthetic_recordings_may_only_train(changes):
    rows = rows_of(["yes", "no"], "abcdef") + rows_of(["yes", "no"], "uvwxyz", origin="espeak")
    settings = SETTINGS.model_copy(update={"synthetic": "train", **changes})
    split = assign_parts(rows, None, settings, CHUNKING)
    assert {row.part for row in split if row.origin == "espeak"} == {"train"}
    own = [row for row in split if row.origin == "own"]
    assert len(own) == len(split) / 2
    # Own recordings are split as if they were alone.
    assert own == assign_parts(rows[: len(own)], None, settings, CHUNKING)


def test_without_a_fold_for_validation_whole_groups_of_the_others_validate():
    rows = [
        dataclasses.replace(row, fold=fold, id=f"{fold}/{row.id}", samples_sha256=f"{fold}{row.id}")
        for fold in "AB"
        for row in rows_of(["siren", "dog"], [f"{fold}{i}" for i in range(4)])
    ]
    settings = OFFICIAL.model_copy(update={"folds": {"test": ["B"]}})
    parts = parts_of(assign_parts(rows, None, settings, CHUNKING))
    assert parts["test"] == {"B0", "B1", "B2", "B3"}
    assert parts["train"] | parts["validation"] == {"A0", "A1", "A2", "A3"}
    assert parts["train"]
    assert parts["validation"]
    assert not parts["train"] & parts["validation"]


def test_one_group_left_cannot_train_and_validate():
    settings = SETTINGS.model_copy(update={"test_groups": ["b"]})
    with pytest.raises(UserError, match="too few to train and validate on different ones"):
        assign_parts(rows_of(["yes", "no"], "ab"), None, settings, CHUNKING)


SLIDE = CHUNKING.model_copy(update={"long": "slide"})
TIME = SETTINGS.model_copy(update={"policy": "time"})


def long_rows(seconds, labels=("ambulance", "fire truck")):
    return [
        dataclasses.replace(row, seconds=seconds)
        for label in labels
        for row in rows_of([label], ["its own"], each=1)
    ]


@pytest.mark.parametrize("hop", [0.01, 0.5, 1.0, 3.7])
@pytest.mark.parametrize("window", [0.3, 1.0, 2.0])
@pytest.mark.parametrize("seconds", [60.0, 1380.123457])
def test_no_moment_of_a_long_recording_is_on_two_sides(seconds, window, hop):
    chunking = SLIDE.model_copy(update={"window_seconds": window, "hop_seconds": hop})
    split = assign_parts(long_rows(seconds), None, TIME, chunking)
    rate, samples = 16000, round(16000 * window)
    start = np.arange(0, round(seconds * rate) - samples + 1, round(hop * rate))
    found = rows_of_windows(
        split, ["ambulance/its own/0"] * len(start), start, rate=rate, samples=samples
    )
    edges = []
    for part in PARTS:
        firsts = [
            int(first) for row, first in zip(found, start, strict=True) if row and row.part == part
        ]
        edges.append((min(firsts), max(firsts) + samples))
    # A gap of a window is between the parts.
    assert all(later[0] - before[1] >= samples for before, later in itertools.pairwise(edges))


def test_time_needs_sliding_windows():
    with pytest.raises(UserError, match="long: slide"):
        assign_parts(long_rows(60.0), None, TIME, CHUNKING)


def test_a_recording_too_short_to_divide_is_named():
    with pytest.raises(UserError, match=r"x\.wav lasts 6 s.*9\.5 s"):
        assign_parts(long_rows(6.0), None, TIME, SLIDE)
    assign_parts(long_rows(9.5), None, TIME, SLIDE)


def test_blocks_come_back(tmp_path):
    split = assign_parts(long_rows(60.0), None, TIME, SLIDE)
    write_split(tmp_path / "split.csv", split)
    assert read_split(tmp_path / "split.csv") == split
    assert split[0].from_seconds == 0.0


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ((None, None), (None, None), True),
        ((None, None), (3.0, 4.0), True),
        ((1.0, 3.0), (2.9, 4.0), True),
        ((1.0, 3.0), (3.0, 4.0), False),
    ],
)
def test_audio_in_two_parts_fails(one, other, shared):
    rows = [dataclasses.replace(row, samples_sha256="same") for row in rows_of("ab", "g", each=1)]
    split = [
        SplitRow(row.id, row.label, row.group, row.origin, part, *block)
        for row, part, block in zip(rows, ("train", "test"), (one, other), strict=True)
    ]
    if shared:
        with pytest.raises(UserError, match=r"a/g/0 in train and b/g/0 in test"):
            audit_split(rows, split)
    else:
        audit_split(rows, split)


def test_the_split_is_audited():
    rows = [dataclasses.replace(row, samples_sha256="same") for row in rows_of(["a", "b"], "cde")]
    with pytest.raises(UserError, match="audio in common"):
        assign_parts(rows, None, SETTINGS, CHUNKING)
