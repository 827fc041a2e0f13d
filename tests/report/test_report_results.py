"""The figures that `dvc metrics` shows."""

from wav2nano.report.report_results import gather_metrics


def figures(accuracy, interval):
    return {"accuracy": accuracy, "accuracy_ci95": interval, "macro_f1": accuracy - 0.1}


EVALUATION = {
    "float": figures(0.9, [0.8, 0.95]),
    "litert": figures(0.89, [0.7, 0.9]),
    "int8": figures(0.88, None),
    "agreement": {"int8_with_float": 0.99},
}
BUILD = {"flash_bytes": 90_000, "flash_limit": 983_040, "ram_bytes": 48_000, "sha256": "0"}


def run(**changes):
    return {
        "words_played": 12,
        "words_heard": 11,
        "false_reports": 2,
        "lost_samples": 0,
        "stack_bytes": 500,
        "instructions_per_hop": 160_000,
    } | changes


def test_figures_are_flat_and_of_all_that_was_played():
    board = {
        "self_test": {"windows": 8, "inputs_equal": 8, "scores_equal": 8},
        "recordings": run(),
        "long_track": run(words_played=3, words_heard=1, stack_bytes=520),
    }
    assert gather_metrics(EVALUATION, BUILD, board) == {
        "float_accuracy": 0.9,
        "float_accuracy_low": 0.8,
        "float_accuracy_high": 0.95,
        "float_macro_f1": 0.8,
        "litert_accuracy": 0.89,
        "litert_accuracy_low": 0.7,
        "litert_accuracy_high": 0.9,
        "litert_macro_f1": 0.79,
        "int8_accuracy": 0.88,  # of one group: without an interval
        "int8_macro_f1": 0.78,
        "flash_bytes": 90_000,
        "ram_bytes": 48_000,
        "stack_bytes": 520,
        "instructions_per_hop": 160_000,
        "self_test_equal": True,
        "words_played": 15,
        "words_heard": 12,
        "false_reports": 4,
        "lost_samples": 0,
    }


def test_a_board_that_cannot_be_simulated_has_no_figures():
    metrics = gather_metrics(EVALUATION, BUILD, None)
    assert metrics["flash_bytes"] == 90_000
    assert "words_heard" not in metrics
