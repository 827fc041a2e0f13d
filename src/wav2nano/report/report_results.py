"""Step report-results: the figures by which experiments are compared, and the report's pages."""

from pathlib import Path
from typing import Any

from wav2nano.dataset.split import read_split
from wav2nano.files import read_json, write_json, write_text
from wav2nano.report import pages
from wav2nano.training.windows import read_preprocessing


def report_results(
    folder: Path, settings: dict[str, Any], data: dict[str, Any], *, policy: str
) -> None:
    """Write `metrics.json`, for `dvc metrics`, and the pages of the report into `report/`.

    Parameters
    ----------
    folder
        The experiment's results. Without `firmware/board.json` (only the bundled board package
        can be simulated) there are no figures of the board.
    settings
        The experiment's settings.
    data
        The data set's settings.
    policy
        How the recordings were split.
    """
    evaluation = read_json(folder / "evaluation" / "evaluation.json")
    build = read_json(folder / "firmware" / "listener.json")
    path = folder / "firmware" / "board.json"
    board = read_json(path) if path.exists() else None
    environment = read_json(folder / "environment.json")
    preprocessing = read_preprocessing(folder / "preprocessing.json")
    hop, rate = preprocessing.features["hop"], preprocessing.chunking["rate"]
    split = read_split(folder / "split.csv")
    title = evaluation["experiment"]
    binary = (folder / "firmware" / "listener.bin").as_posix()
    made = {
        "results": pages.results_page(title, evaluation, board, binary),
        "budget": pages.budget_page(title, build, board, hop, rate),
        "data": pages.data_page(title, data, split, evaluation),
        "split": pages.split_page(title, split, policy),
        "settings": pages.settings_page(title, settings, data),
        "environment": pages.environment_page(title, environment),
    }
    for name, text in made.items():
        write_text(folder / "report" / f"{name}.html", text)
    write_json(folder / "metrics.json", gather_metrics(evaluation, build, board))


def gather_metrics(
    evaluation: dict[str, Any], build: dict[str, Any], board: dict[str, Any] | None
) -> dict[str, Any]:
    """Put the figures of one experiment into a flat mapping.

    Words and samples are counted over all that was played to the board; stack and instructions
    are the largest seen.
    """
    metrics: dict[str, Any] = {}
    for name in pages.RUNTIMES:
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
