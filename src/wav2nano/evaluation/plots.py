"""Plots of training and evaluation, fit for publication."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from wav2nano.describe import describe_range
from wav2nano.evaluation.metrics import rates
from wav2nano.plotting import FLOAT, INT8, OTHERS, TEST, figure
from wav2nano.settings.evaluation import Answers
from wav2nano.tables.scores import Scores

NAMES = {"float": "float32", "int8": "int8"}
MOST_COUNTED = 60  # labels, beyond which a count in each square cannot be read
MOST_INCHES = 24.0  # of a side
FEW = 16  # labels for which plots can be generous with room


def learning_curves(
    history: dict[str, np.ndarray], test: dict[str, Any], path: Path, title: str, subtitle: str
) -> None:
    """Accuracy and loss over epochs; the test value at the epoch whose weights were kept."""
    kept = history["epoch"][history["kept"] == 1][0]
    with figure(path, f"{title}: training", subtitle, ncols=2, figsize=(10, 4.6)) as (_, axes):
        for axis, key in zip(axes, ("accuracy", "loss"), strict=True):
            axis.plot(history["epoch"], history[key], color=FLOAT, label="training")
            axis.plot(
                history["epoch"], history[f"validation_{key}"], color=INT8, label="validation"
            )
            axis.axvline(kept, color="#bbbbbb", linestyle=":", label=f"kept: epoch {kept:.0f}")
            axis.plot(
                kept, test[key], "o", color=TEST, label=f"test, once at the end: {test[key]:.3f}"
            )
            axis.set(xlabel="epoch", ylabel=key if key == "accuracy" else "cross-entropy loss")
            axis.grid(alpha=0.3)
            axis.legend(frameon=False)
            axis.xaxis.get_major_locator().set_params(integer=True)
        axes[0].set_ylim(0, 1.02)
        axes[1].set_ylim(bottom=0)


def confusion_matrices(
    figures: dict[str, Any],
    labels: list[str],
    path: Path,
    title: str,
    subtitle: str,
    answers: Answers = "windows",
) -> None:
    """Plot counts by true and predicted label, shaded by share of the true label."""
    many = len(labels) > FEW
    side = min(max(4.2, (0.34 if many else 0.55) * len(labels) + 1.8), MOST_INCHES)
    shape = {"nrows": 2, "figsize": (side + 1, 2 * side + 1.2)} if many else {}
    shape = shape or {"ncols": 2, "figsize": (2 * side, side + 0.8)}
    with figure(path, f"{title}: confusion matrix", subtitle, **shape) as (_, axes):
        for axis, name in zip(axes, NAMES, strict=True):
            counts = np.array(figures[name]["confusion"])
            share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
            axis.imshow(share, cmap="Blues", vmin=0, vmax=1)
            for (row, column), count in np.ndenumerate(counts):
                if count and len(labels) <= MOST_COUNTED:
                    color = "white" if share[row, column] > 0.6 else "black"
                    size = 9 if count < 1000 and not many else 7
                    axis.text(
                        column, row, count, ha="center", va="center", color=color, fontsize=size
                    )
            named = range(0, len(labels), max(1, len(labels) // MOST_COUNTED))
            names = [labels[i] for i in named]
            axis.set_xticks(named, names, rotation=90 if many else 45, ha="center")
            if not many:
                for tick in axis.get_xticklabels():
                    tick.set(ha="right", rotation_mode="anchor")
            axis.set_yticks(named, names)
            axis.set(xlabel="predicted label", ylabel="true label")
            axis.set_title(
                f"{NAMES[name]}: {figures[name]['accuracy']:.1%} of "
                f"{figures[name][answers]:,} {answers} correct",
                fontsize=10,
            )


def per_class(
    figures: dict[str, Any],
    labels: list[str],
    path: Path,
    title: str,
    subtitle: str,
    answers: Answers = "windows",
) -> None:
    """Precision, recall and F1 of each label, as bars from the left."""
    height = min(max(3.4, 0.42 * len(labels) + 1.6), 4 * MOST_INCHES)
    with figure(
        path, f"{title}: per class", subtitle, ncols=3, figsize=(11, height), sharey=True
    ) as (_, axes):
        position = np.arange(len(labels))
        for axis, key in zip(axes, ("precision", "recall", "f1"), strict=True):
            for offset, (name, color) in zip(
                (-0.2, 0.2), (("float", FLOAT), ("int8", INT8)), strict=True
            ):
                values = [figures[name]["per_class"][label][key] for label in labels]
                bars = axis.barh(position + offset, values, 0.38, color=color, label=NAMES[name])
                axis.bar_label(bars, [f"{value:.2f}" for value in values], fontsize=7, padding=2)
            axis.set_title("F1" if key == "f1" else key, fontsize=10)
            axis.set(xlim=(0, 1.14), ylim=(len(labels) - 0.5, -0.5))
            axis.set_xticks([0, 0.25, 0.5, 0.75, 1])
            axis.grid(axis="x", alpha=0.3)
        support = figures["float"]["per_class"]
        names = [f"{label} ({support[label][answers]:,})" for label in labels]
        axes[0].set_yticks(position, names)
        axes[0].set_ylabel(f"label ({answers} in the test set)")
        handles, texts = axes[0].get_legend_handles_labels()
        axes[2].figure.legend(
            handles, texts, frameon=False, ncols=2, loc="outside lower center", fontsize=9
        )


def folds(found: dict[str, Any], path: Path, title: str) -> None:
    """Plot accuracy and macro F1 of each fold, with their means and these' 95 % intervals."""
    names = [one["fold"] for one in found["folds"]]
    subtitle = "tested on one fold, trained on others; line and band: mean with 95 % t-interval"
    width = min(max(9.0, 0.5 * len(names)), MOST_INCHES)
    with figure(path, title, subtitle, ncols=2, figsize=(width, 4.6), sharey=True) as (_, axes):
        position = np.arange(len(names))
        for axis, key in zip(axes, ("accuracy", "macro_f1"), strict=True):
            for offset, (name, color) in zip(
                (-0.12, 0.12), (("float", FLOAT), ("int8", INT8)), strict=True
            ):
                values = [one[name][key] for one in found["folds"]]
                mean, interval = found["mean"][name][key], found["mean"][name][f"{key}_ci95"]
                axis.plot(position + offset, values, "o", color=color, label=NAMES[name])
                axis.axhline(mean, color=color, linewidth=1)
                if interval:
                    axis.axhspan(*interval, color=color, alpha=0.12, linewidth=0)
            axis.set_title("macro F1" if key == "macro_f1" else key, fontsize=10)
            axis.set_xticks(position, names, rotation=90 if len(names) > FEW else 0)
            axis.set(xlabel="fold that was left out", ylim=(0, 1.02))
            axis.grid(axis="y", alpha=0.3)
            axis.legend(frameon=False, loc="lower left")


def roc_curves(runtimes: dict[str, Scores], path: Path, title: str, subtitle: str) -> None:
    """One ROC curve per label, that label against the rest; false alarms on a logarithmic axis."""
    with _curves(runtimes, path, f"{title}: ROC, each label against the rest", subtitle) as panels:
        for axis, curves, least in panels:
            for false, true, style in curves:
                axis.step(np.maximum(false, least), true, where="post", **style)
            axis.set_xscale("log")
            _write_plainly(axis.xaxis)
            axis.set(xlim=(least, 1), ylim=(0, 1.02))
            axis.set(
                xlabel="false alarms: share of the rest (log)", ylabel="hits: share of the label"
            )


def det_curves(runtimes: dict[str, Scores], path: Path, title: str, subtitle: str) -> None:
    """One DET curve per label: misses against false alarms, both on logarithmic axes.

    After Martin and others, The DET curve in assessment of detection task performance, 1997, with
    logarithms in place of normal deviates.
    """
    with _curves(runtimes, path, f"{title}: DET, each label against the rest", subtitle) as panels:
        for axis, curves, least in panels:
            for false, true, style in curves:
                axis.step(
                    np.maximum(false, least), np.maximum(1 - true, least), where="post", **style
                )
            axis.plot([least, 1], [least, 1], color="#bbbbbb", linestyle=":", linewidth=1)
            axis.set(xscale="log", yscale="log", xlim=(least, 1), ylim=(least, 1))
            _write_plainly(axis.xaxis)
            _write_plainly(axis.yaxis)
            axis.set(xlabel="false alarms: share of the rest (log)")
            axis.set(ylabel="misses: share of the label (log)")


def detection_curves(
    total: list[dict[str, Any]],
    of_labels: dict[str, list[dict[str, Any]]],
    found: dict[str, Any],
    path: Path,
    title: str,
    subtitle: str,
) -> None:
    """Misses against false reports an hour over all thresholds: all labels, and each of them.

    A curve ends at the left where there is no false report; the firmware's thresholds are marked.
    The band of all labels together goes from the low ends of both intervals to their high ends: at
    each threshold it covers the rectangle that they span.
    """
    from matplotlib import color_sequences

    colors = color_sequences["tab10"]
    # A rate below one in the whole track cannot be measured with it.
    least = 1 / found["hours"]
    shown: list[Any] = []

    def draw(axis: Any, points: list[dict[str, Any]], **style: Any) -> None:
        points = [point for point in points if point["targets"]]
        rate = [max(point["false_reports_per_hour"], least / 2) for point in points]
        (line,) = axis.plot(rate, [100 * point["misses"] for point in points], **style)
        if "label" in style:
            shown.append(line)

    with figure(path, f"{title}: detection", subtitle, figsize=(8, 5.8)) as (_, axis):
        named = len(of_labels) <= len(colors)
        for number, (name, points) in enumerate(of_labels.items()):
            colour = {"color": colors[number], "label": name} if named else {"color": OTHERS}
            draw(axis, points, linewidth=1.2, **colour)
        draw(axis, total, color=TEST, linewidth=2.4, label="all labels together")
        edges = [
            [
                (max(point[f"false_reports_per_hour_{end}"], least / 2), 100 * misses)
                for point in total
                if (misses := point[f"misses_{end}"]) is not None
            ]
            for end in ("low", "high")
        ]
        if all(edges):
            lows, highs = edges
            # Where the curve ends, the rectangle of its last threshold has two more corners.
            first, last = (highs[0][0], lows[0][1]), (lows[-1][0], highs[-1][1])
            corners = np.array([*lows, last, *reversed(highs), first])
            band = axis.fill(*corners.T, color=TEST, alpha=0.15, linewidth=0, zorder=1)
            band[0].set_label("95 % of both rates, at each threshold by itself")
            shown.append(band[0])
        draw(
            axis,
            [found],
            marker="o",
            linestyle="",
            color=INT8,
            zorder=4,
            label=f"the firmware, {describe_range(found['labels'])}",
        )
        few = "fewer than one in the track"
        shown.append(axis.axvspan(least / 2, least, color="#eeeeee", zorder=0, label=few))
        axis.set(xscale="log", ylim=(0, 100), ylabel="misses, %")
        axis.set(xlabel="false reports an hour (log)")
        axis.set_xlim(left=least / 2)
        _write_plainly(axis.xaxis)
        axis.grid(alpha=0.3)
        # One by one: of itself it leaves out labels that begin with _, as a user's may.
        axis.legend(shown, [line.get_label() for line in shown], frameon=False, fontsize=8)


def _write_plainly(axis: Any) -> None:
    """Write 0.01, 0.1, 1 at a logarithmic axis: by itself it uses TeX, which plots do not read."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


@contextmanager
def _curves(
    runtimes: dict[str, Scores], path: Path, title: str, subtitle: str
) -> Iterator[list[tuple[Any, list[tuple[np.ndarray, np.ndarray, dict[str, Any]]], float]]]:
    """Give for each runtime: axes, the labels' rates with their line styles, the least rate shown.

    If there are many labels, those recognised worst have colours, the others are grey.
    """
    from matplotlib import color_sequences
    from sklearn.metrics import auc

    colors = color_sequences["tab10"]
    worst: list[str] = []
    with figure(path, title, subtitle, ncols=2, figsize=(12, 5.8)) as (_, axes):
        panels = []
        for axis, (name, part) in zip(axes, runtimes.items(), strict=True):
            found = {
                label: curve
                for i, label in enumerate(part.labels)
                if (curve := rates(part, i)) is not None
            }
            area = {label: auc(*curve) for label, curve in found.items()}
            # Those of the first panel are named in both.
            worst = worst or sorted(
                sorted(area, key=area.__getitem__)[: len(colors)], key=list(area).index
            )
            styles = {
                label: {"color": color, "label": f"AUC {area[label]:.3f}  {label}", "zorder": 3}
                for color, label in zip(colors, worst, strict=False)
            }
            others = [area[label] for label in found if label not in styles]
            if others:
                text = f"AUC {min(others):.3f} to {max(others):.3f}  {len(others)} other labels"
                axis.plot([], [], color=OTHERS, label=text)
            panels.append(
                (
                    axis,
                    [
                        (*curve, styles.get(label, {"color": OTHERS, "linewidth": 0.8}))
                        for label, curve in found.items()
                    ],
                    0.5 / max(1, len(part.target)),
                )
            )
            axis.set_title(NAMES[name], fontsize=10)
            axis.grid(alpha=0.3, which="both")
        yield panels
        for axis in axes:
            axis.legend(framealpha=0.8, edgecolor="none", fontsize=8, loc="best")
