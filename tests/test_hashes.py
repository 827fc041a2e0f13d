"""Hashes are remembered, and never wrong."""

import errno
import hashlib
import os
import subprocess
import tempfile
import time

import pytest

from wav2nano.errors import UserError
from wav2nano.hashes import TICK_SECONDS, FileCache, read_checksums, write_checksums


def sha256(content):
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "a file.wav"
    path.write_bytes(b"one")
    time.sleep(2 * TICK_SECONDS)
    return path


def reads(monkeypatch):
    """Names of the files that are read from now on."""
    names = []

    def counted(path):
        names.append(str(path))
        return sha256(path.read_bytes())

    monkeypatch.setattr("wav2nano.hashes.hash_file", counted)
    return names


def test_a_file_is_read_once(tmp_path, file, monkeypatch):
    read = reads(monkeypatch)
    for _ in range(3):
        cache = FileCache(tmp_path / "files.json")
        assert cache.sha256(file) == sha256(b"one")
        cache.save()
    assert read == [str(file)]


def test_a_replaced_file_of_the_same_size_and_time_is_noticed(tmp_path, file):
    cache = FileCache(tmp_path / "files.json")
    cache.sha256(file)
    status = file.stat()
    file.write_bytes(b"two")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert cache.sha256(file) == sha256(b"two")


def test_what_has_just_changed_is_not_remembered(tmp_path, file, monkeypatch):
    read = reads(monkeypatch)
    cache = FileCache(tmp_path / "files.json")
    file.write_bytes(b"two")
    assert cache.sha256(file) == cache.sha256(file) == sha256(b"two")
    assert len(read) == 2


@pytest.mark.parametrize("content", ["", "no JSON", "[1, 2]", '{"version": "", "known": 1}'])
def test_a_broken_cache_is_an_empty_one(tmp_path, file, content):
    path = tmp_path / "files.json"
    path.write_text(content)
    assert FileCache(path).sha256(file) == sha256(b"one")


def test_a_cache_of_other_code_is_an_empty_one(tmp_path, file):
    cache = FileCache(tmp_path / "files.json", version="1")
    assert cache.get(file, len_of) == 3
    cache.save()
    file_of = {version: FileCache(tmp_path / "files.json", version=version) for version in "12"}
    assert file_of["1"].get(file, lambda path: 0) == 0  # another question
    assert file_of["1"].get(file, len_of) == file_of["2"].get(file, len_of) == 3
    assert len(asked) == 2


asked = []


def len_of(path):
    asked.append(path)
    return len(path.read_bytes())


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path, file):
    (tmp_path / "no folder").write_text("")
    cache = FileCache(tmp_path / "no folder" / "files.json")
    assert cache.sha256(file) == sha256(b"one")
    cache.save()


def test_a_full_disk_does_not_keep_the_cache_from_being_done_without(tmp_path, file, monkeypatch):
    def no_space(*arguments, **named):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    cache = FileCache(tmp_path / "files.json")
    assert cache.sha256(file) == sha256(b"one")
    monkeypatch.setattr(tempfile, "mkstemp", no_space)
    cache.save()


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match=r"gone\.wav cannot be read"):
        FileCache(tmp_path / "files.json").sha256(tmp_path / "gone.wav")


def test_checksums_are_those_of_sha256sum(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = ["a b", "ö"]
    for name in names:
        (tmp_path / name).write_text(name)
    write_checksums(names, "checksums.txt")
    assert read_checksums("checksums.txt") == {name: sha256(name.encode()) for name in names}
    subprocess.run(["sha256sum", "--check", "--quiet", "checksums.txt"], check=True)


@pytest.mark.parametrize("content", [b"", b"garbage", b"\xff\x00", b"0" * 64 + b" one space"])
def test_checksums_that_were_spoiled_are_told(tmp_path, content):
    path = tmp_path / "checksums.txt"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"checksums.txt is not as it was written.*dvc checkout"):
        read_checksums(path)
    assert read_checksums(tmp_path / "none.txt") == {}
