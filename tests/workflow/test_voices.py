"""Voices: what is told before they speak, when their files are fetched, and that code counts."""

import re

import pytest
import yaml

from workflow.conftest import KEYWORDS, SECOND

pytestmark = pytest.mark.xdist_group("workflow")


TAUGHT = {"training": {"teacher": {}}}
EMBEDDED = {
    "goal": "evaluation",
    "features": {"kind": "speech_embedding"},
    "model": {"architecture": "dense", "units": [8]},
}


@pytest.fixture
def without_packages(fresh, tmp_path):
    """A checkout with no network of a package, and a registry without any package."""
    fresh.environment = {
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": "",
    }
    return fresh


@pytest.fixture
def speaks(without_packages):
    """A checkout with a voice whose files are not here, and a registry without any package."""
    path = without_packages.root / "config" / "datasets" / "keywords.yaml"
    dataset = yaml.safe_load(path.read_text())
    manner = {"rate": [1.0, 1.0], "pitch": [0.0, 0.0]}
    dataset["synthesis"]["engines"]["pico"] = {"voices": ["en-GB"], **manner}
    path.write_text(yaml.safe_dump(dataset))
    return without_packages


@pytest.mark.parametrize(
    ("options", "fetches"),
    [
        ([], True),
        (["-np"], False),
        (["--dag", "dot"], False),
        (["--summary"], False),
        (["--unlock"], False),
        (["--list-rules"], False),
    ],
)
def test_files_are_fetched_where_jobs_run(speaks, tmp_path, options, fetches):
    # No rule makes it: what runs jobs ends before the first.
    target = ["results/keywords/nothing"] if fetches else ["results/keywords/split.csv"]
    result = speaks.run("snakemake", "--cores", "1", *target, *options, check=False)
    output = result.stdout + result.stderr
    assert (result.returncode != 0) == fetches, output
    assert ("fetching pico" in output) == fetches, output
    assert (tmp_path / "cache" / "wav2nano").exists() == fetches
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("changes", "without"),
    [
        (TAUGHT, "training.teacher: null"),
        (EMBEDDED | {"training": {"teacher": None}}, "another features.kind"),
        (TAUGHT | EMBEDDED, "another features.kind and training.teacher: null"),
    ],
)
def test_a_network_that_cannot_be_had_is_told_before_any_job(
    without_packages, tmp_path, changes, without
):
    fresh = without_packages
    path = fresh.root / KEYWORDS
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | changes))
    target = "results/keywords/model.keras"
    fresh.snakemake(target, "--dry-run")
    assert not (tmp_path / "cache" / "wav2nano").exists()
    result = fresh.snakemake(target, check=False)
    assert result.returncode
    assert re.search(
        r"config/experiments/keywords.yaml:\n +speech_embedding needs the package pyopen-wakeword "
        rf"1.1.0 from PyPI, .* wav2nano fetch-model speech_embedding, or do without: {without}\.",
        result.stderr,
    ), result.stderr
    assert "Traceback" not in result.stderr
    assert not (fresh.root / "data" / "windows").exists()


def test_all_experiments_are_checked_before_a_network_is_fetched(without_packages):
    fresh = without_packages
    fresh.change_settings(KEYWORDS, **TAUGHT)
    second = {"dataset": "keywords", "labels": ["two", "to"], "synthesize": "words"}
    (fresh.root / SECOND).write_text(yaml.safe_dump(second))
    fresh.change_settings(experiments=["keywords", "second"])
    said = fresh.snakemake("results/keywords/nothing", check=False).stderr
    assert "'two' and 'to' are spoken the same" in said
    assert "speech_embedding" not in said


@pytest.mark.parametrize(("options", "lines"), [([], 1), (["-n"], 0)])
def test_labels_that_sound_alike_are_told_where_jobs_run(fresh, options, lines):
    fresh.change_settings(KEYWORDS, labels=["no", "go", "seven"])
    result = fresh.run("snakemake", "results/keywords/nothing", *options, check=False)
    assert (result.stdout + result.stderr).count("'no' and 'go' differ in one sound") == lines


def test_how_a_word_is_read_is_told(fresh):
    fresh.change_settings(KEYWORDS, labels=["never", "wav"])
    result = fresh.snakemake("results/keywords/pronunciations.json")
    assert "wav: W AE1 V" in result.stdout + result.stderr


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("synthesis/workers/espeak.py", "(VOLUME, 100)", "(VOLUME, 90)"),
        ("features/kinds/speech_embedding.py", "RANGE_DB = 80.0", "RANGE_DB = 70.0"),
    ],
)
def test_the_board_says_by_what_code_was_spoken_and_taught(fresh, file, old, new):
    fresh.change_settings(KEYWORDS, **TAUGHT)

    def code_hash():
        said = fresh.snakemake("-np", "results/keywords/firmware/listener.bin").stdout
        return re.search(r"--code-hash (\w+)", said)[1]

    before = code_hash()
    fresh.replace(f"src/wav2nano/{file}", old, new)
    assert code_hash() != before
