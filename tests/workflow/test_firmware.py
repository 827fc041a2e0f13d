"""The whole way, from words to a binary whose answers are checked."""

import csv
import json
import re
import shutil

import numpy as np
import pytest
import soundfile

from nano33sim import Board
from wav2nano.firmware.compile_firmware import compile_firmware
from workflow.conftest import ROOT

pytestmark = pytest.mark.xdist_group("workflow")


def results(built):
    return built.root / "results" / "keywords"


def test_the_board_answers_as_the_references_do(built):
    report = json.loads((results(built) / "firmware" / "board.json").read_text())
    test = report["self_test"]
    assert test["windows"] == test["inputs_equal"] == test["scores_equal"] > 0
    assert test["feature_difference"] <= 1e-4
    for run in (report["recordings"], report["long_track"]):
        assert run["lost_samples"] == 0
        assert run["reports_equal_to_host"] == run["reports"]
        assert run["instructions_per_hop"] > 1000
        assert run["stack_bytes"] > 0


def test_binary_is_for_the_bootloader_and_says_what_it_is(built):
    folder = results(built) / "firmware"
    content = (folder / "listener.bin").read_bytes()
    stack, entry = np.frombuffer(content[:8], "<u4")
    assert 0x20000000 < stack <= 0x20040000
    assert 0x10000 <= entry < 0x10000 + len(content)
    assert entry & 1
    build = json.loads((folder / "listener.json").read_text())
    for text in ("never", "all", "_unknown_", build["data_hash"][:12], build["config_hash"][:12]):
        assert text.encode() in content
    assert build["code_hash"][:12].encode() in content
    assert (folder / "listener" / "listener.ino").exists()


def test_days_of_listening(built, tmp_path):
    """The samples that were heard are counted beyond 32 bits, which are full after three days."""
    sketch = shutil.copytree(ROOT / "firmware" / "sketches" / "listener", tmp_path / "listener")
    source = sketch / "listener.ino"
    start = 2**32 - 5 * 16000
    text = source.read_text().replace("samplesHeard = 0;", f"samplesHeard = {start}ULL;")
    source.write_text(text.replace("nextStatus = ", f"nextStatus = {start}ULL + "))
    compile_firmware(
        sketch=sketch,
        code=sorted((results(built) / "code").iterdir()),
        data=[results(built) / "split.csv"],
        config_hash="0" * 12,
        code_hash="0" * 12,
        board="wav2nano:nrf52:nano33ble",
        libraries=ROOT / "firmware" / "libraries",
        out=tmp_path / "out",
    )
    board = Board(tmp_path / "out" / "listener.bin", elf=tmp_path / "out" / "listener.elf")
    said = board.run(np.zeros(16000 * 21, np.int16), seconds=21.5).text
    times = [float(time) for time in re.findall(r"([\d.]+) s heard, lost samples: 0", said)]
    assert times == pytest.approx([start / 16000 + 10, start / 16000 + 20], abs=0.03)


def test_metrics_hold_what_is_promised(built):
    metrics = json.loads((results(built) / "evaluation" / "evaluation.json").read_text())
    assert metrics["test_data"]["synthetic"]
    assert "synthetic speech" in metrics["test_data"]["description"]
    for name in ("float", "int8", "litert"):
        figures = metrics[name]
        confusion = np.array(figures["confusion"])
        assert figures["windows"] == confusion.sum()
        assert figures["accuracy"] == pytest.approx(np.trace(confusion) / confusion.sum(), abs=1e-4)
        low, high = figures["accuracy_ci95"]
        assert low <= figures["accuracy"] <= high
        assert set(figures["per_class"]) == {"never", "all", "_unknown_", "_silence_"}


def test_one_runs_step_by_step(built):
    """What the simulated board said of it was compared with whole windows, or the build failed."""
    results = built.root / "results" / "second"
    settings = (results / "code" / "settings.h").read_text()
    assert "#define W2N_MODEL_FRAMES 2\n" in settings
    assert "a decision every 40 ms" in settings
    assert json.loads((results / "firmware" / "board.json").read_text())["self_test"]["windows"] > 0


def test_one_is_tested_as_mlperf_tiny_tests(built):
    results = built.root / "results" / "second"
    found = json.loads((results / "evaluation" / "detection.json").read_text())
    assert (found["recipe"], found["rule"], found["late_seconds"]) == (*["mlperf_tiny"] * 2, 2.0)
    metrics = json.loads((built.root / "metrics" / "second.json").read_text())
    assert metrics["detection_targets"] == found["targets"] == 7
    assert metrics["detection_hits"] == 7 - found["missed"]
    assert metrics["detection_false_reports"] == found["false_reports"]
    counted = f"hears {7 - found['missed']} of 7 with {found['false_reports']} false by MLPerf"
    assert counted in built.run("wav2nano", "summarize", "results/second").stdout
    assert "Syntiant" in (results / "report" / "detection.html").read_text()


def test_no_group_is_on_two_sides(built):
    with (results(built) / "split.csv").open() as file:
        rows = list(csv.DictReader(file))
    parts = {}
    for row in rows:
        parts.setdefault(row["group"], set()).add(row["part"])
    assert all(len(part) == 1 for part in parts.values())
    origins = {row["origin"] for row in rows if row["part"] == "test"}
    assert origins & {"flite", "festival"}


def test_int8_agrees_in_litert_and_c(built):
    metrics = json.loads((results(built) / "evaluation" / "evaluation.json").read_text())
    assert metrics["agreement"]["int8_with_litert"] >= 0.97
    # A step of a score is 1/256.
    assert metrics["agreement"]["largest_score_difference_to_litert"] <= 0.05


def test_calibration_windows_are_from_training(built):
    with (results(built) / "split.csv").open() as file:
        training = {r["recording"] for r in csv.DictReader(file) if r["part"] == "train"}
    with (results(built) / "calibration.csv").open() as file:
        chosen = [row["recording"] for row in csv.DictReader(file)]
    assert len(chosen) >= 30
    assert set(chosen) <= training


@pytest.mark.parametrize("model", ["int8", "c"])
def test_predict_any_file(built, tmp_path, model):
    paths = [tmp_path / "a b $x.wav", tmp_path / "stereo.flac"]
    noise = np.random.default_rng(0).normal(0, 0.01, (44100, 2))
    soundfile.write(paths[0], noise[:4000, 0], 8000)
    soundfile.write(paths[1], noise, 44100)
    output = built.run("wav2nano", "predict", "--model", model, "--json", *map(str, paths)).stdout
    found = [json.loads(line) for line in output.splitlines()]
    assert [entry["file"] for entry in found] == [str(path) for path in paths]
    for entry in found:
        assert sum(entry["scores"].values()) == pytest.approx(1, abs=0.03)
        assert entry["label"] == max(entry["scores"], key=entry["scores"].get)


def test_predict_names_bad_files_and_goes_on(built, tmp_path):
    good, bad = tmp_path / "good.wav", tmp_path / "bad.wav"
    soundfile.write(good, np.zeros(16000), 16000)
    bad.write_bytes(b"RIFF")
    result = built.run("wav2nano", "predict", str(bad), str(good), check=False)
    assert result.returncode == 1
    assert "bad.wav" in result.stderr
    assert "Traceback" not in result.stderr
    assert "good.wav" in result.stdout


def test_simulate_any_recording(built, tmp_path):
    path = tmp_path / "ten seconds.wav"
    soundfile.write(path, np.random.default_rng(0).normal(0, 0.001, 16000 * 11), 16000)
    firmware = "results/keywords/firmware/listener.bin"
    output = built.run("wav2nano", "simulate", firmware, str(path)).stdout
    assert "listening for: never, all" in output
    assert "lost samples: 0" in output


def test_summary_tells_what_matters(built):
    folder = "results/keywords"
    output = built.run("wav2nano", "summarize", folder).stdout
    for text in ("listener.bin", "flash", "RAM", "float", "int8", "synthetic speech", "bossac"):
        assert text in output


@pytest.mark.parametrize("name", ["learning_curves", "confusion", "per_class", "roc"])
def test_plots_are_there(built, name):
    content = (results(built) / "evaluation" / f"{name}.png").read_bytes()
    assert content.startswith(b"\x89PNG")
    width, height = np.frombuffer(content[16:24], ">u4")
    assert width > 800
    assert height > 400
