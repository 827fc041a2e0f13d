"""Recordings of labels in a corpus of spoken words, and of some other words."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from dataset.spoken_words import HEADER, lines_of, write_corpus, write_table
from wav2nano.dataset import join
from wav2nano.dataset.chunk_audio import chunk_audio
from wav2nano.dataset.index_joined import index_joined
from wav2nano.dataset.join import join_recordings, read_sources, write_sources
from wav2nano.errors import UserError
from wav2nano.hashes import hash_file
from wav2nano.settings.chunking import ChunkingSettings
from wav2nano.settings.join import JoinSettings
from wav2nano.settings.load import load_dataset
from wav2nano.tables.recordings import read_recordings
from wav2nano.tables.windows import read_windows

ROOT = Path(__file__).resolve().parents[2]
MSWC = load_dataset("mswc", root=ROOT)
COMMANDS = load_dataset("speech_commands", root=ROOT)
LABELS = ["Never", "all", "turn on", "marvin", "_silence_"]


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / MSWC.recordings
    write_corpus(folder, lines_of())
    return folder


def all_of(words, said):
    return words


def drawn(
    corpus, labels=LABELS, *, dataset=MSWC, unlike=all_of, sha256=hash_file, said=(), **settings
):
    return join_recordings(
        dataset,
        JoinSettings(**settings),
        labels,
        said=said,
        unlike=unlike,
        sha256=sha256,
        root=corpus.parents[2],
    )


def write_commands(tmp_path, words, **lists):
    """Three speakers of each word, laid out like Speech Commands, and its lists."""
    folder = tmp_path / COMMANDS.recordings
    for word in words:
        for speaker in range(3):
            path = folder / word / f"{speaker:08x}_nohash_0.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"")
    for name, file in COMMANDS.folds.items():
        (folder / file).write_text("".join(f"{line}\n" for line in lists.get(name, [])))
    return folder


def counts(sources):
    return Counter(one.label for one in sources)


def test_recordings_of_labels_and_of_other_words(corpus):
    found = drawn(corpus, unknown=7, unlike=lambda words, _: [w for w in words if w != "awl"])
    others = {"all's": 3, "water": 2, "house": 2}
    assert sorted(counts(found).items())[:2] == [("Never", 12), ("all", 12)]
    assert sum(count for word, count in counts(found).items() if word in others) == 7
    assert set(counts(found)) == {"Never", "all", *others}
    one = next(one for one in found if one.label == "Never")
    assert one.id == f"mswc/clips/never/{one.path.name}"
    assert one.group == f"mswc/{int(one.path.stem[-3]):0128x}"
    assert len({one.group for one in found}) == 6
    assert {one.fold for one in found} == {""}


def test_no_more_than_wanted_are_drawn_opened_and_kept(corpus):
    opened = []

    def sha256(path):
        opened.append(path)
        return hash_file(path)

    found = drawn(corpus, recordings=5, unknown=3, sha256=sha256)
    assert counts(found)["Never"] == counts(found)["all"] == 5
    assert sum(counts(found).values()) == 13
    assert opened == [one.path for one in found]
    # Of few words several each, of many one each.
    assert sorted(counts(drawn(corpus, unknown=3, recordings=1)).values()) == [1] * 5
    assert not {"awl", "water", "house"} & set(counts(drawn(corpus, unknown=0)))


def test_another_seed_draws_others(corpus):
    one, two = (drawn(corpus, recordings=5, unknown=3, seed=seed) for seed in (1, 2))
    assert {source.id for source in one} != {source.id for source in two}
    assert one == drawn(corpus, recordings=5, unknown=3, seed=1)


def test_a_new_recording_changes_the_shard_of_its_word_alone(corpus):
    def shards():
        return {
            shard: sorted((one.id, one.sha256) for one in found if one.shard == shard)
            for found in [drawn(corpus, recordings=8, unknown=0)]
            for shard in {one.shard for one in found}
        }

    before = shards()
    assert sorted(name.rsplit("-", 1)[0] for name in before) == ["word-Never", "word-all"]
    write_corpus(corpus, [*lines_of(), *lines_of(["new"]), *lines_of(["all"], speakers=9)[12:]])
    after = shards()
    never, every = sorted(before)
    assert after[never] == before[never]
    assert after[every] != before[every]
    # Those that were drawn before make room for the new ones that were, and for no others.
    came, went = (
        len(set(a) - set(b))
        for a, b in ((after[every], before[every]), (before[every], after[every]))
    )
    assert 0 < came == went <= 6


def test_experiments_that_draw_alike_share_shards(corpus):
    def shards(labels, **settings):
        return {one.shard for one in drawn(corpus, labels, **settings)}

    one, two = shards(["never", "all"]), shards(["never", "water"])
    assert [name.split("-")[1] for name in one & two] == ["never"]
    assert not one & shards(["never", "all"], recordings=3, unknown=5)
    # What sounds like a label depends on how it is said.
    other = one ^ shards(["never", "all"], said=["N EH1 V ER0"])
    assert [name.split("-")[0] for name in other] == ["others", "others"]


def test_a_large_table_is_read_again_only_where_it_has_changed(corpus, monkeypatch):
    first = drawn(corpus)
    with monkeypatch.context() as patched:
        patched.setattr(join, "stream_recordings", None)
        assert drawn(corpus) == first
    write_table(corpus, lines_of(takes=1))
    assert counts(drawn(corpus))["all"] == 6
    # A word's folder that arrives later; then the list is damaged.
    write_table(corpus, [*lines_of(), *lines_of(["late"])])
    assert "late" not in counts(drawn(corpus))
    shutil.copytree(corpus / "clips/house", corpus / "clips/late")
    assert counts(drawn(corpus))["late"] == 12
    for path in (corpus.parents[2] / join.REMEMBERED).iterdir():
        path.write_text('{"stamp": 1}')
    assert counts(drawn(corpus))["late"] == 12


def test_a_recording_that_was_drawn_may_go(corpus, tmp_path):
    clips = corpus / "clips/never"
    first = drawn(corpus, recordings=5, unknown=0)
    gone = next(one.path for one in first if one.label == "Never")
    gone.unlink()
    found = drawn(corpus, recordings=5, unknown=0)
    assert counts(found) == counts(first)
    assert gone not in {one.path for one in found}
    # What is a link goes without a change of its folder.
    clips.rename(tmp_path / "elsewhere")
    clips.mkdir()
    for path in (tmp_path / "elsewhere").iterdir():
        (clips / path.name).symlink_to(path)
    assert drawn(corpus, recordings=5, unknown=0) == found
    gone = next(one.path for one in found if one.label == "Never")
    gone.resolve().unlink()
    assert gone not in {one.path for one in drawn(corpus, recordings=5, unknown=0)}


@pytest.mark.parametrize("word", ["all", "water"])
def test_recordings_that_arrive_in_a_words_folder_are_drawn(corpus, tmp_path, word):
    clips = sorted((corpus / "clips" / word).iterdir())
    for path in clips[1:]:
        path.rename(tmp_path / path.name)
    assert counts(drawn(corpus))[word] == 1
    for path in clips[1:]:
        (tmp_path / path.name).rename(path)
    assert counts(drawn(corpus))[word] == 12
    # Where there was no folder.
    shutil.move(corpus / "clips" / word, tmp_path)
    assert word not in counts(drawn(corpus))
    shutil.move(tmp_path / word, corpus / "clips")
    assert counts(drawn(corpus))[word] == 12


def test_a_large_table_is_read_again_by_other_code(corpus, monkeypatch):
    first = drawn(corpus)
    monkeypatch.setattr(join, "code_digest", lambda *modules: " ".join(modules))
    with monkeypatch.context() as patched:
        patched.setattr(join, "stream_recordings", None)
        with pytest.raises(TypeError):
            drawn(corpus)
    assert drawn(corpus) == first


def test_a_copy_may_have_some_of_the_recordings(corpus):
    for word in ("awl", "water", "never"):
        shutil.rmtree(corpus / "clips" / word)
    for path in sorted((corpus / "clips/all").iterdir())[::2]:
        path.unlink()
    assert counts(drawn(corpus, unknown=6)) == {"all": 6, "all's": 3, "house": 3}


def test_a_table_that_cannot_be_read_is_told(corpus):
    path = corpus / "en_splits.csv"
    path.write_text(HEADER.replace("SPEAKER", "WHO") + "\n")
    with pytest.raises(UserError, match=r"has no column SPEAKER\. Its columns are: SET, LINK"):
        drawn(corpus)
    write_table(corpus, ["TRAIN,../../../never.opus,never,True,1,NAN"])
    with pytest.raises(
        UserError, match=r"en_splits\.csv, line 2: \.\./\.\./never\.opus is outside"
    ):
        drawn(corpus)
    path.unlink()
    with pytest.raises(UserError, match=r"en_splits\.csv does not exist: it should say what"):
        drawn(corpus)


def test_any_data_set_of_words_can_join(tmp_path):
    folder = write_commands(tmp_path, ["yes", "no", "bed"])
    found = drawn(folder, ["yes"], dataset=COMMANDS, recordings=2)
    assert counts(found) == {"yes": 2, "no": 3, "bed": 3}
    assert found[0].group in {f"speech_commands/{speaker:08x}" for speaker in range(3)}


def test_what_validates_or_tests_there_does_not_join(tmp_path, corpus):
    lists = {
        "validation": [f"{word}/00000001_nohash_0.wav" for word in ("yes", "no")],
        "test": [f"{word}/00000002_nohash_0.wav" for word in ("yes", "no")],
    }
    folder = write_commands(tmp_path, ["yes", "no"], **lists)
    found = drawn(folder, ["yes"], dataset=COMMANDS)
    assert [one.id for one in found] == [
        f"speech_commands/{word}/00000000_nohash_0.wav" for word in ("yes", "no")
    ]
    # Of a large data set the table tells, and a draw that is remembered is not of these folds.
    assert counts(drawn(corpus))["all"] == 12
    changed = MSWC.model_dump(exclude_unset=True)
    changed["table"]["fold"] = "{SET}"
    changed["split"] |= {"validation": ["DEV"], "test": ["TEST"]}
    folds = {one.path.stem[-3] for one in drawn(corpus, dataset=type(MSWC)(**changed))}
    assert {int(speaker) % 3 for speaker in folds} == {0}


def test_a_speaker_whom_nobody_knows_does_not_join(tmp_path):
    folder = tmp_path / COMMANDS.recordings
    for name in ("1", "2", "3"):
        path = folder / f"yes/{name}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    (folder / "list.csv").write_text(
        "path,label,group\nyes/1.wav,yes,ann\nyes/2.wav,yes,NA\nyes/3.wav,yes,\n"
    )
    changed = COMMANDS.model_dump(exclude={"pattern", "folds", "split"})
    changed |= {"table": {"file": "list.csv", "no_group": ["NA"]}, "split": {"policy": "group"}}
    [found] = drawn(folder, ["yes"], dataset=type(COMMANDS)(**changed))
    assert found.group == "speech_commands/ann"


def test_a_label_of_two_words_is_no_other_word(tmp_path):
    folder = write_commands(tmp_path, ["yes", "turn_on", "Turn On", "turn_off", "?"])
    found = drawn(folder, ["yes", "turn on", "!"], dataset=COMMANDS)
    assert counts(found) == {"yes": 3, "turn_off": 3, "?": 3}


def test_another_data_sets_background_does_not_join(tmp_path):
    folder = write_commands(tmp_path, ["yes", "no", "_unknown_", "_silence_"])
    asked = []

    def unlike(words, said):
        asked.extend(words)
        return words

    assert counts(drawn(folder, ["yes"], dataset=COMMANDS, unlike=unlike)) == {"yes": 3, "no": 3}
    assert asked == ["no"]


def test_a_list_that_is_damaged_is_told(tmp_path):
    (tmp_path / "list.csv").write_text("id,path\n1,x.wav\n")
    with pytest.raises(UserError, match=r"list\.csv is damaged"):
        read_sources(tmp_path / "list.csv")


def test_from_the_list_to_windows(corpus, tmp_path):
    found = drawn(corpus, recordings=3, unknown=0)
    shard = found[0].shard
    inside = [one for one in found if one.shard == shard]
    write_sources(tmp_path / "list.csv", inside)
    assert read_sources(tmp_path / "list.csv") == inside
    index_joined(
        recordings=tmp_path / "list.csv", known=tmp_path / "known.json", out=tmp_path / "index.csv"
    )
    rows = read_recordings(tmp_path / "index.csv")
    assert [(row.id, row.label, row.origin) for row in rows] == [
        (one.id, one.label, "own") for one in inside
    ]
    assert {(row.rate, row.seconds, row.channels) for row in rows} == {(48000, 1.0, 1)}
    assert {row.group for row in rows} == {f"own/{one.group}" for one in inside}
    chunk_audio(
        recordings=tmp_path / "list.csv",
        shard=shard,
        settings=ChunkingSettings(),
        out=tmp_path / "windows.h5",
    )
    windows = read_windows(tmp_path / "windows.h5")
    assert windows.audio.shape == (3, 16000)
    assert set(windows.label) == {inside[0].label}
