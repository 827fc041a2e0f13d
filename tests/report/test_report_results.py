"""The figures that `dvc metrics` shows, and files that are read and written by name."""

import json
from pathlib import Path

import pytest

from wav2nano.errors import UserError
from wav2nano.features import KINDS
from wav2nano.models import ARCHITECTURES
from wav2nano.network_cost import NetworkCost
from wav2nano.report.report_results import gather_metrics, report_results
from wav2nano.settings.chunking import ChunkingSettings
from wav2nano.settings.listener import ListenerSettings
from wav2nano.tables.preprocessing import Preprocessing, write_preprocessing
from wav2nano.tables.split import SplitRow, write_split

MODEL = Path(__file__).parents[1] / "codegen" / "models" / "dense.tflite"
COST = NetworkCost(weight_bytes=40_000, arena_bytes=9_000, macs=200_000, macs_per_second=800_000)
PREPROCESSING = Preprocessing(
    labels=["no", "yes"],
    chunking=ChunkingSettings(rate=16_000),
    features=KINDS["mfcc"].Settings(hop=320),
    mean=[0.0] * 13,
    std=[1.0] * 13,
)


def figures(accuracy, interval):
    return {
        "accuracy": accuracy,
        "accuracy_ci95": interval,
        "macro_f1": accuracy - 0.1,
        "macro_f1_ci95": interval,
        "loss": 0.5,
    }


EVALUATION = {
    "experiment": "keywords",
    "test_data": {"description": "recorded, 90 windows of 9 groups", "synthetic": False},
    "float": figures(0.9, [0.8, 0.95]),
    "litert": figures(0.89, [0.7, 0.9]),
    "int8": figures(0.88, None),
    "validation": {"float": {"macro_f1": 0.82}, "int8": {"macro_f1": 0.81}},
    "agreement": {"int8_with_float": 0.99, "int8_with_litert": 0.98},
}
BUILD = {
    "flash_bytes": 90_000,
    "flash_limit": 983_040,
    "ram_bytes": 48_000,
    "ram_limit": 262_144,
    "tool": "arduino-cli 1.5",
    "board": "wav2nano:nrf52:nano33ble",
    "sha256": "0",
}


def test_a_random_split_has_figures_of_its_own():
    other = {"float": figures(0.99, None), "int8": figures(0.97, [0.9, 1.0])}
    plain = gather_metrics(EVALUATION, None, None, None, PREPROCESSING)
    metrics = gather_metrics(EVALUATION, None, None, None, PREPROCESSING, other)
    assert {key: metrics[key] for key in metrics.keys() - plain.keys()} == {
        "random_split_float_accuracy": 0.99,
        "random_split_float_macro_f1": 0.89,
        "random_split_int8_accuracy": 0.97,
        "random_split_int8_macro_f1": 0.87,
    }


def test_folds_have_figures_of_their_own():
    def both(accuracy, interval):
        return {"float": figures(0.5, None), "int8": figures(accuracy, interval)}

    folds = {
        "folds": [{"fold": fold, **both(0.7, None)} for fold in ("1", "b c")],
        "mean": both(0.7, [0.6, 0.8]),
        "pooled": both(0.72, [0.61, 0.81]),
    }
    metrics = gather_metrics(EVALUATION, None, None, None, PREPROCESSING, None, folds)
    assert metrics["folds"] == 2
    assert metrics["folds_int8_accuracy"] == metrics["fold_1_int8_accuracy"] == 0.7
    assert metrics["folds_int8_accuracy_low"] == 0.6
    assert metrics["folds_pooled_int8_accuracy_high"] == 0.81
    assert "folds_float_accuracy_low" not in metrics
    assert len([key for key in metrics if key.startswith("fold_")]) == 4


SEEDS = {
    "seeds": [
        {"seed": seed, "float": figures(0.8, None), "int8": figures(accuracy, None)}
        for seed, accuracy in ((1, 0.7), (2, 0.8))
    ],
    "mean": {
        name: figures(accuracy, [0.6, 0.9]) | {"accuracy_std": 0.07, "macro_f1_std": 0.0712}
        for name, accuracy in (("float", 0.8), ("int8", 0.75))
    },
}


def test_seeds_have_figures_of_their_own():
    plain = gather_metrics(EVALUATION, None, None, None, PREPROCESSING)
    metrics = gather_metrics(EVALUATION, None, None, None, PREPROCESSING, seeds=SEEDS)
    found = {key: metrics[key] for key in metrics.keys() - plain.keys() if "float" not in key}
    assert found == {
        "seeds": 2,
        "seeds_int8_accuracy": 0.75,
        "seeds_int8_accuracy_low": 0.6,
        "seeds_int8_accuracy_high": 0.9,
        "seeds_int8_accuracy_std": 0.07,
        "seeds_int8_macro_f1": pytest.approx(0.65),
        "seeds_int8_macro_f1_low": 0.6,
        "seeds_int8_macro_f1_high": 0.9,
        "seeds_int8_macro_f1_std": 0.0712,
        "seed_1_int8_accuracy": 0.7,
        "seed_1_int8_macro_f1": pytest.approx(0.6),
        "seed_2_int8_accuracy": 0.8,
        "seed_2_int8_macro_f1": pytest.approx(0.7),
    }
    assert metrics["seeds_float_accuracy_std"] == 0.07


def run(**changes):
    return {
        "seconds": 100.0,
        "reports": 13,
        "reports_equal_to_host": 13,
        "targets_played": 12,
        "targets_heard": 11,
        "background_played": 8,
        "false_reports": 2,
        "lost_samples": 0,
        "stack_bytes": 500,
        "instructions_per_hop": 160_000,
        "busy_share": 0.1,
    } | changes


BOARD = {
    "self_test": {
        "windows": 8,
        "inputs_equal": 8,
        "scores_equal": 8,
        "feature_difference": 3e-7,
    },
    "recordings": run(lost_samples=2),
    "long_track": run(
        seconds=54.0,
        targets_played=3,
        targets_heard=1,
        false_reports=7,
        lost_samples=1,
        stack_bytes=520,
    ),
}


def test_figures_are_flat_and_of_each_track():
    assert gather_metrics(EVALUATION, COST, BUILD, BOARD, PREPROCESSING) == {
        "float_accuracy": 0.9,
        "float_accuracy_low": 0.8,
        "float_accuracy_high": 0.95,
        "float_macro_f1": 0.8,
        "float_macro_f1_low": 0.8,
        "float_macro_f1_high": 0.95,
        "litert_accuracy": 0.89,
        "litert_accuracy_low": 0.7,
        "litert_accuracy_high": 0.9,
        "litert_macro_f1": 0.79,
        "litert_macro_f1_low": 0.7,
        "litert_macro_f1_high": 0.9,
        "int8_accuracy": 0.88,  # of one group: without an interval
        "int8_macro_f1": 0.78,
        "int8_validation_macro_f1": 0.81,
        "weight_bytes": 40_000,
        "arena_bytes": 9_000,
        "macs": 200_000,
        "macs_per_second": 800_000,
        "flash_bytes": 90_000,
        "ram_bytes": 48_000,
        "stack_bytes": 520,
        "instructions_per_hop": 160_000,
        "instructions_per_second": 8_000_000,  # 50 hops of 320 samples at 16 kHz
        "self_test_equal": True,
        "feature_difference": 3e-7,
        "lost_samples": 3,
        "one_by_one_seconds": 100.0,
        "one_by_one_targets_played": 12,
        "one_by_one_targets_heard": 11,
        "one_by_one_false_reports": 2,
        "one_by_one_false_reports_per_hour": 72.0,
        "long_track_seconds": 54.0,
        "long_track_targets_played": 3,
        "long_track_targets_heard": 1,
        "long_track_false_reports": 7,
        "long_track_false_reports_per_hour": 466.7,
    }


def test_a_board_that_cannot_be_simulated_has_no_figures():
    metrics = gather_metrics(EVALUATION, COST, BUILD, None, PREPROCESSING)
    assert metrics["flash_bytes"] == 90_000
    assert "one_by_one_targets_heard" not in metrics


@pytest.fixture
def report(tmp_path):
    """Report an experiment; gives the figures, and the text of the pages by name."""

    def write(name, value):
        if value is not None:
            (tmp_path / name).write_text(json.dumps(value))
        return tmp_path / name if value is not None else None

    def make(
        build,
        board,
        rate=16_000,
        model=MODEL,
        evaluation=EVALUATION,
        seeds=None,
        detection=None,
    ):
        between = PREPROCESSING.model_copy(update={"chunking": ChunkingSettings(rate=rate)})
        write_preprocessing(tmp_path / "preprocessing.json", between)
        write_split(tmp_path / "split.csv", [SplitRow("a", "no", "ann", "own", "test")])
        environment = dict.fromkeys(
            ("threads", "tensorflow", "keras", "numpy", "python", "system", "machine"), "3"
        )
        report_results(
            evaluation=write("evaluation.json", evaluation),
            environment=write("environment.json", environment | {"extensions": []}),
            model=model,
            preprocessing=tmp_path / "preprocessing.json",
            split=tmp_path / "split.csv",
            build=write("listener.json", build),
            board=write("board.json", board),
            seeds=write("seeds.json", seeds),
            detection=write("detection.json", detection),
            target=BUILD["board"],
            listener=ListenerSettings(),
            model_settings=ARCHITECTURES["dense"].Settings(),
            settings={"seed": 1},
            data={"name": "own"},
            joined=[],
            licences={"own": "yours"},
            policy="group",
            answers="windows",
            metrics=tmp_path / "metrics" / "keywords.json",
            trained_on=tmp_path / "trained_on.json",
            pages=tmp_path / "pages",
        )
        metrics = json.loads((tmp_path / "metrics" / "keywords.json").read_text())
        return metrics, {path.stem: path.read_text() for path in (tmp_path / "pages").iterdir()}

    return make


def test_an_experiment_on_the_board_has_all_pages(report, tmp_path):
    metrics, pages = report(BUILD, BOARD)
    assert metrics["long_track_false_reports"] == 7
    trained_on = json.loads((tmp_path / "trained_on.json").read_text())
    assert trained_on["processor"] == "3 with no extension"
    assert set(pages) == {"results", "budget", "data", "split", "settings", "environment"}
    assert "listener.bin" in pages["results"]


def test_what_is_luck_of_the_seed_is_told(report):
    _, pages = report(BUILD, BOARD, seeds=SEEDS)
    text = " ".join(pages["results"].split())
    assert (
        "Over 2 seeds: macro F1 0.650 ± 0.071, accuracy 75.0% ± 7.0% (int8); macro F1 0.700 ± "
        "0.071, accuracy 80.0% ± 7.0% (float32)." in text
    )
    assert "with the seeds 1 to 2" in text
    assert "seeds" not in report(BUILD, BOARD)[1]["results"]


def test_words_in_a_stream_of_sound_come_first(report):
    detection = {
        "hours": 1.0,
        "background_minutes": 4.0,
        "labels": {"never": {"threshold": 0.6}},
        "thresholds": {"target_false_alarms_per_hour": None},
        "rule": "strict",
        "targets": 4,
        "missed": 1,
        "misses": 0.25,
        "misses_ci95": None,
        "false_reports": 3,
        "false_reports_per_hour": 3.0,
        "false_reports_per_hour_ci95": [0.6, 8.8],
        "latency_seconds": {"median": 0.2, "p95": 0.5},
    }
    metrics, pages = report(BUILD, BOARD, detection=detection)
    assert {key: value for key, value in metrics.items() if key.startswith("detection")} == {
        "detection_hours": 1.0,
        "detection_targets": 4,
        "detection_hits": 3,
        "detection_false_reports": 3,
        "detection_misses": 0.25,
        "detection_false_reports_per_hour": 3.0,
        "detection_false_reports_per_hour_low": 0.6,
        "detection_false_reports_per_hour_high": 8.8,
        "detection_latency_median_seconds": 0.2,
        "detection_latency_p95_seconds": 0.5,
    }
    assert next(iter(metrics)) == "detection_hours"
    assert "hears 75.0% at 3.0 false reports an hour" in pages["results"]
    assert "chosen" not in pages["results"]

    chosen = {"target_false_alarms_per_hour": 5.0, "misses": 0.2, "false_reports_per_hour": 6.0}
    chosen |= {"reached_on_validation": False, "false_reports_per_hour_ci95": [2.2, 13.1]}
    chosen["too_short"] = "1 h is too short"
    label = {"misses": 0.2, "false_reports_per_hour": 6.0, "reached_on_validation": False}
    chosen["labels"] = {"never": label}
    metrics, pages = report(BUILD, BOARD, detection=detection | {"thresholds": chosen})
    assert metrics["detection_validation_misses"] == 0.2
    assert metrics["detection_validation_false_reports_per_hour"] == 6.0
    assert metrics["detection_validation_target_reached"] is False
    told = (
        "chosen on the validation set it hears 80.0% of validation at 6.0 false reports an hour "
        "(95 % interval 2.2 to 13.1; target 5); no threshold keeps within its share of the "
        "target, at best an hour: never 6.0; 1 h is too short."
    )
    assert told in " ".join(pages["results"].split())


def test_an_experiment_that_is_only_evaluated_needs_no_build(report):
    metrics, pages = report(None, None, rate=44_100)
    assert metrics["int8_macro_f1"] == 0.78
    assert not any(key.startswith(("flash", "instructions", "long_track")) for key in metrics)
    assert "44,100 samples per second; the board" in pages["budget"]
    assert "estimated" not in pages["budget"]
    assert metrics["weight_bytes"] > 0
    assert "listener.bin" not in pages["results"]


def test_a_network_that_cannot_be_generated_is_reported_with_the_reason(report):
    metrics, pages = report(None, None, model=MODEL.with_name("float.tflite"))
    assert metrics["int8_macro_f1"] == 0.78
    assert "macs" not in metrics
    assert "quantise the model to int8 first" in pages["budget"]
    # 49 frames of 13 features, 64 units, 2 labels; four inferences a second in whole hops.
    macs = 49 * 13 * 64 + 64 * 2
    assert f"{macs:,} multiply-accumulates per window" in pages["budget"]
    assert f"{round(macs / 0.24):,}" in pages["budget"]
    assert "the least\nthat it would need, estimated from its settings" in pages["budget"]


@pytest.mark.parametrize("key", EVALUATION)
@pytest.mark.parametrize("value", [None, "text", {}])
def test_a_damaged_evaluation_is_told(report, key, value):
    damaged = EVALUATION | {key: value}
    if value is None:
        del damaged[key]
    if key == "experiment" and value is not None:  # any name will do
        return
    with pytest.raises(UserError, match=r"evaluation\.json.* is damaged.*Delete it"):
        report(BUILD, BOARD, evaluation=damaged)


def test_a_damaged_report_of_the_board_is_told(report):
    with pytest.raises(UserError, match=r"board\.json is damaged.*'targets_played'"):
        report(BUILD, BOARD | {"long_track": {}})
