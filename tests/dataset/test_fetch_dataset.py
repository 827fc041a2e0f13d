"""Public data sets: from a server on this machine that misbehaves, a folder or an archive."""

import hashlib
import io
import os
import re
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from wav2nano import download as downloading
from wav2nano import progress
from wav2nano.dataset import fetch_dataset as fetching
from wav2nano.dataset.fetch_dataset import digest_recordings, fetch_dataset, fetch_recordings
from wav2nano.errors import UserError
from wav2nano.settings.dataset import DatasetSettings
from wav2nano.settings.load import load_dataset
from web_server import serve

ROOT = Path(__file__).resolve().parents[2]
NOISE = np.random.default_rng(0).bytes(3_000_000)  # does not compress
CONTENT = {"0_ann_0.wav": b"zero", "1_bob_1.wav": NOISE}


def zip_of(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def tar_of(members, mode="w:gz"):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:
        for name, content in members:
            member = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


MEMBERS = [(f"set-1.0/recordings/{name}", content) for name, content in CONTENT.items()]
MEMBERS += [("set-1.0/README.md", b"read me"), ("set-1.0/recordings/list.txt", b"a list")]
ZIP, TAR = zip_of(MEMBERS), tar_of(MEMBERS)


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch):
    monkeypatch.setattr(downloading, "PAUSES_SECONDS", (0, 0, 0))


@pytest.fixture
def server():
    with serve(ZIP) as running:
        yield running


def dataset_of(tmp_path, url="http://127.0.0.1:9/", **more):
    checksum = {} if "contents" in more else {"archive": {"sha256": sha256(ZIP)}}
    settings = {
        "name": "set",
        "title": "A set",
        "licence": "CC0",
        "recordings": str(tmp_path / "raw" / "set"),
        "pattern": "{label}_{group}_{number}",
        "shards": 1,
        "split": {"policy": "group"},
        "download": {
            "url": url,
            "folder": "set-*/recordings",
            "megabytes": 3,
            "unpacked_megabytes": 4,
            **checksum,
            **more,
        },
    }
    return DatasetSettings.model_validate(settings)


def without_download(dataset):
    return dataset.model_copy(update={"download": None})


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def found(tmp_path):
    folder = tmp_path / "raw" / "set"
    return {path.name: path.read_bytes() for path in folder.glob("*.wav")}


def left(tmp_path):
    folder = tmp_path / "raw"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.mark.parametrize(
    "fault",
    ["none", "busy", "drops", "drops-once", "ignores-range", "another-part", "too-long", "no-etag"],
)
def test_downloads_end_right(tmp_path, server, fault, capsys):
    fetch_recordings(dataset_of(tmp_path, f"{server.url}/{fault}"))
    assert found(tmp_path) == CONTENT
    assert left(tmp_path) == ["set"]
    assert ("interrupted" in capsys.readouterr().err) == (fault not in ("none", "no-etag"))


def test_an_error_without_a_text_is_named(tmp_path, monkeypatch):
    def break_off(*_):
        raise ConnectionAbortedError

    monkeypatch.setattr(downloading, "_continue", break_off)
    with pytest.raises(UserError, match=r"cannot be downloaded \(ConnectionAbortedError\)"):
        downloading.download("http://127.0.0.1:9/", tmp_path / "file", advice="")


def test_a_broken_download_is_resumed(tmp_path, server):
    fetch_recordings(dataset_of(tmp_path, f"{server.url}/drops-once"))
    assert server.requests[1]["Range"] == f"bytes={len(ZIP) // 3}-"
    assert server.requests[1]["If-Range"] == '"one"'


def test_a_source_that_has_changed_begins_anew(tmp_path, server):
    server.other = zip_of([*MEMBERS, ("set-1.0/recordings/2_eve_2.wav", b"two")])
    checksum = {"sha256": sha256(server.other)}
    dataset = dataset_of(tmp_path, f"{server.url}/changes", archive=checksum)
    fetch_recordings(dataset)
    assert len(found(tmp_path)) == 3


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("nowhere", "404"),
        ("drops-at-once", "after 0 of"),
        ("too-short", "is not what was published"),
    ],
)
def test_downloads_that_fail_say_so(tmp_path, server, fault, words):
    with pytest.raises(UserError, match=words):
        fetch_recordings(dataset_of(tmp_path, f"{server.url}/{fault}"))
    assert found(tmp_path) == {}
    assert "set" not in left(tmp_path)


def test_no_server(tmp_path):
    with pytest.raises(UserError, match=r"127\.0\.0\.1:9/ cannot be downloaded.*--source"):
        fetch_recordings(dataset_of(tmp_path))


def test_what_came_stays_for_the_next_call(tmp_path, server, monkeypatch):
    monkeypatch.setattr(downloading, "PAUSES_SECONDS", ())
    dataset = dataset_of(tmp_path, f"{server.url}/drops-once")
    with pytest.raises(UserError, match="Run it again"):
        fetch_recordings(dataset)
    assert left(tmp_path) == [".set.partial", ".set.partial.json"]
    fetch_recordings(dataset)
    assert found(tmp_path) == CONTENT
    assert "Range" in server.requests[1]


def test_another_address_begins_anew(tmp_path, server, monkeypatch):
    monkeypatch.setattr(downloading, "PAUSES_SECONDS", ())
    with pytest.raises(UserError):
        fetch_recordings(dataset_of(tmp_path, f"{server.url}/drops-once"))
    fetch_recordings(dataset_of(tmp_path, f"{server.url}/none"))
    assert "Range" not in server.requests[1]
    assert found(tmp_path) == CONTENT


@pytest.mark.parametrize("what", ["bytes", "contents"])
def test_corrupt_bytes_are_deleted(tmp_path, server, what):
    dataset = dataset_of(tmp_path, f"{server.url}/none")
    if what == "bytes":
        server.content = ZIP[:1000] + b"corrupt" + ZIP[1007:]
    else:
        dataset = dataset_of(tmp_path, f"{server.url}/none", contents={"sha256": "0" * 64})
    with pytest.raises(UserError, match=r"not what was published.*was deleted"):
        fetch_recordings(dataset)
    assert left(tmp_path) == []


@pytest.mark.parametrize("kind", ["sha256", "md5"])
def test_contents_are_verified_whatever_the_archive(tmp_path, kind):
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    for name, content in CONTENT.items():
        (recordings / name).write_bytes(content)
    digest = digest_recordings(recordings, list(CONTENT), kind)
    lines = [f"{hashlib.new(kind, c).hexdigest()}  {n}\n" for n, c in sorted(CONTENT.items())]
    assert digest == hashlib.new(kind, "".join(lines).encode()).hexdigest()
    archive = tmp_path / "mine.tar.xz"
    archive.write_bytes(tar_of(MEMBERS[::-1], "w:xz"))
    fetch_recordings(dataset_of(tmp_path, contents={kind: digest}), source=archive)
    assert found(tmp_path) == CONTENT


def test_contents_are_verified_with_the_table_of_another_archive(tmp_path, server):
    table = b"path,label\n0_ann_0.wav,zero\n1_bob_1.wav,one\n"
    lines = "".join(f"{sha256(content)}  {name}\n" for name, content in sorted(CONTENT.items()))
    with serve(zip_of([("table.csv", table)])) as other:
        more = {"megabytes": 1, "unpacked_megabytes": 1, "unpublished": True}
        more["url"] = f"{other.url}/none"

        def fetch(digits):
            contents = {"sha256": digits}
            dataset = dataset_of(tmp_path, f"{server.url}/none", contents=contents, more=[more])
            changed = dataset.model_dump(exclude={"pattern"}) | {"table": {"file": "table.csv"}}
            fetch_recordings(DatasetSettings.model_validate(changed))

        with pytest.raises(UserError, match=r"2 recordings.*was deleted"):
            fetch("0" * 64)
        assert left(tmp_path) == [".set.1.partial", ".set.1.partial.json"]
        fetch(sha256(lines.encode()))
    assert found(tmp_path) == CONTENT


def test_progress_is_shown_but_not_often(tmp_path, server, monkeypatch, capsys):
    monkeypatch.setattr(progress, "SHOW_SECONDS", 0.5)
    begun = time.monotonic()
    fetch_recordings(dataset_of(tmp_path, f"{server.url}/slow"))
    lines = re.findall(
        r"downloading: [\d.]+ of 3\.0 MB, [\d.]+ MB/s, 0:\d\d left", capsys.readouterr().err
    )
    assert 1 <= len(lines) <= (time.monotonic() - begun) / 0.5


def test_a_killed_download_resumes(tmp_path, server):
    dataset = dataset_of(tmp_path, f"{server.url}/slow")
    # A file in JSON is YAML, too.
    settings = tmp_path / "config" / "datasets" / "set.yaml"
    settings.parent.mkdir(parents=True)
    settings.write_text(dataset.model_dump_json(exclude_none=True))
    program = "from wav2nano.dataset.fetch_dataset import fetch_dataset; fetch_dataset('set')"
    command = [sys.executable, "-c", program]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, cwd=tmp_path)
    partial = tmp_path / "raw" / ".set.partial"
    until = time.monotonic() + 30
    while not (partial.exists() and partial.stat().st_size > 500_000):
        assert time.monotonic() < until
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    had = partial.stat().st_size
    assert 0 < had < len(ZIP)
    assert not (tmp_path / "raw" / "set").exists()
    fetch_recordings(dataset)
    assert server.requests[1]["Range"] == f"bytes={had}-"
    assert found(tmp_path) == CONTENT
    assert left(tmp_path) == ["set"]


def test_two_at_once(tmp_path):
    dataset = dataset_of(tmp_path)
    (tmp_path / "raw").mkdir()
    with (
        fetching._alone(tmp_path / "raw" / "set"),
        pytest.raises(UserError, match="another process"),
    ):
        fetch_recordings(dataset)


def test_too_small_a_disk_is_told_first(tmp_path, server):
    dataset = dataset_of(tmp_path, f"{server.url}/none", unpacked_megabytes=1e9)
    with pytest.raises(UserError, match=r"MB free; 1000000003 MB are needed"):
        fetch_recordings(dataset)
    assert server.requests == []


@pytest.mark.parametrize("content", [ZIP, TAR, tar_of(MEMBERS, "w"), tar_of(MEMBERS, "w:bz2")])
def test_an_archive_that_is_here(tmp_path, content):
    (tmp_path / "archive").write_bytes(content)
    dataset = dataset_of(tmp_path, archive={"sha256": sha256(content)})
    fetch_recordings(dataset, source=tmp_path / "archive")
    assert found(tmp_path) == CONTENT
    assert (tmp_path / "raw" / "set" / "list.txt").read_bytes() == b"a list"
    assert (tmp_path / "archive").exists()


def test_another_archive_stays_but_is_not_used(tmp_path):
    (tmp_path / "archive.zip").write_bytes(TAR)
    with pytest.raises(UserError, match=r"archive\.zip is not what was published"):
        fetch_recordings(dataset_of(tmp_path), source=tmp_path / "archive.zip")
    assert (tmp_path / "archive.zip").exists()
    assert left(tmp_path) == []


def link(name, kind):
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, "/etc/passwd"
    return member


def zip_with_link():
    member = zipfile.ZipInfo("0_ann_0.wav")
    member.external_attr = 0o120777 << 16
    return zip_of([(member, b"/etc/passwd")])


def zip_that_lies():
    """An archive whose directory says that a member of 9 MB has 9 bytes."""
    content = bytearray(zip_of([("0_ann_0.wav", bytes(9_000_000))]))
    directory = content.rindex(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = (9).to_bytes(4, "little")
    return bytes(content)


UNSAFE = {
    "up.zip": (zip_of([("../0_ann_0.wav", b"x")]), "is outside"),
    "up.tar": (tar_of([("a/../../0_ann_0.wav", b"x")]), "is outside"),
    "absolute.zip": (zip_of([("/tmp/0_ann_0.wav", b"x")]), "is outside"),
    "absolute.tar": (tar_of([("/tmp/0_ann_0.wav", b"x")]), "is outside"),
    "link.zip": (zip_with_link(), "not a plain file"),
    "link.tar": (tar_of([(link("0_ann_0.wav", tarfile.SYMTYPE), b"")]), "not a plain file"),
    "hard.tar": (tar_of([(link("0_ann_0.wav", tarfile.LNKTYPE), b"")]), "not a plain file"),
    "device.tar": (tar_of([(link("0_ann_0.wav", tarfile.CHRTYPE), b"")]), "not a plain file"),
    "pipe.tar": (tar_of([(link("0_ann_0.wav", tarfile.FIFOTYPE), b"")]), "not a plain file"),
    "bomb.zip": (zip_of([("0_ann_0.wav", bytes(9_000_000))]), "more than the expected 4 MB"),
    "bomb.tar": (tar_of([("0_ann_0.wav", bytes(9_000_000))]), "more than the expected 4 MB"),
    "lie.zip": (zip_that_lies(), "broken|more than"),
    "twice.tar": (tar_of([("0_ann_0.wav", b"x"), ("0_ann_0.wav", b"y")]), "holds .* twice"),
    "cut.zip": (ZIP[:1000], "not a zip or tar archive"),
    "cut.tar": (TAR[: len(TAR) // 2], "broken|cannot be unpacked"),
    "text.zip": (b"not found", "not a zip or tar archive"),
    "empty.zip": (zip_of([]), "has no recordings"),
    "nameless.zip": (zip_of([(zipfile.ZipInfo(""), b"x")]), "holds a file without a name"),
    "nameless.tar": (tar_of([("", b"x")]), "holds a file without a name"),
}


@pytest.mark.parametrize("name", UNSAFE)
def test_archives_that_are_refused(tmp_path, name):
    content, words = UNSAFE[name]
    (tmp_path / name).write_bytes(content)
    folder = "set-*/recordings" if name.startswith("cut") else None
    dataset = dataset_of(tmp_path, archive={"sha256": sha256(content)}, folder=folder)
    with pytest.raises(UserError, match=words):
        fetch_recordings(dataset, source=tmp_path / name)
    assert left(tmp_path) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, "raw"])


def test_too_many_members(tmp_path, monkeypatch):
    monkeypatch.setattr("wav2nano.dataset.unpack.MOST_MEMBERS", 3)
    (tmp_path / "archive.zip").write_bytes(ZIP)
    with pytest.raises(UserError, match="more than 3 members"):
        fetch_recordings(dataset_of(tmp_path), source=tmp_path / "archive.zip")


def test_a_full_disk_keeps_the_download(tmp_path, server, monkeypatch):
    space = Path("/dev/full")
    if not space.exists():
        pytest.skip("no /dev/full here")
    opened = Path.open

    def full(path, mode="r", **more):
        return opened(space if "x" in mode else path, mode.replace("x", "w"), **more)

    dataset = dataset_of(tmp_path, f"{server.url}/none")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", full)
        with pytest.raises(UserError, match="disk is full"):
            fetch_recordings(dataset)
    assert left(tmp_path) == [".set.partial", ".set.partial.json"]
    fetch_recordings(dataset)
    assert found(tmp_path) == CONTENT
    assert server.requests[1]["Range"] == f"bytes={len(ZIP)}-"


def test_what_is_there_stays(tmp_path, capsys):
    folder = tmp_path / "raw" / "set"
    folder.mkdir(parents=True)
    (folder / "mine.wav").write_bytes(b"mine")
    fetch_recordings(dataset_of(tmp_path))
    assert found(tmp_path) == {"mine.wav": b"mine"}
    assert "already exists" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["raw", "raw/set"])
def test_a_file_in_place_of_a_folder_is_told_first(tmp_path, server, place):
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).write_bytes(b"mine")
    with pytest.raises(UserError, match=rf"{place} is not a folder.*Remove it"):
        fetch_recordings(dataset_of(tmp_path, f"{server.url}/none"))
    assert (tmp_path / place).read_bytes() == b"mine"
    assert server.requests == []


def test_a_folder_of_ones_own(tmp_path):
    source = tmp_path / "mine"
    source.mkdir()
    (source / "0_ann_0.wav").write_bytes(b"zero")
    (source / "notes.txt").write_text("not copied")
    dataset = without_download(dataset_of(tmp_path))
    fetch_recordings(dataset, source=source)
    assert [path.name for path in (tmp_path / "raw" / "set").iterdir()] == ["0_ann_0.wav"]


@pytest.mark.parametrize(
    ("name", "words"),
    [("notes.txt", r"mine has no recordings.*\{label\}_"), ("zero.wav", r"mine/zero\.wav")],
)
def test_a_folder_of_something_else(tmp_path, name, words):
    source = tmp_path / "mine"
    source.mkdir()
    (source / name).write_bytes(b"zero")
    with pytest.raises(UserError, match=f"(?s){words}"):
        fetch_recordings(dataset_of(tmp_path), source=source)
    assert left(tmp_path) == []


def test_nothing_to_download(tmp_path):
    dataset = without_download(dataset_of(tmp_path))
    with pytest.raises(UserError, match=r"cannot be downloaded.*--source"):
        fetch_recordings(dataset)
    with pytest.raises(UserError, match="does not exist"):
        fetch_recordings(dataset, source=tmp_path / "nowhere")


def test_a_folder_of_real_recordings(tmp_path, shared_data, capsys):
    dataset = load_dataset("digits", root=ROOT)
    dataset = dataset.model_copy(update={"recordings": str(tmp_path / "raw" / "set")})
    fetch_recordings(dataset, source=shared_data / "fsdd" / "recordings")
    assert len(list((tmp_path / "raw" / "set").iterdir())) == 3000
    assert "licence: CC BY-SA 4.0" in capsys.readouterr().err


def test_a_data_set_by_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = tmp_path / "config" / "datasets" / "set.yaml"
    settings.parent.mkdir(parents=True)
    settings.write_text(dataset_of(tmp_path).model_dump_json(exclude_none=True))
    (tmp_path / "archive.zip").write_bytes(ZIP)
    fetch_dataset("set", source=tmp_path / "archive.zip")
    assert found(tmp_path) == CONTENT
    with pytest.raises(UserError, match=r"no data set sets.*There are: set\."):
        fetch_dataset("sets")
