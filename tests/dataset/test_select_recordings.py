"""The manifest: the recordings of all tables, each once, and synthetic ones first."""

import dataclasses

import pytest

from wav2nano.dataset.select_recordings import select_recordings
from wav2nano.errors import UserError
from wav2nano.tables.recordings import Recording, label_of, read_recordings, slug, write_recordings

STRANGE = ["don't", 'a "b"', "naïve $HOME", "wörter/mit", "日本", "a b", "-x", "{curly}"]
ROW = Recording("", "", "", "", "", "own", 0.2, 16000, 1, "", "own-000")


def row_of(label, name, content=None, **more):
    path = f"raw/{label}/{name}"
    row = dataclasses.replace(ROW, id=path, path=path, label=label, group=f"own/{name}")
    return dataclasses.replace(row, samples_sha256=content or path, **more)


def select(tmp_path, *tables, joined=(), public=False):
    paths = [tmp_path / f"{i}.csv" for i in range(len(tables) + len(joined))]
    for path, rows in zip(paths, [*tables, *joined], strict=True):
        write_recordings(path, rows)
    select_recordings(
        tables=paths[: len(tables)],
        joined=paths[len(tables) :],
        public=public,
        out=tmp_path / "manifest.csv",
    )
    return read_recordings(tmp_path / "manifest.csv")


def test_slugs_are_plain_and_distinct():
    slugs = [slug(text) for text in [*STRANGE, "never", "_unknown_"]]
    assert len(set(slugs)) == len(slugs)
    assert all(text.isascii() and " " not in text and "/" not in text for text in slugs)
    assert slug("never") == "never"


def test_rows_come_back(tmp_path):
    rows = [row_of(label, "ein e.wav") for label in sorted(STRANGE)]
    assert select(tmp_path, rows) == rows


def test_the_order_of_tables_makes_no_difference(tmp_path):
    own = [row_of("yes", "a.wav"), row_of("yes", "b.wav")]
    synthetic = [
        row_of(label, f"{i}.flac", path=f"speech/{label}.zip#{i}", origin=origin)
        for label in ("no", "yes")
        for i, origin in enumerate(["espeak", "noise"])
    ]
    wanted = synthetic + own
    assert select(tmp_path, own, synthetic[2:], synthetic[:2]) == wanted
    assert select(tmp_path, synthetic[:2], synthetic[2:], own) == wanted


def test_nothing_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"no recordings.*0\.csv.*1\.csv"):
        select(tmp_path, [], [])
    assert not (tmp_path / "manifest.csv").exists()


def test_copies_count_once_and_belong_to_one_group(tmp_path, capsys):
    rows = [
        row_of("yes", "a.wav", "same", group="own/bob"),
        row_of("yes", "b.wav", "same", group="own/ann"),
        row_of("no", "c.wav"),
    ]
    found = {row.path: row.group for row in select(tmp_path, rows)}
    assert found == {"raw/no/c.wav": "own/c.wav", "raw/yes/a.wav": "own/ann"}
    assert "is a copy of" in capsys.readouterr().err


def test_one_recording_with_two_labels(tmp_path, capsys):
    rows = [row_of("yes", "a.wav", "1"), row_of("no", "b.wav", "1"), row_of("no", "c.wav", "2")]
    with pytest.raises(UserError, match="two labels"):
        select(tmp_path, rows)
    # The person cannot mend a public data set.
    assert [row.path for row in select(tmp_path, rows, public=True)] == ["raw/no/c.wav"]
    # Nor one that joins; of recordings that are all one's own one has to go.
    mine = [rows[0], rows[2]]
    assert [row.path for row in select(tmp_path, mine, joined=[rows[1:2]])] == ["raw/no/c.wav"]
    with pytest.raises(UserError, match="two labels"):
        select(tmp_path, rows, joined=[[row_of("up", "d.wav")]])
    assert "two labels, no and yes: left out" in capsys.readouterr().err


def test_other_words_are_unknown():
    row = row_of("banana", "a.wav")
    assert label_of(row, ["yes"]) == "_unknown_"
    assert label_of(row, ["banana"]) == label_of(row, None) == "banana"
    assert label_of(dataclasses.replace(row, label="_silence_"), ["yes"]) == "_silence_"
