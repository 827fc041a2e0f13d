"""Recordings of typed words in a public corpus, beside synthetic and own ones, to the split."""

import shutil

import numpy as np
import pytest
import soundfile

from dataset.spoken_words import lines_of, write_corpus
from wav2nano.tables.recordings import read_recordings
from wav2nano.tables.split import PARTS, read_split
from workflow.conftest import KEYWORDS, SECOND, Checkout, copy_checkout, make_small

pytestmark = pytest.mark.xdist_group("workflow")
PREPARE = ("firmware", "--until", "extract_features", "split_dataset")
JOIN = {"datasets": ["mswc"], "recordings": 100, "unknown": 4}
CORPUS = "data/raw/mswc"
LINES = lines_of(["never", "all", "awl", "water", "house"])


def shards(checkout):
    folder = checkout.root / "data/windows/mswc"
    return {path.stem: path.read_bytes() for path in folder.rglob("*.h5")}


@pytest.fixture(scope="module")
def joined(tmp_path_factory):
    """A checkout with the features of synthetic, own and joined recordings of three words."""
    checkout = copy_checkout(tmp_path_factory.mktemp("joined") / "checkout")
    make_small(checkout)
    for file in (KEYWORDS, SECOND):
        checkout.change_settings(file, join=JOIN)
    write_corpus(checkout.root / CORPUS, LINES)
    own = checkout.root / "data/raw/keywords/never/anna/1.wav"
    own.parent.mkdir(parents=True)
    soundfile.write(own, np.random.default_rng(0).normal(0, 0.1, 16000), 16000)
    said = checkout.output("snakemake", "--cores", "2", *PREPARE)
    assert "join: mswc has no recording of must: learnt from other recordings alone\n" in said
    assert "no recording of never" not in said
    return checkout


@pytest.fixture
def changing(joined, tmp_path):
    """A copy of it, to change."""
    shutil.copytree(joined.root, tmp_path / "copy", symlinks=True)
    return Checkout(tmp_path / "copy")


def test_real_and_synthetic_recordings_are_split_by_speaker(joined):
    split = read_split(joined.root / "results/keywords/split.csv")
    manifest = read_recordings(joined.root / "results/keywords/manifest.csv")
    assert {row.id for row in manifest} == {row.recording for row in split}
    real = [row for row in split if row.origin == "own"]
    words = {row.recording.split("/")[2] for row in real if row.group.startswith("own/mswc/")}
    # Other words, but none that sounds like a label.
    assert words == {"never", "all", "water", "house"}
    assert {row.label for row in real} == {"never", "all", "_unknown_"}
    assert "own/anna" in {row.group for row in real}
    assert {row.origin for row in split} >= {"own", "espeak", "noise"}
    parts_of = {}
    for row in split:
        parts_of.setdefault(row.group, set()).add(row.part)
    assert all(len(parts) == 1 for parts in parts_of.values())
    speakers = [parts_of[group] for group in parts_of if group.startswith("own/mswc/")]
    assert set.union(*speakers) == set(PARTS)


def test_experiments_share_the_windows_of_a_word(joined):
    names = sorted(name.rsplit("-", 1)[0] for name in shards(joined))
    assert names == ["others", "others", "word-all", "word-never"]


def test_only_a_new_recording_of_a_word_rebuilds_it(changing):
    assert changing.planned(*PREPARE) == {}
    before = shards(changing)
    other = [*LINES, *lines_of(["water"], speakers=7)[-1:]]
    write_corpus(changing.root / CORPUS, other)
    assert changing.planned(*PREPARE) == {}
    write_corpus(changing.root / CORPUS, [*other, *lines_of(["all"], speakers=7)[-1:]])
    step = {"index_joined": 1, "chunk_audio": 1, "extract_features": 1}
    assert changing.planned(*PREPARE) == step | {"select_recordings": 1, "split_dataset": 1}
    changing.snakemake(*PREPARE)
    after = shards(changing)
    assert [name.split("-")[1] for name in after if after[name] != before[name]] == ["all"]


def test_nothing_that_is_used_is_removed(joined):
    said = joined.snakemake("list_unused").stdout
    assert "mswc" not in said
