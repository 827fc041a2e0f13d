"""What a person reads at the end."""

import json
import subprocess

import pytest

from wav2nano.report.summarize import describe_results
from wav2nano.tables.split import SplitRow, write_split

SPLIT = [
    SplitRow("a", "yes", "ann", "own", "train"),
    SplitRow("b", "yes", "bob", "own", "test"),
    SplitRow("c", "yes", "eve", "own", "test"),
]
FIGURES = {"accuracy": 0.9, "accuracy_ci95": [0.85, 0.93]}


@pytest.fixture
def results(tmp_path):
    files = {
        "evaluation/evaluation.json": {
            "experiment": "keywords",
            "float": FIGURES,
            "int8": FIGURES | {"accuracy_ci95": None},
            "test_data": {"description": "recorded, 90 windows of 9 groups"},
        },
        "evaluation/detection.json": {
            "misses": 0.25,
            "false_reports_per_hour": 3.0,
            "false_reports_per_hour_ci95": [0.6, 8.8],
            "labels": {"never": {"threshold": 0.6}},
            "thresholds": {"target_false_alarms_per_hour": None},
            "hours": 1.0,
            "background_minutes": 4.0,
            "rule": "strict",
        },
        "environment.json": {"machine": "x86_64", "extensions": ["AVX2"]},
        "firmware/listener.json": {
            "flash_bytes": 90_000,
            "flash_limit": 900_000,
            "ram_bytes": 48_000,
            "ram_limit": 96_000,
            "tool": "arduino-cli 1.5",
            "board": "wav2nano:nrf52:nano33ble",
        },
        "firmware/board.json": {"long_track": {"busy_share": 0.13, "lost_samples": 0}},
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(json.dumps(content))
    write_split(tmp_path / "split.csv", SPLIT)
    return tmp_path


def test_binary_budget_and_accuracy_are_told(results):
    text = describe_results(results)
    assert text.startswith(f"keywords: {results}/firmware/listener.bin\n")
    assert "hears 75.0% at 3.0 false reports an hour (95 % interval 0.6 to 8.8;" in text
    assert "thresholds hears" not in text
    assert "90,000 of 900,000 bytes (10%)" in text
    assert "accuracy 90.0% (95 % interval 85.0% to 93.0%)" in text
    assert "13% busy, 0 samples lost" in text
    (results / "firmware" / "board.json").unlink()
    assert "not simulated" in describe_results(results)


def test_a_count_by_the_rule_of_a_benchmark_names_it(results):
    path = results / "evaluation" / "detection.json"
    found = json.loads(path.read_text())
    found |= {"rule": "mlperf_tiny", "targets": 50, "missed": 6, "false_reports": 4}
    path.write_text(json.dumps(found))
    told = "hears 44 of 50 with 4 false by MLPerf Tiny's rule: 75.0% at 3.0 false reports an hour"
    assert told in describe_results(results)


def test_what_chosen_thresholds_bring_is_told_after_what_the_test_says(results):
    path = results / "evaluation" / "detection.json"
    found = json.loads(path.read_text())
    label = {"misses": 0.1, "false_reports_per_hour": 2.0, "reached_on_validation": True}
    found["thresholds"] = label | {
        "too_short": None,
        "target_false_alarms_per_hour": 5.0,
        "false_reports_per_hour_ci95": [0.2, 7.2],
        "labels": {"never": label},
    }
    path.write_text(json.dumps(found))
    _, second, third = describe_results(results).splitlines()[:3]
    assert second.startswith("  listening  hears 75.0% at 3.0")
    assert third == (
        "  thresholds hears 90.0% of validation at 2.0 false reports an hour (95 % interval 0.2 to "
        "7.2; target 5)"
    )


def test_an_experiment_without_a_binary_is_told(results):
    (results / "firmware" / "listener.json").unlink()
    text = describe_results(results)
    assert text.startswith("keywords: evaluated, without a binary\n")
    assert "flash" not in text
    assert "accuracy 90.0%" in text


def test_who_is_tested_and_was_trained_on_is_told(results):
    assert "9 groups, never trained on\n" in describe_results(results)
    write_split(results / "split.csv", [*SPLIT, SplitRow("d", "yes", "ann", "own", "test")])
    said = "9 groups, never trained on; 33% of it is of groups that training heard\n"
    assert said in describe_results(results)


def test_figures_of_other_trainings_are_told(results, tmp_path):
    assert "random split" not in describe_results(results)
    folder = tmp_path / "results" / "keywords"
    folder.mkdir(parents=True)
    for name in ("evaluation", "environment.json", "split.csv"):
        (results / name).rename(folder / name)
    (tmp_path / "metrics").mkdir()
    metrics = {"int8_accuracy": 0.81, "random_split_int8_accuracy": 0.97}
    metrics |= {"folds": 3, "folds_int8_accuracy": 0.78}
    metrics |= {"folds_int8_accuracy_low": 0.7, "folds_int8_accuracy_high": 0.86}
    metrics |= {"seeds": 5, "seeds_int8_accuracy": 0.804, "seeds_int8_accuracy_std": 0.012}
    metrics |= {"seeds_int8_macro_f1": 0.79, "seeds_int8_macro_f1_std": 0.01}
    (tmp_path / "metrics" / "keywords.json").write_text(json.dumps(metrics))
    assert "81.0% on this split; a random split of the same windows would have claimed 97.0%" in (
        describe_results(folder)
    )
    said = "folds      mean accuracy 78.0% (95 % interval 70.0% to 86.0%) over 3"
    assert said in describe_results(folder)
    said = "seeds      over 5 seeds: macro F1 0.790 ± 0.010, accuracy 80.4% ± 1.2%"
    assert said in describe_results(folder)


@pytest.fixture
def committed(results, tmp_path):
    """A function that commits figures beside results, in a repository of their own."""

    def commit(trained_on=None, **figures):
        (tmp_path / "metrics" / "trained_on").mkdir(parents=True)
        if trained_on:
            text = json.dumps({"processor": trained_on})
            (tmp_path / "metrics" / "trained_on" / "keywords.json").write_text(text)
        text = json.dumps({"float_accuracy": 0.9, "int8_accuracy": 0.9} | figures)
        (tmp_path / "metrics" / "keywords.json").write_text(text)
        (tmp_path / "params.yaml").write_text("experiments: [keywords]\n")
        git = ("git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@example.org")
        for command in (("init", "-q"), ("add", "params.yaml", "metrics"), ("commit", "-qm", "a")):
            subprocess.run([*git, *command], check=True)
        folder = tmp_path / "results" / "keywords"
        folder.mkdir(parents=True)
        for name in ("evaluation", "environment.json", "split.csv", "firmware"):
            (results / name).rename(folder / name)
        return folder

    return commit


def difference(folder):
    lines = describe_results(folder).splitlines()
    return [line for line in lines if line.startswith("  differs ")]


def test_another_processor_than_that_of_the_commit_is_told(committed):
    folder = committed(int8_accuracy=0.803, trained_on="aarch64 with NEON")
    (line,) = difference(folder)
    assert "from the committed float 90.0%, int8 80.3% (now float 90.0%, int8 90.0%)" in line
    assert line.endswith("another kind of processor trained that model, aarch64 with NEON")


def test_settings_that_changed_since_the_commit_are_told(committed):
    folder = committed(int8_accuracy=0.803, trained_on="x86_64 with AVX2")
    (line,) = difference(folder)
    assert "the same kind of processor, and nothing in git has changed" in line
    (folder.parents[1] / "params.yaml").write_text("experiments: [others]\n")
    (line,) = difference(folder)
    assert line.endswith(": params.yaml changed since")


def test_figures_committed_without_a_processor(committed):
    (line,) = difference(committed(int8_accuracy=0.803))
    assert line.endswith("the commit does not say what processor trained its model")


def test_nothing_is_said_of_equal_or_uncommitted_figures(results, committed, monkeypatch):
    assert difference(results) == []
    folder = committed()
    assert difference(folder) == []
    (folder / "evaluation" / "evaluation.json").write_text(
        (folder / "evaluation" / "evaluation.json").read_text().replace("keywords", "another")
    )
    assert difference(folder) == []
    monkeypatch.setenv("PATH", "")
    assert difference(folder) == []
