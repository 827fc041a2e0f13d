"""The table of own recordings: all checked, as they were found, and none decoded twice."""

import json

import numpy as np
import pytest
import soundfile

from dataset.own_recordings import index_own
from wav2nano.dataset import index_sources as indexing
from wav2nano.errors import UserError
from wav2nano.tables.recordings import read_recordings, write_recordings

RATE = 16000


def record(path, seed=0, seconds=0.2):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.random.default_rng(seed).normal(0, 0.1, round(RATE * seconds)), RATE)


def index(tmp_path):
    return read_recordings(index_own(tmp_path))


@pytest.fixture
def decoded(monkeypatch):
    """Names of the recordings that are decoded."""
    names = []
    inspect = indexing.inspect_audio

    def inspect_and_note(content, *, name):
        names.append(name.rpartition("/")[2])
        return inspect(content, name=name)

    monkeypatch.setattr(indexing, "inspect_audio", inspect_and_note)
    return names


def test_the_table_comes_back(tmp_path):
    for i, label in enumerate(["naïve $HOME", 'a "b", c', "日本"]):
        record(tmp_path / "raw" / label / "ein e.wav", i)
    rows = index(tmp_path)
    assert {row.label for row in rows} == {"naïve $HOME", 'a "b", c', "日本"}
    assert all(row.seconds == pytest.approx(0.2) and row.rate == RATE for row in rows)
    write_recordings(tmp_path / "again.csv", rows)
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "own.csv").read_bytes()


def test_speakers_are_groups_of_own_recordings(tmp_path):
    record(tmp_path / "raw" / "yes" / "ann" / "a.wav", 1)
    [row] = index(tmp_path)
    assert (row.group, row.origin, row.channels) == ("own/ann", "own", 1)


def test_all_bad_recordings_are_named_at_once(tmp_path):
    record(tmp_path / "raw" / "yes" / "good.wav")
    for name in ("one", "two"):
        (tmp_path / "raw" / "yes" / f"{name}.wav").write_bytes(b"")
    (tmp_path / "own.csv").write_text("the one before")
    with pytest.raises(UserError, match=r"2 of 3.*\n.*one\.wav.*\n.*two\.wav"):
        index(tmp_path)
    assert (tmp_path / "own.csv").read_text() == "the one before"


def test_no_recordings_make_a_table_without_rows(tmp_path):
    assert index(tmp_path) == []


def test_copies_are_listed(tmp_path):
    record(tmp_path / "raw" / "yes" / "a.wav", 1)
    record(tmp_path / "raw" / "no" / "b.wav", 1)
    assert [row.id for row in index(tmp_path)] == ["no/b.wav", "yes/a.wav"]


def test_nothing_is_decoded_twice(tmp_path, decoded):
    for name in "ab":
        record(tmp_path / "raw" / "yes" / f"{name}.wav", ord(name))
    first = index(tmp_path)
    assert sorted(decoded) == ["a.wav", "b.wav"]
    record(tmp_path / "raw" / "yes" / "b.wav", 3)
    (tmp_path / "raw" / "yes").rename(tmp_path / "raw" / "no")
    decoded.clear()
    again = index(tmp_path)
    assert decoded == ["b.wav"]
    assert again[0].seconds == first[0].seconds
    assert again[0].label == "no"


def test_what_was_decoded_beside_a_bad_recording_is_remembered(tmp_path, decoded):
    record(tmp_path / "raw" / "yes" / "good.wav")
    (tmp_path / "raw" / "yes" / "bad.wav").write_bytes(b"")
    with pytest.raises(UserError, match=r"bad\.wav"):
        index(tmp_path)
    (tmp_path / "raw" / "yes" / "bad.wav").unlink()
    decoded.clear()
    assert len(index(tmp_path)) == 1
    assert decoded == []


@pytest.mark.parametrize("broken", ["{", "[]", '{"version": 1}', "another version", "no mapping"])
def test_a_broken_memory_is_an_empty_one(tmp_path, decoded, broken):
    record(tmp_path / "raw" / "yes" / "a.wav")
    rows = index(tmp_path)
    known = json.loads((tmp_path / "known.json").read_text())
    if broken == "another version":
        broken = json.dumps(known | {"version": "another"})
    elif broken == "no mapping":
        broken = json.dumps(known | {"decoded": dict.fromkeys(known["decoded"], 7)})
    (tmp_path / "known.json").write_text(broken)
    decoded.clear()
    assert index(tmp_path) == rows
    assert decoded == ["a.wav"]
    assert json.loads((tmp_path / "known.json").read_text()) == known
