"""Step report-results: the figures by which experiments are compared, and the report's pages."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from wav2nano.boards import find_board
from wav2nano.codegen.read_tflite import require_tflite
from wav2nano.describe import describe_processor
from wav2nano.errors import UserError
from wav2nano.files import as_written, read_json, write_json, write_text
from wav2nano.licences import hindrances
from wav2nano.models import AnyModel
from wav2nano.network_cost import NetworkCost, estimate_network
from wav2nano.other_trainings import name_of_fold, name_of_seed
from wav2nano.report.board_limits import measure_network, reasons_against
from wav2nano.report.pages import (
    TRACKS,
    budget_page,
    data_page,
    environment_page,
    false_reports_per_hour,
    results_page,
    runtimes_of,
    seconds_per_hop,
    settings_page,
    split_page,
)
from wav2nano.settings.evaluation import Answers
from wav2nano.settings.listener import ListenerSettings
from wav2nano.tables.preprocessing import Preprocessing, read_preprocessing
from wav2nano.tables.split import read_split

FIGURES = ("accuracy", "macro_f1")


def report_results(
    *,
    evaluation: Path,
    environment: Path,
    model: Path,
    preprocessing: Path,
    split: Path,
    pronunciations: Path | None = None,
    build: Path | None = None,
    board: Path | None = None,
    detection: Path | None = None,
    random_split: Path | None = None,
    folds: Path | None = None,
    seeds: Path | None = None,
    target: str,
    listener: ListenerSettings,
    model_settings: AnyModel,
    settings: dict[str, Any],
    data: dict[str, Any],
    joined: list[dict[str, Any]],
    licences: dict[str, str],
    policy: str,
    answers: Answers,
    metrics: Path,
    trained_on: Path,
    pages: Path,
) -> None:
    """Write the figures that `dvc metrics` shows, and the report's pages.

    Parameters
    ----------
    evaluation
        JSON file of the evaluation.
    environment
        JSON file of what trained.
    model
        TFLite file of the int8 model.
    preprocessing
        JSON file of what comes between audio and the model.
    split
        CSV file of the split.
    pronunciations
        JSON file of how words are read, if they are synthesised.
    build
        JSON file of what was compiled, beside the binary; none where the experiment's goal is an
        evaluation.
    board
        JSON file of what the simulated board did; none where there is no build, or one for a board
        package that cannot be simulated.
    detection
        JSON file of misses and false reports in a stream of sound, if there is a build.
    random_split
        JSON file of the evaluation of the same experiment on a random split, if there is one.
    folds
        JSON file of the figures of cross-validation, if there are any.
    seeds
        JSON file of the figures of trainings with several seeds, if there are any.
    target
        Fully qualified name of the board that the experiment is for.
    listener
        `listener` of the experiment: how often the network would run.
    model_settings
        `model` of the experiment, to estimate what a network costs that no C can be generated for.
    settings
        Settings of the experiment, to be shown.
    data
        Settings of its data set, to be shown.
    joined
        The same of data sets whose recordings join in.
    licences
        Of recordings, voices and networks of others, by what has them.
    policy
        How the recordings were split.
    answers
        What counts as one answer: windows or recordings.
    metrics
        JSON file to write.
    trained_on
        JSON file to write: the processor that trained. By it, who gets other figures from the same
        commit learns why.
    pages
        Folder to write the pages to.
    """
    scored = read_json(evaluation)
    pronounced = read_json(pronunciations) if pronunciations else []
    built = read_json(build) if build else None
    ran = read_json(board) if board else None
    heard = read_json(detection) if detection else None
    flattered = read_json(random_split) if random_split else None
    crossed = read_json(folds) if folds else None
    repeated = read_json(seeds) if seeds else None
    rows = read_split(split)
    between = read_preprocessing(preprocessing)
    hardware = find_board(target)
    # What is no model is not one that C cannot be generated for.
    require_tflite(model.read_bytes(), str(model))
    try:
        cost = measured = measure_network(model, between, listener)
        reasons = reasons_against(hardware, cost, between)
    except UserError as error:  # for a network that is evaluated only
        measured = None
        cost = estimate_network(
            between.chunking,
            between.features,
            model_settings,
            listener,
            classes=len(between.labels),
        )
        reasons = [str(error), *reasons_against(hardware, cost, between)]
    trained_in = read_json(environment)
    binary = build.with_suffix(".bin").as_posix() if build else None
    with as_written(*filter(None, (evaluation, pronunciations))):
        title = scored["experiment"]
        made = {
            "data": data_page(title, [data, *joined], licences, rows, scored, pronounced),
            "split": split_page(title, rows, policy),
            "settings": settings_page(title, settings, data),
        }
    with as_written(environment):
        made["environment"] = environment_page(title, trained_in)
        processor = describe_processor(trained_in)
    read = (evaluation, build, board, detection, random_split, folds, seeds)
    with as_written(*filter(None, read)):
        made["results"] = results_page(
            title,
            scored,
            ran,
            binary,
            original=settings.get("original", {}),
            policy=policy,
            answers=answers,
            detection=heard,
            random_split=flattered,
            folds=crossed,
            seeds=repeated,
        )
        made["budget"] = budget_page(
            title,
            hardware,
            cost,
            built,
            ran,
            preprocessing=between,
            reasons=reasons,
            estimated=measured is None,
        )
        figures = gather_metrics(
            scored, measured, built, ran, between, flattered, crossed, repeated, heard
        )
    for name, text in made.items():
        write_text(pages / f"{name}.html", text)
    write_json(metrics, figures)
    write_json(trained_on, {"processor": processor})
    for hindrance in hindrances(licences):
        print(hindrance, file=sys.stderr)


def gather_metrics(
    evaluation: dict[str, Any],
    cost: NetworkCost | None,
    build: dict[str, Any] | None,
    board: dict[str, Any] | None,
    preprocessing: Preprocessing,
    random_split: dict[str, Any] | None = None,
    folds: dict[str, Any] | None = None,
    seeds: dict[str, Any] | None = None,
    detection: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Put the figures of one experiment into a flat mapping.

    Stack and instructions are the largest seen over what was played to the board, and lost samples
    are counted over both tracks. Without a build there are no figures of one.
    """
    metrics: dict[str, Any] = _detection(detection) if detection is not None else {}
    for name in runtimes_of(evaluation):
        metrics |= _with_intervals(name, evaluation[name])
    metrics["int8_validation_macro_f1"] = evaluation["validation"]["int8"]["macro_f1"]
    if random_split is not None:
        metrics |= {
            f"random_split_{name}_{figure}": random_split[name][figure]
            for name in ("float", "int8")
            for figure in FIGURES
        }
    if folds is not None:
        metrics["folds"] = len(folds["folds"])
        for name in ("float", "int8"):
            metrics |= _with_intervals(f"folds_{name}", folds["mean"][name])
            metrics |= _with_intervals(f"folds_pooled_{name}", folds["pooled"][name])
        for one in folds["folds"]:
            prefix = f"{name_of_fold(one['fold'])}_int8"
            metrics |= {f"{prefix}_{figure}": one["int8"][figure] for figure in FIGURES}
    if seeds is not None:
        metrics["seeds"] = len(seeds["seeds"])
        for name in ("float", "int8"):
            mean = seeds["mean"][name]
            metrics |= _with_intervals(f"seeds_{name}", mean)
            metrics |= {f"seeds_{name}_{figure}_std": mean[f"{figure}_std"] for figure in FIGURES}
        for one in seeds["seeds"]:
            prefix = f"{name_of_seed(one['seed'])}_int8"
            metrics |= {f"{prefix}_{figure}": one["int8"][figure] for figure in FIGURES}
    metrics |= asdict(cost) if cost is not None else {}
    if build is not None:
        metrics |= {key: build[key] for key in ("flash_bytes", "ram_bytes")}
    if board is None:
        return metrics
    runs = {text.replace(" ", "_"): board[name] for name, text in TRACKS.items()}
    test = board["self_test"]
    instructions = max(run["instructions_per_hop"] for run in runs.values())
    metrics |= {
        "stack_bytes": max(run["stack_bytes"] for run in runs.values()),
        "instructions_per_hop": instructions,
        "instructions_per_second": round(instructions / seconds_per_hop(preprocessing)),
        "self_test_equal": test["scores_equal"] == test["inputs_equal"] == test["windows"],
        "feature_difference": test["feature_difference"],
        "lost_samples": sum(run["lost_samples"] for run in runs.values()),
    }
    for name, run in runs.items():
        counted = ("seconds", "targets_played", "targets_heard", "false_reports")
        metrics |= {f"{name}_{key}": run[key] for key in counted}
        metrics[f"{name}_false_reports_per_hour"] = round(false_reports_per_hour(run), 1)
    return metrics


def _detection(found: dict[str, Any]) -> dict[str, float]:
    """Take misses and false reports an hour with the ends of their intervals, and the latency."""
    metrics: dict[str, float] = {
        "detection_hours": found["hours"],
        "detection_targets": found["targets"],
        "detection_hits": found["targets"] - found["missed"],
        "detection_false_reports": found["false_reports"],
    }
    for figure in ("misses", "false_reports_per_hour"):
        metrics[f"detection_{figure}"] = found[figure]
        if interval := found[f"{figure}_ci95"]:
            low, high = interval
            metrics |= {f"detection_{figure}_low": low, f"detection_{figure}_high": high}
    chosen = found["thresholds"]
    if chosen["target_false_alarms_per_hour"] is not None:
        metrics |= {
            f"detection_validation_{figure}": chosen[figure]
            for figure in ("misses", "false_reports_per_hour")
        }
        metrics["detection_validation_target_reached"] = chosen["reached_on_validation"]
    if late := found["latency_seconds"]:
        metrics |= {f"detection_latency_{key}_seconds": late[key] for key in ("median", "p95")}
    return metrics


def _with_intervals(prefix: str, found: dict[str, Any]) -> dict[str, float]:
    """Take accuracy and macro F1, each with the ends of its interval if it has one."""
    metrics = {}
    for figure in FIGURES:
        metrics[f"{prefix}_{figure}"] = found[figure]
        if interval := found[f"{figure}_ci95"]:
            low, high = interval
            metrics |= {f"{prefix}_{figure}_low": low, f"{prefix}_{figure}_high": high}
    return metrics
