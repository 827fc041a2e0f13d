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
        "model: {architecture: dense, units: [8]}\nchunking: {rate: 22050}\n"
        "features: {kind: spectrogram, n_fft: 320, window_normalization: mean_variance}\n"
        "training: {epochs: 1}\n"
    )
    changed.snakemake("results/high/checksums.txt")
    assert not (changed.root / "results/high/firmware").exists()
    assert not (changed.root / "results/high/scores/c.csv").exists()
    assert "int8_accuracy" in json.loads((changed.root / "metrics/high.json").read_text())
    page = (changed.root / "results/high/report/budget.html").read_text()
    assert "22,050" in page
    assert "16,000" in page


def test_experiments_are_compared(changed):
    changed.snakemake("compare")
    table = (changed.root / "results/comparison/experiments.csv").read_text().splitlines()
    assert {line.split(",")[1] for line in table[1:]} == {"keywords", "second"}
    page = (changed.root / "results/comparison/experiments.html").read_text()
    assert page.count('<img src="data:image/png;base64,') == 4


def test_a_sweep_shares_what_is_there_and_ends_in_a_ranked_table(changed):
    (changed.root / "config/sweeps/sizes.yaml").write_text(
        "base: keywords\n"
        "product: {model.units: [[8], [4]], goal: [evaluation], training.epochs: [1]}\n"
    )
    output = changed.snakemake("-n", "sweep_sizes").stdout
    assert "train_model" in output
    assert not {"synthesize_speech", "chunk_audio", "extract_features"} & set(output.split())
    changed.snakemake("results/sizes.units-4/model.keras")  # as if it had been interrupted
    output = changed.snakemake("sweep_sizes").stderr
    assert output.count("rule train_model:") == 1
    table = (changed.root / "results/comparison/sweep_sizes.csv").read_text().splitlines()
    header, *rows = (line.split(",") for line in table)
    assert {row[header.index("experiment")] for row in rows} == {"units-8", "units-4"}
    assert {row[header.index("model.units")] for row in rows} == {"[8]", "[4]"}
    assert "Nothing to be done" in changed.output("snakemake", "-n", "sweep_sizes")
    # What a sweep made is in use as long as its file is there.
    assert "sizes.units-8" not in changed.snakemake("list_unused").stdout
    (changed.root / "config/sweeps/sizes.yaml").unlink()
    unused = changed.snakemake("list_unused").stdout.splitlines()
    assert "results/sizes.units-8/model.keras" in unused
    assert {"metrics/sizes.units-8.json", "results/comparison/sweep_sizes.csv"} <= set(unused)
    assert "metrics/second.json" not in unused


def test_a_mistake_in_a_sweep_is_told_before_any_job(changed):
    sweep = changed.root / "config/sweeps/wrong.yaml"
    sweep.write_text("base: second\nproduct: {features.f_max: [7000.0, 9000.0]}\n")
    output = changed.snakemake("sweep_wrong", check=False).stderr
    assert "config/sweeps/wrong.yaml, features.f_max: 9000.0" in output
    assert "Traceback" not in output
    assert "rule " not in output


def test_a_broken_sweep_stops_nobody_else(changed):
    (changed.root / "config/sweeps/broken.yaml").write_text("base: [")
    (features, *_) = (changed.root / "data/features").rglob("must-*.h5")
    features.unlink()
    changed.snakemake(str(features.relative_to(changed.root)))
    assert features.exists()


def test_a_file_with_a_name_that_cannot_be_is_told(changed):
    (changed.root / "config/sweeps/x.y.yaml").write_text("base: keywords")
    output = changed.output("snakemake", "-n", check=False)
    assert "config/sweeps/x.y.yaml: a name consists of at most 100 letters" in output
    assert "Traceback" not in output


def test_what_nobody_uses_is_listed_and_removed(changed):
    changed.change_settings(KEYWORDS, labels=["never", "must"])
    said = changed.snakemake("list_unused").stdout
    unused = {line for line in said.splitlines() if line.startswith("data/")}
    assert {path.rsplit("/", 1)[1].rsplit("-", 1)[0] for path in unused} == {"all", "_unknown_"}
    assert all((changed.root / path).exists() for path in unused)
    changed.snakemake("remove_unused")
    assert not any((changed.root / path).exists() for path in unused)
    assert (changed.root / "results/second/firmware/listener.bin").exists()
