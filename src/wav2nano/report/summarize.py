"""Step summarize: where the binary is, what it needs, and how well it hears."""

from pathlib import Path
from typing import Any

from wav2nano.describe import describe_accuracy, describe_processor
from wav2nano.files import as_written, read_json


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
    return "\n".join(
        [
            f"{evaluation['experiment']}: {binary if made else 'evaluated, without a binary'}",
            *(_build(read_json(build)) if made else []),
            f"  float      {describe_accuracy(evaluation['float'])}",
            f"  int8       {describe_accuracy(evaluation['int8'])}",
            f"  tested on  {evaluation['test_data']['description']}, never trained on",
            f"  trained on {describe_processor(environment)}; another may differ in the "
            "last digits, `dvc pull` gives this model",
            *([f"  board      {_board(folder / 'firmware' / 'board.json')}"] if made else []),
            f"  pictures   {folder / 'evaluation'}",
            *([f"  flash it   bossac --port=PORT -U -i -e -w {binary} -R"] if made else []),
        ]
    )


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


def _of(used: int, limit: int) -> str:
    return f"{used:,} of {limit:,} bytes ({used / limit:.0%})"
