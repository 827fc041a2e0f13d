"""Public data sets: from a server on this machine, a folder or an archive."""

import http.server
import threading
import zipfile

import pytest

from wav2nano.config import load_dataset
from wav2nano.dataset.fetch import content_digest, fetch_dataset
from wav2nano.errors import UserError

CONTENT = {"0_ann_0.wav": b"zero", "1_bob_1.wav": b"one"}


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "server" / "set.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as file:
        for name, content in CONTENT.items():
            file.writestr(f"set-1.0/recordings/{name}", content)
        file.writestr("set-1.0/../../../escape.txt", "out")
        file.writestr("set-1.0/README.md", "read me")
    return path


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder; a path with /short/ breaks off in the middle."""

    def do_GET(self):
        if "/short/" not in self.path:
            return super().do_GET()
        content = (self.server.folder / "set.zip").read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2])
        return None

    def log_message(self, *_):
        pass


@pytest.fixture
def server(archive):
    def handler(*args):
        return Handler(*args, directory=str(archive.parent))

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        running.folder = archive.parent
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def dataset_of(tmp_path, url, digest=None):
    return {
        "name": "set",
        "title": "A set",
        "licence": "CC0",
        "recordings": str(tmp_path / "raw" / "set"),
        "download": {
            "url": url,
            "members": "*/recordings/*.wav",
            "sha256": digest or content_digest(CONTENT.items()),
        },
    }


def found(tmp_path):
    folder = tmp_path / "raw" / "set"
    return {path.name: path.read_bytes() for path in folder.glob("*")}


def nothing_was_left(tmp_path):
    return not (tmp_path / "raw").exists() or not any((tmp_path / "raw").iterdir())


def test_download(tmp_path, server):
    fetch_dataset(dataset_of(tmp_path, f"{server}/set.zip"))
    assert found(tmp_path) == CONTENT
    assert sorted(path.name for path in (tmp_path / "raw").iterdir()) == ["set"]


def test_wrong_checksum_leaves_nothing(tmp_path, server):
    with pytest.raises(UserError, match="checksum"):
        fetch_dataset(dataset_of(tmp_path, f"{server}/set.zip", "0" * 64))
    assert nothing_was_left(tmp_path)


@pytest.mark.parametrize("path", ["short/set.zip", "nowhere.zip"])
def test_failed_download_leaves_nothing(tmp_path, server, path):
    with pytest.raises(UserError, match=r"127\.0\.0\.1"):
        fetch_dataset(dataset_of(tmp_path, f"{server}/{path}"))
    assert nothing_was_left(tmp_path)


def test_archive_that_is_here(tmp_path, archive):
    fetch_dataset(dataset_of(tmp_path, "http://127.0.0.1:9/set.zip"), source=archive)
    assert found(tmp_path) == CONTENT


def test_corrupt_archive_is_named(tmp_path, archive):
    archive.write_bytes(archive.read_bytes()[:100])
    with pytest.raises(UserError, match=r"set\.zip is not a whole zip"):
        fetch_dataset(dataset_of(tmp_path, "http://127.0.0.1:9/"), source=archive)


def test_what_is_there_stays(tmp_path, archive, capsys):
    folder = tmp_path / "raw" / "set"
    folder.mkdir(parents=True)
    (folder / "mine.wav").write_bytes(b"mine")
    fetch_dataset(dataset_of(tmp_path, "http://127.0.0.1:9/"), source=archive)
    assert found(tmp_path) == {"mine.wav": b"mine"}
    assert "is there already" in capsys.readouterr().err


def test_folder_of_real_recordings(tmp_path, shared_data):
    source = shared_data / "fsdd" / "recordings"
    fetch_dataset(dataset_of(tmp_path, "http://127.0.0.1:9/"), source=source)
    assert len(found(tmp_path)) == 3000


def test_the_digits_are_described():
    dataset = load_dataset("digits")
    assert dataset["licence"] == "CC BY-SA 4.0"
    assert dataset["download"]["url"].endswith("v1.0.10.zip")
