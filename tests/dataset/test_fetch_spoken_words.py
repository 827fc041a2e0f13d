"""A corpus of spoken words in two archives, of recordings and of its table: to the recordings."""

import hashlib
import io
import shutil
import tarfile
from pathlib import Path

import pytest

from dataset.spoken_words import HEADER, lines_of, members_of, write_corpus
from wav2nano import download as downloading
from wav2nano.dataset.fetch_dataset import fetch_recordings
from wav2nano.dataset.join import join_recordings
from wav2nano.errors import UserError
from wav2nano.hashes import hash_file
from wav2nano.settings.join import JoinSettings
from wav2nano.settings.load import load_dataset
from web_server import serve

ROOT = Path(__file__).resolve().parents[2]
LINES = lines_of(["never", "water"], speakers=3)
UNKNOWN = "TRAIN,never/common_voice_en_900.opus,never,False,NA,NAN"


def tar_of(members):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


AUDIO = tar_of(members_of([*LINES, UNKNOWN]) | {"en/version.txt": b"1.0"})
TABLE = "".join(f"{line}\n" for line in (HEADER, *LINES, UNKNOWN)).encode()
SPLITS = tar_of({"en_splits.csv": TABLE, "en_train.csv": TABLE, "version.txt": b"1.0"})
THERE = ["clips", "en_splits.csv", "version.txt"]


@pytest.fixture
def servers():
    with serve(AUDIO) as audio, serve(SPLITS) as splits:
        yield audio, splits


def corpus(audio="http://127.0.0.1:9", splits="http://127.0.0.1:9"):
    """The data set as it comes, with other addresses and a size that fits this machine."""
    dataset = load_dataset("mswc", root=ROOT)
    changed = dataset.model_dump()
    small = {"megabytes": 1, "unpacked_megabytes": 1}
    [more] = changed["download"]["more"]
    changed["download"] |= small | {"url": f"{audio}/none", "more": [more | small]}
    changed["download"]["more"][0]["url"] = f"{splits}/none"
    return type(dataset).model_validate(changed)


def test_the_german_corpus_is_laid_out_alike():
    english, german = (load_dataset(name, root=ROOT).download for name in ("mswc", "mswc_de"))
    for one, other in zip((english, *english.more), (german, *german.more), strict=True):
        assert other.url == one.url.replace("/en.", "/de.")
    assert (english.folder, german.folder) == ("en", "de")
    assert german.more[0].files == [load_dataset("mswc_de", root=ROOT).table.file]


def test_both_archives_are_downloaded(tmp_path, servers, capsys):
    dataset = corpus(*(server.url for server in servers))
    fetch_recordings(dataset, root=tmp_path)
    said = capsys.readouterr().err
    assert "13 recordings in " in said
    assert "licence: CC BY 4.0" in said
    for content in (AUDIO, SPLITS):
        assert f"This one has sha256: {hashlib.sha256(content).hexdigest()}" in said
    folder = tmp_path / dataset.recordings
    assert sorted(path.name for path in folder.iterdir()) == THERE
    assert [path.name for path in folder.parent.iterdir()] == ["mswc"]
    found = join_recordings(
        dataset,
        JoinSettings(unknown=0),
        ["never"],
        said=[],
        unlike=lambda words, _: words,
        sha256=hash_file,
        root=tmp_path,
    )
    # The one of a speaker whom nobody knows is there, but does not join.
    assert len(found) == 6
    assert len({one.group for one in found}) == 3


def test_what_came_stays_if_the_table_does_not_come(tmp_path, servers, monkeypatch):
    monkeypatch.setattr(downloading, "PAUSES_SECONDS", ())
    audio, splits = servers
    with pytest.raises(UserError, match=r"cannot be downloaded.*Run it again"):
        fetch_recordings(corpus(audio.url), root=tmp_path)
    fetch_recordings(corpus(audio.url, splits.url), root=tmp_path)
    assert audio.requests[1]["Range"] == f"bytes={len(AUDIO)}-"
    assert sorted(path.name for path in (tmp_path / "data/raw/mswc").iterdir()) == THERE


def test_a_table_that_is_no_archive_is_deleted_alone(tmp_path, servers):
    audio, splits = servers
    splits.content = b"not found"
    with pytest.raises(UserError, match=r"not a zip or tar archive.*The download was deleted"):
        fetch_recordings(corpus(audio.url, splits.url), root=tmp_path)
    left = sorted(path.name for path in (tmp_path / "data/raw").iterdir())
    assert left == [".mswc.partial", ".mswc.partial.json"]


def test_an_archive_of_recordings_that_is_here(tmp_path, servers):
    (tmp_path / "en.tar.gz").write_bytes(AUDIO)
    fetch_recordings(corpus(splits=servers[1].url), source=tmp_path / "en.tar.gz", root=tmp_path)
    assert sorted(path.name for path in (tmp_path / "data/raw/mswc").iterdir()) == THERE
    assert servers[0].requests == []


def test_a_folder_with_some_of_the_words(tmp_path):
    write_corpus(tmp_path / "mine", LINES)
    shutil.rmtree(tmp_path / "mine/clips/water")
    fetch_recordings(corpus(), source=tmp_path / "mine", root=tmp_path)
    folder = tmp_path / "data/raw/mswc"
    assert sorted(path.name for path in folder.iterdir()) == ["clips", "en_splits.csv"]
    assert len(list(folder.rglob("*.opus"))) == 6
    shutil.rmtree(tmp_path / "mine/clips")
    shutil.rmtree(folder)
    with pytest.raises(UserError, match=r"mine has no recordings.*clips/\{LINK\}"):
        fetch_recordings(corpus(), source=tmp_path / "mine", root=tmp_path)
