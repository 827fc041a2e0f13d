"""What a person reads at the end."""

import json

import pytest

from wav2nano.report.summarize import describe_results

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
    return tmp_path


def test_binary_budget_and_accuracy_are_told(results):
    text = describe_results(results)
    assert text.startswith(f"keywords: {results}/firmware/listener.bin\n")
    assert "90,000 of 900,000 bytes (10%)" in text
    assert "accuracy 90.0% (95 % interval 85.0% to 93.0%)" in text
    assert "13% busy, 0 samples lost" in text
    (results / "firmware" / "board.json").unlink()
    assert "not simulated" in describe_results(results)


def test_an_experiment_without_a_binary_is_told(results):
    (results / "firmware" / "listener.json").unlink()
    text = describe_results(results)
    assert text.startswith("keywords: evaluated, without a binary\n")
    assert "flash" not in text
    assert "accuracy 90.0%" in text
