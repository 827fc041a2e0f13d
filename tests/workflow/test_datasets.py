"""Data sets through Snakemake: fetched where nothing is yet, refused with a plain message."""

import functools
import hashlib
import http.server
import io
import threading
import zipfile

import numpy as np
import pytest
import soundfile

pytestmark = pytest.mark.xdist_group("workflow")
DIGITS = "config/datasets/digits.yaml"
OWN = ("--config", "experiments=[own]")


def sound(seed):
    file = io.BytesIO()
    noise = np.random.default_rng(seed).normal(0, 0.1, 4000)
    soundfile.write(file, noise, 8000, format="WAV")
    return file.getvalue()


@pytest.fixture
def server(tmp_path):
    """Address of an archive of digits, and the checksum of what is in it."""
    folder = tmp_path / "server"
    folder.mkdir()
    names = [f"{digit}_{speaker}_0.wav" for digit in "01" for speaker in ("ann", "bob", "eve")]
    content = {name: sound(seed) for seed, name in enumerate(names)}
    with zipfile.ZipFile(folder / "digits.zip", "w") as archive:
        for name in names:
            archive.writestr(f"free-spoken-digit-dataset-1/recordings/{name}", content[name])
    lines = "".join(f"{hashlib.sha256(content[n]).hexdigest()}  {n}\n" for n in names)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield (
            f"http://127.0.0.1:{running.server_port}/digits.zip",
            hashlib.sha256(lines.encode()).hexdigest(),
        )
        running.shutdown()


def refused(checkout, *words, arguments=()):
    result = checkout.snakemake("-n", "firmware", *arguments, check=False)
    output = result.stdout + result.stderr
    assert result.returncode != 0
    assert "Traceback" not in output
    for word in words:
        assert word in output, output[-3000:]


def test_fetch_where_nothing_is_there_yet(fresh, server):
    url, digest = server
    fresh.change_settings(DIGITS, download={"url": url, "contents": {"sha256": digest}})
    # Another experiment's recordings are missing: that must not matter.
    output = fresh.snakemake("fetch_digits", *OWN).stdout
    assert "6 recordings in data/raw/digits: Free Spoken Digit Dataset" in output
    assert "licence: CC BY-SA 4.0" in output
    again = fresh.snakemake("fetch_digits").stdout
    assert "data/raw/digits already exists" in again
    # An experiment that is not listed.
    fresh.snakemake("results/digits/split.csv")


def test_recordings_that_are_missing_are_told(fresh):
    refused(fresh, "no recordings in data/raw/own", "{label}/{file}", arguments=OWN)
    esc50 = ("--config", "experiments=[esc50]")
    refused(fresh, "snakemake --cores 1 fetch_esc50", "--source", arguments=esc50)


def test_a_table_that_does_not_agree_is_told(fresh):
    settings = fresh.root / "config" / "datasets" / "own.yaml"
    settings.write_text(settings.read_text().replace("# table:", "table:"))
    folder = fresh.root / "data" / "raw" / "own"
    folder.mkdir(parents=True)
    (folder / "a.wav").write_bytes(sound(0))
    (folder / "recordings.csv").write_text("path,label\nb.wav,yes\n")
    refused(fresh, "recordings.csv", "line 2", "no line is about a.wav", arguments=OWN)


def test_official_folds_that_a_data_set_lacks(fresh):
    fresh.change_settings(split={"policy": "official"})
    refused(fresh, "split.policy: the data set keywords has no official folds")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"pattern": "{speaker}_{number}"}, "pattern: '{speaker}_{number}' should have"),
        ({"split": {"policy": "official"}}, "policy official needs the names of the folds"),
        (
            {"split": {"policy": "official", "validation": [9], "test": ["10"]}},
            "split.validation.0: 9 should be text",
        ),
        ({"split": {"policy": "random"}}, "not one of: group, recording, official, time"),
    ],
)
def test_wrong_settings_of_a_data_set(fresh, settings, words):
    fresh.change_settings("config/datasets/keywords.yaml", **settings)
    refused(fresh, "config/datasets/keywords.yaml", words)
