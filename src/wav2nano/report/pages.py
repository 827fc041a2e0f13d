"""The report's pages: results, budget, data, split, settings, and what trained the model."""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from wav2nano.boards import Board
from wav2nano.describe import (
    describe_detection,
    describe_origin,
    describe_processor,
    describe_spread,
    describe_thresholds,
)
from wav2nano.licences import commercial_use, hindrances
from wav2nano.network_cost import MACS_PER_TICK, NetworkCost
from wav2nano.report.render import render
from wav2nano.settings.evaluation import Answers
from wav2nano.tables.preprocessing import Preprocessing
from wav2nano.tables.split import PARTS, SplitRow, share_with_training

RUNTIMES = {
    "float": "float32, Keras",
    "litert": "int8, LiteRT",
    "int8": "int8, generated C",
}
# What was played to the simulated board, by its name in the board's report.
TRACKS = {"recordings": "one by one", "long_track": "long track"}
# What a test says something about, by the policy of its split.
TESTED_ON = {
    "group": "speakers, voices or sources that training never heard",
    "official": "the data set's official test fold",
    "recording": "recordings that training never heard, by speakers or of sources that it may have",
    "time": "later parts of the recordings",
}
MOST_GROUPS = 60  # named on the page of the split
IN_LEXICON = {True: "yes", False: "no", None: ""}


def results_page(
    title: str,
    evaluation: dict[str, Any],
    board: dict[str, Any] | None,
    binary: str | None,
    *,
    original: dict[str, str],
    policy: str,
    answers: Answers = "windows",
    detection: dict[str, Any] | None = None,
    random_split: dict[str, Any] | None = None,
    folds: dict[str, Any] | None = None,
    seeds: dict[str, Any] | None = None,
) -> str:
    """Make the page with float, int8 and board side by side.

    `original` is what the system that the experiment reproduces reported, if it does so;
    `answers` is what was scored, `detection` what was missed and reported in error in a stream of
    sound, of a firmware; `random_split` the evaluation of the same experiment on a random split, if
    there is one, `folds` the figures of cross-validation, `seeds` those of trainings with several
    seeds.
    """
    runtimes = runtimes_of(evaluation)
    figures = [evaluation[name] for name in runtimes]
    agreement = evaluation["agreement"]
    rows: list[list[Any]] = [
        ["Accuracy", *(_with_interval(one, "accuracy") for one in figures)],
        ["Macro F1", *(_with_interval(one, "macro_f1") for one in figures)],
        ["Cross-entropy loss", *(f"{one['loss']:.3f}" for one in figures)],
        [
            "Same label as float32",
            *[""] * (len(runtimes) - 1),
            f"{agreement['int8_with_float']:.1%}",
        ],
    ]
    if "int8_with_litert" in agreement:
        rows.append(["Same label as LiteRT", "", "", f"{agreement['int8_with_litert']:.1%}"])
    header = ["", *runtimes.values()]
    if board is not None:
        rows = [[*row, "as the generated C"] for row in rows]
        header.append("board (simulated)")
    return render(
        "results",
        title=f"{title}: float, int8 and board",
        test_data=evaluation["test_data"],
        detection=describe_detection(detection) if detection else None,
        thresholds=describe_thresholds(detection["thresholds"]) if detection else None,
        rows=rows,
        header=header,
        board=board,
        heard=_heard(board) if board else None,
        heard_header=_heard_header(board) if board else None,
        binary=binary,
        original=original,
        ours=f"{evaluation['int8']['accuracy']:.1%}",
        tested_on=TESTED_ON.get(policy),
        claimed=f"{random_split['int8']['accuracy']:.1%}" if random_split else None,
        splits=_splits(evaluation, random_split) if random_split else None,
        folds=_folds(folds, answers) if folds else None,
        answers=answers,
        seeds=[one["seed"] for one in seeds["seeds"]] if seeds else None,
        over_seeds=[describe_spread(seeds["mean"][name]) for name in ("int8", "float")]
        if seeds
        else None,
    )


def _folds(found: dict[str, Any], answers: Answers) -> list[list[Any]]:
    """Make rows of cross-validation: each fold, the mean, and all answers pooled."""
    columns = [(name, key) for key in ("accuracy", "macro_f1") for name in ("float", "int8")]
    rows: list[list[Any]] = [
        [one["fold"], one[answers], one["groups"]]
        + [_with_interval(one[name] | {f"{key}_ci95": None}, key) for name, key in columns]
        for one in found["folds"]
    ]
    for text, key in (("mean of the folds", "mean"), (f"all {answers} pooled", "pooled")):
        of_columns = [_with_interval(found[key][name], figure) for name, figure in columns]
        rows.append([text, "", "", *of_columns])
    return rows


def _splits(honest: dict[str, Any], flattering: dict[str, Any]) -> list[list[Any]]:
    """Put the figures of two splits side by side: honest and random, float and int8."""
    return [
        [f"{text}, {RUNTIMES[name].split(',')[0]}"]
        + [_with_interval(one[name], key) for one in (honest, flattering)]
        for key, text in (("accuracy", "Accuracy"), ("macro_f1", "Macro F1"))
        for name in ("float", "int8")
    ]


def runtimes_of(evaluation: dict[str, Any]) -> dict[str, str]:
    """Name what scored: for an evaluation alone, whose int8 model ran in LiteRT, not the C."""
    if "int8_with_litert" in evaluation["agreement"]:
        return RUNTIMES
    return {"float": RUNTIMES["float"], "int8": RUNTIMES["litert"]}


def _heard_header(board: dict[str, Any]) -> list[str]:
    return ["", *(f"{text}, {board[name]['seconds']:g} s" for name, text in TRACKS.items())]


def _heard(board: dict[str, Any]) -> list[tuple[str, int, int]]:
    names = {
        "targets_played": "targets played",
        "targets_heard": "of these recognised",
        "background_played": "background played",
        "false_reports": "false reports",
        "lost_samples": "samples lost",
        "reports": "reports",
        "reports_equal_to_host": "of these equal to the same C on this machine",
    }
    runs = [board[name] for name in TRACKS]
    rows = [(text, *(run[key] for run in runs)) for key, text in names.items()]
    per_hour = ("false reports per hour", *(round(false_reports_per_hour(run)) for run in runs))
    rows.insert(1 + list(names).index("false_reports"), per_hour)
    return rows


def false_reports_per_hour(run: dict[str, Any]) -> float:
    """Calculate false reports per hour from those of one track that was played."""
    return float(3600 * run["false_reports"] / run["seconds"])


def seconds_per_hop(preprocessing: Preprocessing) -> float:
    """Compute how long the board has for a frame of features."""
    return preprocessing.features.hop_samples / preprocessing.chunking.rate


def budget_page(
    title: str,
    hardware: Board,
    cost: NetworkCost,
    build: dict[str, Any] | None,
    board: dict[str, Any] | None,
    *,
    preprocessing: Preprocessing,
    reasons: Sequence[str],
    estimated: bool = False,
) -> str:
    """Make the page of flash, RAM, stack and instructions.

    Without a build it covers the network alone, with the sentences that say why it cannot run on
    the board; its cost may be estimated from the settings.
    """
    busy, hop = 0.0, ""
    budget: list[tuple[str, int, int, str]]
    if build is None:
        most = MACS_PER_TICK * hardware.clock_hz
        budget = [
            ("Flash, weights", cost.weight_bytes, hardware.flash_bytes, "bytes"),
            ("RAM, intermediate results", cost.arena_bytes, hardware.ram_bytes, "bytes"),
            ("Multiply-accumulates a second", cost.macs_per_second, most, "at most"),
        ]
    else:
        budget = [
            ("Flash", build["flash_bytes"], build["flash_limit"], "bytes"),
            ("RAM", build["ram_bytes"], build["ram_limit"], "bytes"),
        ]
    if build is not None and board is not None:
        runs = [board[name] for name in TRACKS]
        seconds = seconds_per_hop(preprocessing)
        hop = f"{1000 * seconds:g} ms"
        used = max(run["instructions_per_hop"] for run in runs)
        if hardware.stack_bytes is not None:
            stack = max(run["stack_bytes"] for run in runs)
            budget.append(("Stack", stack, hardware.stack_bytes, "bytes"))
        ticks, clock = round(hardware.clock_hz * seconds), f"({hardware.clock_hz / 1e6:g} MHz)"
        budget.append((f"Instructions in {hop}", used, ticks, clock))
        busy = max(run["busy_share"] for run in runs)
    return render(
        "budget",
        title=f"{title}: the board's budget",
        hardware=hardware.title,
        macs=cost.macs,
        estimated=estimated,
        build=build,
        board=board,
        budget=budget,
        busy=busy,
        hop=hop,
        reasons=reasons,
    )


def data_page(
    title: str,
    data: Sequence[dict[str, Any]],
    licences: dict[str, str],
    split: Sequence[SplitRow],
    evaluation: dict[str, Any],
    pronounced: Sequence[dict[str, Any]] = (),
) -> str:
    """Make the page of what the recordings were: source, origins, licences by what has them.

    `data` are the experiment's data set and those that join it; `pronounced` are the words that
    were synthesised, as the step pronounce-words writes them.
    """
    known = ("title", "homepage", "source", "licence", "citation", "recordings")
    counts = _count(split, "origin")
    return render(
        "data",
        title=f"{title}: the data",
        test_data=evaluation["test_data"],
        sets=[[(key, _setting(one[key])) for key in known if key in one] for one in data],
        origins=[(describe_origin(name), *row) for name, row in counts.items()],
        pronounced=[
            (word["word"], _pronunciation(word), IN_LEXICON[word["in_cmudict"]])
            for word in pronounced
        ],
        guessed=[word["word"] for word in pronounced if word["in_cmudict"] is False],
        licences=[(what, text, commercial_use(text)) for what, text in licences.items()],
        hindered=bool(hindrances(licences)),
        header=["", *PARTS, "total"],
    )


def _pronunciation(word: dict[str, Any]) -> str:
    """Say how a word was read, and by which engines."""
    if word["given"]:
        return f"{word['given']} (synthesis.pronunciations)"
    readings = (f"{phonemes} ({engines})" for engines, phonemes in word["readings"].items())
    return "; ".join(readings) or "not told"


def split_page(title: str, split: Sequence[SplitRow], policy: str) -> str:
    """Make the page of who trained and who tested."""
    by_label = [(label, *row) for label, row in _count(split, "label").items()]
    groups = {part: _distinct(split, "group", part) for part in PARTS}
    total = tuple(_number(_in_part(split, part)) for part in (*PARTS, None))
    return render(
        "split",
        title=f"{title}: the split",
        policy=policy,
        leak=share_with_training(split) if policy == "random" else None,
        labels=[*by_label, ("total", *total)],
        header=["", *PARTS, "total"],
        counts=[(part, len(names)) for part, names in groups.items()],
        held_out={part: names for part, names in groups.items() if part != "train"},
        most=MOST_GROUPS,
    )


def settings_page(title: str, settings: dict[str, Any], data: dict[str, Any]) -> str:
    """Make the page of all settings."""
    return render(
        "settings",
        title=f"{title}: settings",
        settings=settings_rows(settings),
        name=data["name"],
        data=settings_rows(data),
    )


def environment_page(title: str, environment: dict[str, Any]) -> str:
    """Make the page of what trained the model."""
    known = ("threads", "tensorflow", "keras", "numpy", "python", "system")
    rows = [("processor", describe_processor(environment))]
    rows += [(key, str(environment[key])) for key in known]
    return render("environment", title=f"{title}: what trained the model", rows=rows)


def settings_rows(settings: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """List nested settings as (dotted name, value).

    Examples
    --------
    >>> settings_rows({"training": {"epochs": 60}, "labels": ["yes", "no"]})
    [('training.epochs', '60'), ('labels', 'yes, no')]
    """
    rows = []
    for key, value in settings.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and value:
            rows += settings_rows(value, f"{name}.")
        else:
            rows.append((name, _setting(value)))
    return rows


def _setting(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_setting, value)) or "none"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


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
