"""Step report-results: the figures by which experiments are compared, in one flat file."""

from pathlib import Path
from typing import Any

from wav2nano.files import read_json, write_json

RUNTIMES = ("float", "litert", "int8")


def report_results(folder: Path, out: Path) -> None:
    """Gather what evaluation, compiler and board said into `out`, for `dvc metrics`.

    Parameters
    ----------
    folder
        The experiment's results. Without `firmware/board.json` (only the bundled board package
        can be simulated) there are no figures of the board.
    out
        JSON file to write.
    """
    board = folder / "firmware" / "board.json"
    metrics = gather_metrics(
        read_json(folder / "evaluation" / "metrics.json"),
        read_json(folder / "firmware" / "listener.json"),
        read_json(board) if board.exists() else None,
    )
    write_json(out, metrics)


def gather_metrics(
    evaluation: dict[str, Any], build: dict[str, Any], board: dict[str, Any] | None
) -> dict[str, Any]:
    """Put the figures of one experiment into a flat mapping.

    Words and samples are counted over all that was played to the board; stack and instructions
    are the largest seen.
    """
    metrics: dict[str, Any] = {}
    for name in RUNTIMES:
        figures = evaluation[name]
        metrics[f"{name}_accuracy"] = figures["accuracy"]
        if interval := figures["accuracy_ci95"]:
            metrics[f"{name}_accuracy_low"], metrics[f"{name}_accuracy_high"] = interval
        metrics[f"{name}_macro_f1"] = figures["macro_f1"]
    metrics |= {key: build[key] for key in ("flash_bytes", "ram_bytes")}
    if board is None:
        return metrics
    runs = (board["recordings"], board["long_track"])
    test = board["self_test"]
    return metrics | {
        "stack_bytes": max(run["stack_bytes"] for run in runs),
        "instructions_per_hop": max(run["instructions_per_hop"] for run in runs),
        "self_test_equal": test["scores_equal"] == test["inputs_equal"] == test["windows"],
        "words_played": sum(run["words_played"] for run in runs),
        "words_heard": sum(run["words_heard"] for run in runs),
        "false_reports": sum(run["false_reports"] for run in runs),
        "lost_samples": sum(run["lost_samples"] for run in runs),
    }
