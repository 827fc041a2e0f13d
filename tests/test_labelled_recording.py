"""The table of a long recording, in all its forms, and what is wrong with it."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from wav2nano.errors import UserError
from wav2nano.labelled_recording import (
    check_recording,
    passed_over,
    read_recording,
    read_targets,
)
from wav2nano.tracks import Target, labelled_track

RATE = 16000
TABLE = "start,end,label,group\n7,7.5,b,eve\n1.25,2,a,adam\n3,4,door,\n"
AUDACITY = "1.25\t2\ta\n\\\t300\t4000\n3\t4\tdoor\n7\t7.5\tb\n"
COLUMNS = "start,end,label,group"
EXPECTED = [(1.25, 2.0, "a"), (7.0, 7.5, "b")]


@pytest.fixture
def write(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def test_a_table_and_audacitys_labels_say_the_same(write):
    table = read_targets(write("x.csv", TABLE), ["a", "b"])
    assert [one[:3] for one in table] == EXPECTED
    assert [one[3] for one in table] == ["adam", "eve"]
    # As spreadsheets export it, and as one types it.
    padded = "\ufeff" + TABLE.replace(",", " , ").replace("start , end , label , group", COLUMNS)
    assert read_targets(write("y.csv", padded), ["a", "b"]) == table
    labels = read_targets(write("x.TXT", "\ufeff" + AUDACITY), ["a", "b"])
    assert [one[:3] for one in labels] == EXPECTED
    assert len({one[3] for one in labels}) == 2


@pytest.mark.parametrize(("name", "text"), [("x.csv", TABLE), ("x.txt", AUDACITY)])
def test_labels_that_are_passed_over_are_known(write, name, text):
    path = write(name, text)
    assert passed_over(path, ["a", "b"]) == ["door"]
    assert passed_over(path, ["b"]) == ["a", "door"]
    assert passed_over(path, ["a", "b", "door", "never"]) == []


def test_a_test_of_mlperf_tiny_is_of_the_only_label(write):
    path = write("x.json", json.dumps([{"detection_windows": [[1.25, 2.0], [7, 7.5]]}]))
    assert [one[:3] for one in read_targets(path, ["a"])] == [(1.25, 2.0, "a"), (7.0, 7.5, "a")]
    with pytest.raises(UserError, match="it is of one label, and 2 are reported"):
        read_targets(path, ["a", "b"])


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("x.csv", "start,end\n1,2\n", "there is no column 'label'"),
        ("x.csv", "", "it is empty"),
        ("x.csv", "start,end,label\n1,2\n", "row 1 has another number of cells"),
        ("x.csv", "start,end,label\none,2,a\n", "could not convert string to float: 'one'"),
        ("x.csv", "start,end,label\n2,2,a\n", "entry 1: a from 2 to 2 s should last 0.01 s"),
        ("x.csv", "start,end,label\n0,1,a\n-1,1,a\n", "entry 2: a from -1 to 1 s should last"),
        ("x.csv", "start,end,label\n1,nan,a\n", "entry 1: a from 1 to nan s should last"),
        ("x.csv", "start,end,label\nnan,1,a\n", "entry 1: a from nan to 1 s should last"),
        ("x.csv", "start,end,label\n1,inf,a\n", "entry 1: a from 1 to inf s should last"),
        ("x.csv", "start,end,label\n1,2,door\n", "none of the labels that are reported (a, b)"),
        (
            "x.csv",
            "start,end,label\n1,3,a\n2.5,4,b\n",
            "a from 1 s on has not ended where b begins, at 2.5 s",
        ),
        ("x.txt", "1\t2\n", "not enough values to unpack"),
        ("x.json", "{", "cannot be read as JSON"),
        ("x.json", '{"detection_windows": []}', "it is no list of one test"),
        ("x.json", '[{"detection_windows": [1]}]', "cannot be read"),
        ("x.xlsx", "", "is no table. Name a .csv"),
    ],
)
def test_what_is_wrong_is_said(write, name, text, message):
    labels = ["a"] if name == "x.json" else ["a", "b"]
    path = write(name, text)
    with pytest.raises(UserError) as error:
        read_targets(path, labels)
    assert message in str(error.value)
    assert str(path) in str(error.value)


def test_what_is_no_text_is_said(tmp_path):
    for name in ("x.csv", "x.txt", "x.json"):
        path = tmp_path / name
        path.write_bytes(b"\xff\xfe\x00")
        with pytest.raises(UserError, match="cannot be read"):
            read_targets(path, ["a"])


def test_a_recording_of_another_rate_has_its_targets_where_they_were(tmp_path, write):
    sound = np.zeros((8 * 44100, 2))
    sound[int(1.25 * 44100) : 2 * 44100] = np.random.default_rng(0).normal(0, 0.1, (33075, 2))
    audio = tmp_path / "evening.flac"
    soundfile.write(audio, sound, 44100)
    samples, targets = read_recording(audio, write("x.csv", TABLE), ["a", "b"], rate=RATE)
    assert [(one.label, one.group, one.start, one.end) for one in targets] == [
        ("a", "adam", 20000, 32000),
        ("b", "eve", 112000, 120000),
    ]
    loud = np.flatnonzero(np.abs(samples) > 300)
    assert (loud[0], loud[-1]) == pytest.approx((20000, 32000), abs=20)
    with pytest.raises(UserError, match=r"has a target until 8.5 s, and .* ends at 8 s"):
        read_recording(audio, write("y.csv", "start,end,label\n1,8.5,a\n"), ["a"], rate=RATE)


def test_a_target_may_last_to_the_last_sample(tmp_path, write):
    audio = tmp_path / "evening.wav"
    soundfile.write(audio, np.zeros(44103), 44100)  # 1.000068 s: 16001 samples of 16 kHz

    def read(end):
        return read_recording(audio, write("x.txt", f"0.5\t{end}\ta\n"), ["a"], rate=RATE)

    for end in ("1.000068", "1.005"):
        samples, [target] = read(end)
        assert target.end == len(samples) == 16001
    with pytest.raises(UserError, match=r"has a target until 1.006 s, and .* ends at 1.00006 s"):
        read("1.006")


def test_a_recording_that_the_network_may_know_is_refused():
    check_recording(Path("x.wav"), "abc", {"def": Path("y.wav")})
    with pytest.raises(UserError, match=r"audio: x.wav is also y.wav, which the network"):
        check_recording(Path("x.wav"), "abc", {"abc": Path("y.wav")})


def test_a_recording_is_heard_as_it_is_and_cut_where_targets_are():
    samples = np.random.default_rng(0).integers(-99, 99, 31 * RATE).astype(np.int16)
    targets = [
        Target("x at 2", "a", "1", 2 * RATE, 3 * RATE),
        Target("x at 3", "b", "1", 3 * RATE, 4 * RATE),
        Target("x at 30", "a", "2", 30 * RATE, 31 * RATE),
    ]
    track = labelled_track(samples, targets, name="x.wav", late_seconds=1.5, rate=RATE)
    assert np.array_equal(np.concatenate(list(track.blocks())), samples)
    assert [(one.label, one.start, one.stop) for one in track.played] == [
        ("a", 2 * RATE, 4.5 * RATE),
        ("b", 3 * RATE, 5.5 * RATE),
        ("a", 30 * RATE, 32.5 * RATE),
    ]
    assert track.ends == [3 * RATE, 4 * RATE, 31 * RATE]
    assert track.names == [
        *("x.wav from 0 s on", "x at 2", "x at 3", "x.wav from 4 s on", "x.wav from 14 s on"),
        *("x.wav from 24 s on", "x at 30"),
    ]
    assert [label for label in track.labels if label != "_unknown_"] == ["a", "b", "a"]
