"""Plots of training and evaluation, fit to show."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from wav2nano.evaluation.scores import Scores
from wav2nano.files import atomic_path

FLOAT, INT8, TEST = "#1f6fb4", "#d95f02", "#444444"
NAMES = {"float": "float32", "int8": "int8"}


@contextmanager
def _figure(path: Path, title: str, subtitle: str, **kwargs: Any) -> Iterator[tuple[Any, Any]]:
    """Give (figure, axes); write the PNG when the block ends."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    style = {"font.size": 10, "axes.spines.top": False, "axes.spines.right": False}
    with pyplot.rc_context(style):
        figure, axes = pyplot.subplots(layout="constrained", **kwargs)
        figure.suptitle(f"{title}\n", fontsize=13, fontweight="bold")
        under_title = 1 - 0.34 / figure.get_figheight()  # inches
        figure.text(0.5, under_title, subtitle, ha="center", va="top", fontsize=9, color="#555555")
        try:
            yield figure, axes
            with atomic_path(path) as temporary:
                # Without the software's version the same figures give the same bytes.
                figure.savefig(temporary, dpi=130, metadata={"Software": None})
        finally:
            pyplot.close(figure)


def learning_curves(
    history: dict[str, np.ndarray], test: dict[str, Any], path: Path, title: str, subtitle: str
) -> None:
    """Accuracy and loss over epochs; the test value at the epoch whose weights were kept."""
    best = history["epoch"][history["best"] == 1][0]
    with _figure(path, f"{title}: training", subtitle, ncols=2, figsize=(10, 4.6)) as (_, axes):
        for axis, key in zip(axes, ("accuracy", "loss"), strict=True):
            axis.plot(history["epoch"], history[key], color=FLOAT, label="training")
            axis.plot(
                history["epoch"], history[f"validation_{key}"], color=INT8, label="validation"
            )
            axis.axvline(best, color="#bbbbbb", linestyle=":", label=f"kept: epoch {best:.0f}")
            axis.plot(
                best, test[key], "o", color=TEST, label=f"test, once at the end: {test[key]:.3f}"
            )
            axis.set(xlabel="epoch", ylabel=key if key == "accuracy" else "cross-entropy loss")
            axis.grid(alpha=0.3)
            axis.legend(frameon=False)
        axes[0].set_ylim(0, 1.02)
        axes[1].set_ylim(bottom=0)


def confusion_matrices(
    figures: dict[str, Any], labels: list[str], path: Path, title: str, subtitle: str
) -> None:
    """Plot counts by true and predicted label, shaded by share of the true label."""
    side = max(4.2, 0.55 * len(labels) + 1.8)
    with _figure(
        path, f"{title}: confusion matrix", subtitle, ncols=2, figsize=(2 * side, side + 1.2)
    ) as (_, axes):
        for axis, name in zip(axes, NAMES, strict=True):
            counts = np.array(figures[name]["confusion"])
            share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
            axis.imshow(share, cmap="Blues", vmin=0, vmax=1)
            for (row, column), count in np.ndenumerate(counts):
                if count:
                    color = "white" if share[row, column] > 0.6 else "black"
                    axis.text(column, row, count, ha="center", va="center", color=color, fontsize=9)
            axis.set_xticks(range(len(labels)), labels, rotation=45, ha="right")
            axis.set_yticks(range(len(labels)), labels)
            axis.set(xlabel="predicted label", ylabel="true label")
            axis.set_title(
                f"{NAMES[name]}: {figures[name]['accuracy']:.1%} of "
                f"{figures[name]['windows']} windows correct",
                fontsize=10,
            )


def per_class(
    figures: dict[str, Any], labels: list[str], path: Path, title: str, subtitle: str
) -> None:
    """Precision, recall and F1 of each label."""
    width = max(8.0, 0.9 * len(labels) + 2)
    with _figure(
        path, f"{title}: per class", subtitle, nrows=3, figsize=(width, 7.5), sharex=True
    ) as (_, axes):
        position = np.arange(len(labels))
        for axis, key in zip(axes, ("precision", "recall", "f1"), strict=True):
            for offset, (name, color) in zip(
                (-0.2, 0.2), (("float", FLOAT), ("int8", INT8)), strict=True
            ):
                values = [figures[name]["per_class"][label][key] for label in labels]
                bars = axis.bar(position + offset, values, 0.38, color=color, label=NAMES[name])
                axis.bar_label(bars, [f"{value:.2f}" for value in values], fontsize=7, padding=1)
            axis.set(ylabel="F1" if key == "f1" else key, ylim=(0, 1.12))
            axis.set_yticks([0, 0.25, 0.5, 0.75, 1])
            axis.grid(axis="y", alpha=0.3)
        axes[0].legend(frameon=False, ncols=2, loc="lower right", bbox_to_anchor=(1, 1))
        support = figures["float"]["per_class"]
        names = [f"{label}\n({support[label]['windows']})" for label in labels]
        axes[-1].set_xticks(position, names)
        axes[-1].set_xlabel("label (windows in the test set)")


def roc_curves(runtimes: dict[str, Scores], path: Path, title: str, subtitle: str) -> None:
    """One curve a label, that label against all others; false positives on a logarithmic axis."""
    from matplotlib import colormaps
    from sklearn.metrics import auc, roc_curve

    with _figure(
        path, f"{title}: ROC, each label against the rest", subtitle, ncols=2, figsize=(12, 5.6)
    ) as (_, axes):
        for axis, (name, part) in zip(axes, runtimes.items(), strict=True):
            least = 0.5 / max(1, len(part.target))
            for index, label in enumerate(part.labels):
                positive = part.target == index
                if positive.all() or not positive.any():
                    continue
                false, true, _ = roc_curve(positive, part.scores[:, index])
                axis.step(
                    np.maximum(false, least),
                    true,
                    where="post",
                    color=colormaps["tab20" if len(part.labels) > 10 else "tab10"](index),
                    label=f"AUC {auc(false, true):.3f}  {label}",
                )
            axis.set_xscale("log")
            axis.set(xlim=(least, 1), ylim=(0, 1.02), title=NAMES[name])
            axis.set(xlabel="false positive rate (log)", ylabel="true positive rate")
            axis.grid(alpha=0.3, which="both")
            axis.legend(frameon=False, fontsize=8, loc="lower right")
