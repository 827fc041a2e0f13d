"""The list of all recordings: checked, without copies, as it was written."""

import dataclasses

import numpy as np
import pytest
import soundfile

from wav2nano.dataset.index import index_dataset
from wav2nano.dataset.manifest import (
    label_of,
    read_manifest,
    slug,
    write_manifest,
)
from wav2nano.errors import UserError

RATE = 16000


def record(path, seed=0, seconds=0.2):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.random.default_rng(seed).normal(0, 0.1, round(RATE * seconds)), RATE)


def folder_of(path, **more):
    return {"name": "mine", "recordings": str(path), "shards": 4, **more}


STRANGE = ["don't", 'a "b"', "naïve $HOME", "wörter/mit", "日本", "a b", "-x", "{curly}"]


def test_slugs_are_plain_and_distinct():
    slugs = [slug(text) for text in [*STRANGE, "never", "_unknown_"]]
    assert len(set(slugs)) == len(slugs)
    assert all(text.isascii() and " " not in text and "/" not in text for text in slugs)
    assert slug("never") == "never"


def test_manifest_comes_back(tmp_path):
    for i, label in enumerate(["naïve $HOME", 'a "b", c', "日本"]):
        record(tmp_path / "raw" / label / "ein e.wav", i)
    index_dataset(folder_of(tmp_path / "raw"), [], tmp_path / "manifest.csv")
    rows = read_manifest(tmp_path / "manifest.csv")
    assert {row.label for row in rows} == {"naïve $HOME", 'a "b", c', "日本"}
    assert all(row.seconds == pytest.approx(0.2) and row.rate == RATE for row in rows)
    write_manifest(tmp_path / "again.csv", rows)
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "manifest.csv").read_bytes()


def test_all_bad_recordings_are_named_at_once(tmp_path):
    record(tmp_path / "raw" / "yes" / "good.wav")
    for name in ("one", "two"):
        (tmp_path / "raw" / "yes" / f"{name}.wav").write_bytes(b"")
    (tmp_path / "manifest.csv").write_text("the one before")
    with pytest.raises(UserError, match=r"2 of 3.*\n.*one\.wav.*\n.*two\.wav"):
        index_dataset(folder_of(tmp_path / "raw"), [], tmp_path / "manifest.csv")
    assert (tmp_path / "manifest.csv").read_text() == "the one before"


def test_no_recordings_says_where_to_put_them(tmp_path):
    with pytest.raises(UserError, match=r"\{label\}/\{file\}\.wav"):
        index_dataset(folder_of(tmp_path / "raw"), [], tmp_path / "manifest.csv")


def test_copies_count_once_and_belong_to_one_group(tmp_path, capsys):
    record(tmp_path / "raw" / "yes" / "ann" / "a.wav", 1)
    record(tmp_path / "raw" / "yes" / "bob" / "b.wav", 1)
    record(tmp_path / "raw" / "no" / "bob" / "c.wav", 2)
    index_dataset(folder_of(tmp_path / "raw"), [], tmp_path / "manifest.csv")
    assert len(read_manifest(tmp_path / "manifest.csv")) == 2
    assert "is a copy of" in capsys.readouterr().err


def test_one_recording_with_two_labels(tmp_path, capsys):
    record(tmp_path / "raw" / "yes" / "a.wav", 1)
    record(tmp_path / "raw" / "no" / "b.wav", 1)
    record(tmp_path / "raw" / "no" / "c.wav", 2)
    dataset = folder_of(tmp_path / "raw")
    with pytest.raises(UserError, match="two labels"):
        index_dataset(dataset, [], tmp_path / "manifest.csv")
    # The person cannot mend a public data set.
    index_dataset(dataset | {"download": {}}, [], tmp_path / "manifest.csv")
    assert [row.id for row in read_manifest(tmp_path / "manifest.csv")] == ["no/c.wav"]
    assert "two labels, no and yes: left out" in capsys.readouterr().err


def test_other_words_are_unknown(tmp_path):
    record(tmp_path / "raw" / "banana" / "a.wav", 1)
    index_dataset(folder_of(tmp_path / "raw"), [], tmp_path / "manifest.csv")
    [row] = read_manifest(tmp_path / "manifest.csv")
    assert label_of(row, ["yes"]) == "_unknown_"
    assert label_of(row, ["banana"]) == label_of(row, None) == "banana"
    assert label_of(dataclasses.replace(row, label="_silence_"), ["yes"]) == "_silence_"
