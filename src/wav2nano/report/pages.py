"""The report's pages: results, budget, data, split, settings, and what trained the model."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from wav2nano.dataset.split import PARTS, SplitRow
from wav2nano.describe import describe_origin, describe_processor
from wav2nano.report.html import bars, heading, page, paragraph, settings_rows, table

CLOCK_HZ = 64_000_000
STACK_BYTES = 0x4000  # as the board package's link.ld reserves it
RUNTIMES = {
    "float": "float32, Keras",
    "litert": "int8, LiteRT",
    "int8": "int8, generated C",
}
MOST_GROUPS = 60  # named on the page of the split


def results_page(
    title: str, evaluation: dict[str, Any], board: dict[str, Any] | None, binary: str
) -> str:
    """Make the page with float, int8 and board side by side."""
    figures = [evaluation[name] for name in RUNTIMES]
    agreement = evaluation["agreement"]
    rows: list[list[Any]] = [
        ["Accuracy", *(_with_interval(one, "accuracy") for one in figures)],
        ["Macro F1", *(_with_interval(one, "macro_f1") for one in figures)],
        ["Cross-entropy loss", *(f"{one['loss']:.3f}" for one in figures)],
        ["Same label as float32", "", "", f"{agreement['int8_with_float']:.1%}"],
        ["Same label as LiteRT", "", "", f"{agreement['int8_with_litert']:.1%}"],
    ]
    header = ["", *RUNTIMES.values()]
    if board is not None:
        rows = [[*row, "as the generated C"] for row in rows]
        header.append("board (simulated)")
    parts = [
        paragraph(
            f"Test set: {evaluation['test_data']['description']}, none of them trained on. In "
            "brackets the 95 % interval, from a bootstrap over whole groups."
        ),
        table(rows, header),
    ]
    if board is not None:
        parts += [
            heading("Self-test on the simulated board"),
            paragraph(_self_test(board["self_test"])),
        ]
        parts += _board_runs(board)
    parts += [heading("The binary"), table([("file", binary)])]
    return page(f"{title}: float, int8 and board", *parts)


def _self_test(test: dict[str, Any]) -> str:
    windows = test["windows"]
    return (
        f"Of {windows} windows of the test set the board quantised {test['inputs_equal']} to the "
        f"same int8 inputs, and computed the same scores in {test['scores_equal']}, as the "
        f"generated C. Its features differ from librosa's by at most "
        f"{test['feature_difference']:.0e} of their range."
    )


def _board_runs(board: dict[str, Any]) -> list[str]:
    names = {
        "words_played": "words played",
        "words_heard": "of these heard",
        "background_played": "background played",
        "false_reports": "false reports",
        "lost_samples": "samples lost",
        "reports": "reports",
        "reports_equal_to_host": "of these as the same C on this machine",
    }
    one, long = board["recordings"], board["long_track"]
    rows = [(text, one[key], long[key]) for key, text in names.items()]
    header = ["", f"one by one, {one['seconds']:g} s", f"long track, {long['seconds']:g} s"]
    return [
        heading("What the simulated board heard"),
        paragraph(
            "The bytes that get flashed ran on a simulated nRF52840, and recordings of the test "
            "set were played to its microphone: one by one with silence between them, and as one "
            "long track with much background.",
            "note",
        ),
        table(rows, header),
    ]


def budget_page(
    title: str, build: dict[str, Any], board: dict[str, Any] | None, hop: int, rate: int
) -> str:
    """Make the page of flash, RAM, stack and instructions; `hop` in samples, `rate` in Hz."""
    memory = [
        ("Flash", build["flash_bytes"], build["flash_limit"], "bytes"),
        ("RAM", build["ram_bytes"], build["ram_limit"], "bytes"),
    ]
    parts = [paragraph(f"Compiled by {build['tool']} for {build['board']}.")]
    if board is None:
        note = "This board package cannot be simulated: stack and instructions are not known."
        return page(f"{title}: the board's budget", *parts, bars(memory), paragraph(note, "note"))
    runs = (board["recordings"], board["long_track"])
    used = max(run["instructions_per_hop"] for run in runs)
    available = round(CLOCK_HZ * hop / rate)
    memory.append(("Stack", max(run["stack_bytes"] for run in runs), STACK_BYTES, "bytes"))
    time = [(f"Instructions in {1000 * hop / rate:g} ms", used, available, "(64 MHz)")]
    busy = max(run["busy_share"] for run in runs)
    parts += [
        bars([*memory, *time]),
        paragraph(
            f"The stack is a part of the RAM. Instructions are the mean over all hops of "
            f"{1000 * hop / rate:g} ms, features and network together; the bar compares them with "
            f"one instruction a tick. The processor was awake {busy:.0%} of the time. Instructions "
            "are not cycles: on the real chip flash and branches add waiting.",
            "note",
        ),
    ]
    return page(f"{title}: the board's budget", *parts)


def data_page(
    title: str, data: dict[str, Any], split: Sequence[SplitRow], evaluation: dict[str, Any]
) -> str:
    """Make the page of what the recordings were: source, licence, origins."""
    known = ("title", "homepage", "source", "licence", "citation", "recordings")
    counts = _count(split, "origin")
    rows = [(describe_origin(name), *row) for name, row in counts.items()]
    synthetic = evaluation["test_data"]["synthetic"]
    mark = (
        "Synthetic speech is in the test set. The figures say how well synthetic voices are heard "
        "that were not trained on; real speakers may be heard less well."
    )
    return page(
        f"{title}: the data",
        paragraph(f"Tested on: {evaluation['test_data']['description']}."),
        *([paragraph(mark, "mark")] if synthetic else []),
        heading("Data set"),
        table([(key, data[key]) for key in known if key in data]),
        heading("Recordings by origin"),
        table(rows, ["", *PARTS, "total"]),
    )


def split_page(title: str, split: Sequence[SplitRow], policy: str) -> str:
    """Make the page of who trained and who tested."""
    by_label = [(label, *row) for label, row in _count(split, "label").items()]
    groups = [(part, _distinct(split, "group", part)) for part in PARTS]
    total = tuple(_number(_in_part(split, part)) for part in (*PARTS, None))
    parts = [
        paragraph(
            f"Policy: {policy}. Validation chose the weights; the test set was scored once, at the "
            "end. What is split is whole groups (speakers, voices, sources), recordings, or blocks "
            "of a long recording; never windows, which would share audio."
        ),
        heading("Recordings by label"),
        table([*by_label, ("total", *total)], ["", *PARTS, "total"]),
        heading("Groups"),
        table([(part, len(names)) for part, names in groups], ["", "groups"]),
    ]
    for part, names in groups:
        if part == "train":
            continue
        text = ", ".join(names[:MOST_GROUPS])
        more = len(names) - MOST_GROUPS
        parts += [
            heading(f"Who was in {part}"),
            paragraph(text + (f", and {more:,} more" if more > 0 else "")),
        ]
    parts.append(paragraph("Every recording with its part is in split.csv.", "note"))
    return page(f"{title}: the split", *parts)


def settings_page(title: str, settings: dict[str, Any], data: dict[str, Any]) -> str:
    """Make the page of all settings."""
    parts = [heading("Experiment"), table(settings_rows(settings))]
    parts += [heading(f"Data set {data['name']}"), table(settings_rows(data))]
    return page(f"{title}: settings", *parts)


def environment_page(title: str, environment: dict[str, Any]) -> str:
    """Make the page of what trained the model."""
    known = ("threads", "tensorflow", "keras", "numpy", "python", "system")
    rows = [("processor", describe_processor(environment))]
    rows += [(key, str(environment[key])) for key in known]
    return page(
        f"{title}: what trained the model", table(rows), paragraph(environment_note(), "mark")
    )


def environment_note() -> str:
    """Tell what may differ elsewhere, and what settles it."""
    return (
        "The number of threads is fixed: more or fewer cores train the same weights. A processor "
        "with other extensions or caches may train weights that differ in the last digits. The "
        "model that was measured is the one that `dvc pull` brings."
    )


def _count(split: Sequence[SplitRow], key: str) -> dict[str, tuple[int, ...]]:
    """Count recordings by the values of a column: in each part, and in all."""
    chosen: dict[str, list[SplitRow]] = defaultdict(list)
    for row in split:
        chosen[getattr(row, key)].append(row)
    return {
        name: tuple(_number(_in_part(rows, part)) for part in (*PARTS, None))
        for name, rows in sorted(chosen.items())
    }


def _in_part(split: Sequence[SplitRow], part: str | None) -> list[SplitRow]:
    return [row for row in split if part in (None, row.part)]


def _number(rows: Sequence[SplitRow]) -> int:
    return len({row.recording for row in rows})


def _distinct(split: Sequence[SplitRow], key: str, part: str) -> list[str]:
    return sorted({getattr(row, key) for row in _in_part(split, part)})


def _with_interval(figures: dict[str, Any], key: str) -> str | tuple[str, str]:
    interval = figures[f"{key}_ci95"]
    share = key == "accuracy"
    texts = [
        f"{value:.1%}" if share else f"{value:.3f}" for value in (figures[key], *(interval or ()))
    ]
    return (texts[0], f"({texts[1]} to {texts[2]})") if interval else texts[0]
