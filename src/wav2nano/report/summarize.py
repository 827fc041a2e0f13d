"""Step summarize: where the binary is, what it needs, and how well it hears."""

import json
import subprocess
from pathlib import Path
from typing import Any

from wav2nano.describe import (
    describe_accuracy,
    describe_detection,
    describe_processor,
    describe_spread,
    describe_thresholds,
)
from wav2nano.files import as_written, read_json
from wav2nano.tables.split import read_split, share_with_training

# What figures depend on, in a checkout.
SOURCES = (
    "Snakefile",
    "config",
    "data/raw",
    "firmware",
    "params.yaml",
    "requirements.lock",
    "src",
    "workflow",
)


def summarize(folder: Path) -> None:
    """Print a finished experiment in a few lines.

    Parameters
    ----------
    folder
        The experiment's results.
    """
    print(describe_results(folder))


def describe_results(folder: Path) -> str:
    """Describe a finished experiment, whose results are in `folder`, in a few lines."""
    with as_written(folder / "evaluation" / "evaluation.json"):
        return _describe(folder)


def _describe(folder: Path) -> str:
    evaluation = read_json(folder / "evaluation" / "evaluation.json")
    environment = read_json(folder / "environment.json")
    binary = folder / "firmware" / "listener.bin"
    build = folder / "firmware" / "listener.json"
    made = build.exists()
    heard = folder / "evaluation" / "detection.json"
    tested = evaluation["test_data"]["description"]
    return "\n".join(
        [
            f"{evaluation['experiment']}: {binary if made else 'evaluated, without a binary'}",
            *(_listening(read_json(heard)) if made else []),
            *(_build(read_json(build)) if made else []),
            f"  float      {describe_accuracy(evaluation['float'])}",
            f"  int8       {describe_accuracy(evaluation['int8'])}",
            f"  tested on  {tested}, never trained on{_heard(folder)}",
            *_other_trainings(folder, evaluation),
            f"  trained on {describe_processor(environment)}; another may differ in the "
            "last digits, `dvc pull` gives this model",
            *_difference_to_commit(folder, evaluation, environment),
            *([f"  board      {_board(folder / 'firmware' / 'board.json')}"] if made else []),
            f"  pictures   {folder / 'evaluation'}",
            *([f"  flash it   bossac --port=PORT -U -i -e -w {binary} -R"] if made else []),
        ]
    )


def _listening(found: dict[str, Any]) -> list[str]:
    lines = [f"  listening  {describe_detection(found)}"]
    if chosen := describe_thresholds(found["thresholds"]):
        lines.append(f"  thresholds {chosen}")
    return lines


def _heard(folder: Path) -> str:
    """Tell how much of the test is of groups that training heard; nothing if none is."""
    _, share = share_with_training(read_split(folder / "split.csv"))
    return f"; {share:.0%} of it is of groups that training heard" if share else ""


def _other_trainings(folder: Path, evaluation: dict[str, Any]) -> list[str]:
    """Tell what a random split would have claimed, and means of folds and seeds, as far as made."""
    path = folder.absolute().parents[1] / "metrics" / f"{evaluation['experiment']}.json"
    with as_written(path):
        metrics = read_json(path) if path.exists() else {}
        lines = []
        if (claimed := metrics.get("random_split_int8_accuracy")) is not None:
            lines.append(
                f"  honest     {metrics['int8_accuracy']:.1%} on this split; a random split of the "
                f"same windows would have claimed {claimed:.1%}"
            )
        if "folds" in metrics:
            mean = {
                "accuracy": metrics["folds_int8_accuracy"],
                "accuracy_ci95": [
                    metrics[key]
                    for key in ("folds_int8_accuracy_low", "folds_int8_accuracy_high")
                    if key in metrics
                ],
            }
            lines.append(f"  folds      mean {describe_accuracy(mean)} over {metrics['folds']}")
        if "seeds" in metrics:
            mean = {
                f"{figure}{end}": metrics[f"seeds_int8_{figure}{end}"]
                for figure in ("accuracy", "macro_f1")
                for end in ("", "_std")
            }
            lines.append(f"  seeds      over {metrics['seeds']} seeds: {describe_spread(mean)}")
        return lines


def _build(build: dict[str, Any]) -> list[str]:
    return [
        f"  flash      {_of(build['flash_bytes'], build['flash_limit'])}",
        f"  RAM        {_of(build['ram_bytes'], build['ram_limit'])}",
        f"  built by   {build['tool']} for {build['board']}",
    ]


def _board(report: Path) -> str:
    if not report.exists():
        return "not simulated: only the bundled board package can be"
    track = read_json(report)["long_track"]
    return (
        f"simulated: all answers equal to the references; {track['busy_share']:.0%} busy, "
        f"{track['lost_samples']} samples lost"
    )


def _difference_to_commit(
    folder: Path, evaluation: dict[str, Any], environment: dict[str, Any]
) -> list[str]:
    """Tell in a line why the figures are other than those in git; no line if they are the same."""
    root = folder.absolute().parents[1]
    name = evaluation["experiment"]
    try:
        committed = _committed(root, f"metrics/{name}.json")
        trained_on = _committed(root, f"metrics/trained_on/{name}.json").get("processor")
        before, now = [
            ", ".join(f"{runtime} {share:.1%}" for runtime, share in shares.items())
            for shares in (
                {runtime: committed[f"{runtime}_accuracy"] for runtime in ("float", "int8")},
                {runtime: evaluation[runtime]["accuracy"] for runtime in ("float", "int8")},
            )
        ]
    except (
        AttributeError,
        ValueError,
        KeyError,
        TypeError,
    ):  # nothing committed, or what is no figures
        return []
    if before == now:
        return []
    reasons = []
    processor = describe_processor(environment)
    if trained_on is None:
        reasons.append("the commit does not say what processor trained its model")
    elif trained_on != processor:
        reasons.append(f"another kind of processor trained that model, {trained_on}")
    changed = _git(root, "status", "--porcelain", "--", *SOURCES).splitlines()
    if changed:
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        reasons.append(f"{changed[0][3:]}{more} changed since")
    if not reasons:
        reasons.append(
            "the same kind of processor, and nothing in git has changed: other recordings, "
            "settings of the command line, or a commit of sources without their figures"
        )
    return [f"  differs    from the committed {before} (now {now}): {'; '.join(reasons)}"]


def _committed(root: Path, name: str) -> Any:
    """Read a JSON file as it is in the last commit; empty where there is none."""
    return json.loads(_git(root, "show", f"HEAD:./{name}") or "{}")


def _git(root: Path, *arguments: str) -> str:
    """Output of git; empty without git, a repository or what is asked for."""
    try:
        result = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return result.stdout if result.returncode == 0 else ""


def _of(used: int, limit: int) -> str:
    return f"{used:,} of {limit:,} bytes ({used / limit:.0%})"
