"""Step compare-experiments: experiments ranked, how they differ, and what each costs the board."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from wav2nano.errors import UserError
from wav2nano.files import read_json, write_csv, write_text
from wav2nano.report.comparison_plot import Point, plot_comparison
from wav2nano.report.embed import embed_png
from wav2nano.report.pareto import pareto_front
from wav2nano.report.render import render
from wav2nano.settings.evaluation import Answers
from wav2nano.settings.original import OriginalSettings
from wav2nano.sweeps import SEPARATOR, describe_value, read_variants
from wav2nano.tables.scores import read_answers
from wav2nano.uncertainty import Difference, compare_paired

DIFFERENCES = ("macro_f1_difference", "difference_low", "difference_high", "mcnemar_p")
RESAMPLINGS, SEED = 1000, 1  # of the intervals of differences


@dataclass(frozen=True)
class Compared:
    """An experiment's figures of the int8 model and of the board; None where there are none.

    Its rank, and whether it is on a Pareto front, are among the experiments on the same data set;
    the latter is None if it lacks what the front is drawn against. `random_split_accuracy` and
    `folds_accuracy` are of the int8 model: on a random split, and the mean of cross-validation.
    """

    rank: int
    experiment: str
    dataset: str
    validation_macro_f1: float
    macro_f1: float
    macro_f1_low: float | None
    macro_f1_high: float | None
    accuracy: float
    flash_bytes: int | None
    ram_bytes: int | None
    instructions_per_second: int | None
    on_flash_front: bool | None
    on_instructions_front: bool | None
    float_macro_f1: float | None
    float_accuracy: float | None
    random_split_accuracy: float | None
    folds_accuracy: float | None


FIGURES = [field.name for field in fields(Compared)]  # columns of the table


def compare_experiments(
    *,
    metrics: list[Path],
    scores: list[Path],
    confusion: list[Path],
    learning_curves: list[Path],
    datasets: list[str],
    answers: list[Answers],
    originals: dict[str, OriginalSettings],
    title: str,
    sweep: Path | None = None,
    table: Path,
    plot: Path,
    page: Path,
) -> None:
    """Rank experiments on each data set, tell whether they differ, and plot what they cost.

    Parameters
    ----------
    metrics
        JSON file of figures of each experiment, with its name and the suffix `.json`.
    scores
        CSV file of the int8 model's scores of each, in the same order; of the generated C where
        there is one. Without any, experiments are only ranked.
    confusion
        PNG file of the confusion matrices of each, in the same order, for the page; or none.
    learning_curves
        The same of the learning curves.
    datasets
        Name of each experiment's data set, in the same order.
    answers
        What counts as one answer in each, in the same order: windows or recordings.
    originals
        What the systems that experiments reproduce reported, by the experiments' names.
    title
        What is compared.
    sweep
        YAML file of the sweep whose variants these are: what it varies becomes columns of the
        table, and its name is left out of theirs.
    table
        CSV file to write.
    plot
        PNG file to write.
    page
        HTML file to write.

    Raises
    ------
    UserError
        If there is nothing to compare, or a file lacks the figures of an experiment.
    """
    for option, given in (("datasets", datasets), ("answers", answers)):
        if len(given) != len(metrics):
            raise UserError(
                f"--{option} has {len(given)} entries, and --metrics {len(metrics)} files: give as "
                "many of both."
            )
    variants = read_variants(sweep)[1] if sweep else {}
    prefix = f"{sweep.stem}{SEPARATOR}" if sweep else ""
    names = [path.stem.removeprefix(prefix) for path in metrics]
    figures = dict(zip(names, map(_read_figures, metrics), strict=True))
    ranked = rank_experiments(figures, dict(zip(names, datasets, strict=True)))
    # Without scores nothing is compared.
    tests = {
        name: (path, counted)
        for name, path, counted in zip(names, scores, answers, strict=bool(scores))
    }
    differences: dict[str, Difference] = {}
    for group in ranked.values():
        order = [one.experiment for one in group]
        differences |= _compare_with_first(order, tests)
    together = [one for group in ranked.values() for one in group]
    settings = list(dict.fromkeys(key for variant in variants.values() for key in variant))
    columns = {
        one.experiment: [
            describe_value(variant[key]) if key in variant else ""
            for variant in [variants.get(prefix + one.experiment, {})]
            for key in settings
        ]
        for one in together
    }
    write_csv(
        table,
        [*FIGURES, *DIFFERENCES, *settings],
        (
            [
                *_cells(one),
                *_difference_cells(differences.get(one.experiment)),
                *columns[one.experiment],
            ]
            for one in together
        ),
    )
    plot_comparison(
        {dataset: [_point(one) for one in group] for dataset, group in ranked.items()}, plot, title
    )
    pictures = {
        text: {name: embed_png(path) for name, path in zip(names, paths, strict=True)}
        for text, paths in (("Confusion matrices", confusion), ("Learning curves", learning_curves))
        if paths
    }
    text = render(
        "comparison",
        title=f"{title}: {len(names)} experiments compared",
        ranked=ranked,
        differences=differences,
        settings=settings,
        columns=columns,
        claims={dataset: _claims(group, figures, originals) for dataset, group in ranked.items()},
        pictures=pictures,
    )
    write_text(page, text)


def _read_figures(path: Path) -> dict[str, Any]:
    figures = read_json(path)
    wanted = ("int8_validation_macro_f1", "int8_macro_f1", "int8_accuracy")
    found = figures if isinstance(figures, dict) else {}
    if missing := [key for key in wanted if not isinstance(found.get(key), float | int)]:
        raise UserError(
            f"{path}: {missing[0]} is missing; this is not a file of an experiment's figures."
        )
    return found


def rank_experiments(
    metrics: Mapping[str, Mapping[str, Any]], datasets: Mapping[str, str]
) -> dict[str, list[Compared]]:
    """Order the experiments on each data set by macro F1 of the int8 model on validation.

    To choose by the test set would flatter what is chosen. Of equals, the one with less flash is
    first; those with equal macro F1 and flash share a rank, and one without a binary comes after
    its equals. Figures on different data sets are not to be compared.

    Parameters
    ----------
    metrics
        Figures by the experiments' names.
    datasets
        The data set of each.
    """
    if not metrics:
        raise UserError("There is nothing to compare: name at least one experiment.")
    groups: dict[str, list[str]] = defaultdict(list)
    for name in metrics:
        groups[datasets[name]].append(name)
    return {
        dataset: _rank_group(dataset, {name: metrics[name] for name in names})
        for dataset, names in sorted(groups.items())
    }


def _rank_group(dataset: str, metrics: Mapping[str, Mapping[str, Any]]) -> list[Compared]:
    keys = {
        name: (-figures["int8_validation_macro_f1"], figures.get("flash_bytes", float("inf")))
        for name, figures in metrics.items()
    }
    order = sorted(metrics, key=lambda name: (keys[name], name))
    place = sorted(keys.values())
    scores = [metrics[name]["int8_macro_f1"] for name in order]
    fronts = [
        pareto_front([metrics[name].get(cost) for name in order], scores)
        for cost in ("flash_bytes", "instructions_per_second")
    ]
    return [
        Compared(
            rank=1 + place.index(keys[name]),
            experiment=name,
            dataset=dataset,
            validation_macro_f1=metrics[name]["int8_validation_macro_f1"],
            macro_f1=metrics[name]["int8_macro_f1"],
            macro_f1_low=metrics[name].get("int8_macro_f1_low"),
            macro_f1_high=metrics[name].get("int8_macro_f1_high"),
            accuracy=metrics[name]["int8_accuracy"],
            flash_bytes=metrics[name].get("flash_bytes"),
            ram_bytes=metrics[name].get("ram_bytes"),
            instructions_per_second=metrics[name].get("instructions_per_second"),
            on_flash_front=fronts[0][i],
            on_instructions_front=fronts[1][i],
            float_macro_f1=metrics[name].get("float_macro_f1"),
            float_accuracy=metrics[name].get("float_accuracy"),
            random_split_accuracy=metrics[name].get("random_split_int8_accuracy"),
            folds_accuracy=metrics[name].get("folds_int8_accuracy"),
        )
        for i, name in enumerate(order)
    ]


def _claims(
    group: Sequence[Compared],
    figures: Mapping[str, Mapping[str, Any]],
    originals: Mapping[str, OriginalSettings],
) -> list[list[Any]]:
    """Make rows of accuracy: honest, on a random split, averaged, and as was published.

    The first row names the columns; one that would be empty is left out.
    """
    header: list[Any] = [
        *("experiment", "accuracy, float32", "accuracy, int8"),
        *("a random split would have claimed, int8", "mean of the folds, int8"),
        "mean of the seeds, int8",
        *("the original", "its figure", "its test set"),
    ]
    rows = []
    for one in group:
        found = figures[one.experiment]
        original = originals.get(one.experiment, OriginalSettings())
        texts = [
            _share(found, key)
            for key in (
                *("float_accuracy", "int8_accuracy"),
                *("random_split_int8_accuracy", "folds_int8_accuracy", "seeds_int8_accuracy"),
            )
        ]
        rows.append([one.experiment, *texts, original.system, original.figure, original.split])
    wanted = [i for i in range(len(header)) if any(row[i] for row in rows)]
    return [[row[i] for i in wanted] for row in (header, *rows)]


def _share(figures: Mapping[str, Any], key: str) -> str | tuple[str, str]:
    """Write a share with its interval, as far as there is one."""
    if key not in figures:
        return ""
    text = f"{figures[key]:.1%}"
    low, high = (figures.get(f"{key}_{end}") for end in ("low", "high"))
    return text if low is None or high is None else (text, f"({low:.1%} to {high:.1%})")


def _compare_with_first(
    order: Sequence[str], tests: Mapping[str, tuple[Path, Answers]]
) -> dict[str, Difference]:
    """Compare each experiment with the first of the ranking, if their tests are of the same.

    `tests` has the file of scores of each, and what counts as one answer: pairs are of windows, or
    of recordings.
    """
    found: dict[str, Difference] = {}
    if not tests:
        return found
    first = read_answers(*tests[order[0]]).of_part("test")
    for name in order[1:]:
        test = read_answers(*tests[name]).of_part("test")
        difference = compare_paired(test, first, resamplings=RESAMPLINGS, seed=SEED)
        if difference is not None:
            found[name] = difference
    return found


def _difference_cells(found: Difference | None) -> list[object]:
    if found is None:
        return [""] * len(DIFFERENCES)
    interval = ["", ""] if found.interval is None else [round(end, 4) for end in found.interval]
    return [round(found.macro_f1, 4), *interval, f"{found.p:.3g}"]


def _cells(one: Compared) -> Sequence[object]:
    words = {None: "", True: "yes", False: "no"}
    values = [getattr(one, name) for name in FIGURES]
    return [words[value] if value is None or isinstance(value, bool) else value for value in values]


def _point(one: Compared) -> Point:
    interval = None
    if one.macro_f1_low is not None and one.macro_f1_high is not None:
        interval = one.macro_f1_low, one.macro_f1_high
    instructions = one.instructions_per_second
    return Point(
        number=one.rank,
        name=one.experiment,
        score=one.macro_f1,
        interval=interval,
        kilobytes=None if one.flash_bytes is None else one.flash_bytes / 1e3,
        million_instructions=None if instructions is None else instructions / 1e6,
    )
