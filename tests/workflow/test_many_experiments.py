"""Several experiments in one run: they share what they can, and build whatever is asked for."""

import json

import pytest

from workflow.conftest import KEYWORDS

pytestmark = pytest.mark.xdist_group("workflow")


def test_two_experiments_share_speech_windows_and_features(built):
    archives = {
        path.name.rsplit("-", 1)[0] for path in (built.root / "data/synthetic").glob("*.zip")
    }
    assert archives == {"never", "all", "must", "_unknown_", "_silence_"}
    # Only the other words differ: those of one experiment are not those of the other.
    assert len(list((built.root / "data/synthetic").glob("*.zip"))) == 6
    assert len(list((built.root / "data/features").rglob("*.h5"))) == 6


@pytest.mark.parametrize("experiment", ["keywords", "second"])
def test_each_alone_has_nothing_to_do(built, experiment):
    output = built.output("snakemake", "-n", f"results/{experiment}/checksums.txt")
    assert "Nothing to be done" in output
    output = built.output("snakemake", "-n", "firmware", "--config", f"experiments=[{experiment}]")
    assert "Nothing to be done" in output


def test_an_evaluation_ends_without_firmware(changed):
    (changed.root / "config/experiments/high.yaml").write_text(
        "goal: evaluation\ndataset: keywords\nlabels: [never, all]\nsynthesize: words\n"
        "model: {architecture: dense, units: [8]}\nfeatures: {kind: logmel, n_fft: 1024}\n"
        "chunking: {rate: 22050}\ntraining: {epochs: 1}\n"
    )
    changed.snakemake("results/high/checksums.txt")
    assert not (changed.root / "results/high/firmware").exists()
    assert "int8_accuracy" in json.loads((changed.root / "metrics/high.json").read_text())
    page = (changed.root / "results/high/report/budget.html").read_text()
    assert "22,050" in page
    assert "16,000" in page


def test_experiments_are_compared(changed):
    changed.snakemake("compare")
    table = (changed.root / "results/comparison/comparison.csv").read_text().splitlines()
    assert {line.split(",")[1] for line in table[1:]} == {"keywords", "second"}


def test_what_nobody_uses_is_listed_and_removed(changed):
    changed.change_settings(KEYWORDS, labels=["never", "must"])
    said = changed.snakemake("list_unused").stdout
    unused = {line for line in said.splitlines() if line.startswith("data/")}
    assert {path.rsplit("/", 1)[1].rsplit("-", 1)[0] for path in unused} == {"all", "_unknown_"}
    assert all((changed.root / path).exists() for path in unused)
    changed.snakemake("remove_unused")
    assert not any((changed.root / path).exists() for path in unused)
    assert (changed.root / "results/second/firmware/listener.bin").exists()
