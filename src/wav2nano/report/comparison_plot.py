"""The plot of a comparison: macro F1 against what it costs the board."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from wav2nano.plotting import FLOAT, INT8, TEST, figure
from wav2nano.report.pareto import pareto_front

WIDTH, HEIGHT = 12.0, 5.4  # inches, of one row of panels with the title above
TITLE = 0.7
FEW, SHORT = 12, 24  # at most so many points, with names of so many letters, are labelled by name
LETTER, LINE = 0.067, 0.16  # inches, of the text below the plot
MOST_LETTERS = 150  # of the subtitle
NEAR = 10.0  # pixels from a point to its label
# From a point to its label, the best first; reversed on the front, where there is room above.
ANGLES = (0, 180, 340, 315, 270, 225, 200, 20, 45, 90, 160, 135)
WIDE_RANGE = 10  # costs that differ by this factor are drawn on a logarithmic axis


@dataclass(frozen=True)
class Point:
    """An experiment with its rank, macro F1 with 95 % interval, and cost; None: not known."""

    number: int
    name: str
    score: float
    interval: tuple[float, float] | None
    kilobytes: float | None
    million_instructions: float | None


def plot_comparison(groups: Mapping[str, Sequence[Point]], path: Path, title: str) -> None:
    """Draw two panels, against flash and against instructions, each with its Pareto front.

    Each data set, by whose names the points are grouped, has a row of its own; one of which nothing
    is on the board has none, unless all are such. Points are labelled with their names; if these
    are many or long, with their ranks, and the names are listed below.
    """
    subtitle = _subtitle([point for points in groups.values() for point in points])
    on_board = {
        name: points
        for name, points in groups.items()
        if any(point.kilobytes is not None for point in points)
    }
    groups = on_board or dict([next(iter(groups.items()))])
    labels: dict[str, list[str]] = {}
    keys: dict[str, list[list[str]]] = {}
    heights = []
    for name, points in groups.items():
        named = len(points) <= FEW and max(len(point.name) for point in points) <= SHORT
        labels[name] = [point.name if named else str(point.number) for point in points]
        keys[name] = [] if named else _key([f"{point.number}  {point.name}" for point in points])
        heights.append(HEIGHT - TITLE)
        if keys[name]:
            heights.append(LINE * (1 + max(map(len, keys[name]))))
    shape: dict[str, Any] = {"nrows": len(heights), "ncols": 2, "height_ratios": heights}
    shape |= {"figsize": (WIDTH, TITLE + sum(heights)), "squeeze": False}
    with figure(path, title, subtitle, **shape) as (drawing, axes):
        rows = iter(axes)
        drawn = []
        for name, points in groups.items():
            panels = next(rows)
            costs = (
                [point.kilobytes for point in points],
                [point.million_instructions for point in points],
            )
            _panel(panels[0], points, costs[0], "flash (kB)")
            _panel(panels[1], points, costs[1], "million instructions a second, simulated board")
            panels[0].set_ylabel("macro F1, int8")
            if on_board:
                panels[0].set_title(f"data set {name}", fontsize=10, loc="left")
            if keys[name]:
                _write_key(next(rows), keys[name])
            drawn += [(panels[i], points, costs[i], labels[name]) for i in range(2)]
        drawing.canvas.draw()  # settles where the axes are
        for panel in drawn:
            _label(*panel)


def _write_key(axes: Sequence[Any], key: Sequence[Sequence[str]]) -> None:
    """Write ranks and names in columns below two panels."""
    for axis in axes:
        axis.axis("off")
    for number, column in enumerate(key):
        axes[0].text(
            number * 2.05 / len(key),
            1,
            "\n".join(column),
            transform=axes[0].transAxes,
            va="top",
            fontsize=8,
            linespacing=1.35,
            color=TEST,
            in_layout=False,
        )


def _subtitle(points: Sequence[Point]) -> str:
    text = "macro F1 of the int8 model on its test set, with 95 % interval; line: Pareto front"
    unbuilt = [point.name for point in points if point.kilobytes is None]
    unplayed = [
        point.name
        for point in points
        if point.kilobytes is not None and point.million_instructions is None
    ]
    for names, words in ((unbuilt, "missing, not on the board"), (unplayed, "not simulated")):
        if names:
            room = MOST_LETTERS - len(text) - len(words)
            text += f"; {words}: {_enumerate(names, max(room, SHORT))}"
    return text


def _enumerate(names: Sequence[str], letters: int) -> str:
    """List as many names as there is room for, and say how many more there are."""
    shown = list(names)
    while shown and len(", ".join(shown)) > letters:
        shown.pop()
    more = len(names) - len(shown)
    if not shown:
        return f"{more} experiments"
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _key(entries: Sequence[str]) -> list[list[str]]:
    """Divide entries into as many columns as fit side by side."""
    letters = max(map(len, entries)) + 3
    columns = max(1, min(len(entries), int(WIDTH / (LETTER * letters))))
    rows = math.ceil(len(entries) / columns)
    return [list(entries[i : i + rows]) for i in range(0, len(entries), rows)]


def _panel(axis: Any, points: Sequence[Point], costs: Sequence[float | None], text: str) -> None:
    axis.set(xlabel=text)
    axis.grid(alpha=0.3)
    known = [(cost, point) for cost, point in zip(costs, points, strict=True) if cost is not None]
    if not known:
        axis.text(0.5, 0.5, "no figures of the board", transform=axis.transAxes, ha="center")
        axis.set(xticks=[], yticks=[])
        return
    cost = np.array([cost for cost, _ in known])
    score = np.array([point.score for _, point in known])
    front = np.array(pareto_front(list(cost), list(score)), dtype=bool)
    for x, point in known:
        if point.interval:
            axis.plot([x, x], point.interval, color="#aaaaaa", linewidth=1, marker="_", zorder=1)
    axis.plot(cost[~front], score[~front], "o", color=FLOAT, markersize=5, zorder=3)
    axis.plot(cost[front], score[front], "o", color=INT8, markersize=7, zorder=4)
    axis.margins(x=0.09, y=0.07)
    if cost.min() > 0 and cost.max() > WIDE_RANGE * cost.min():
        from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

        axis.set_xscale("log")
        axis.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.xaxis.set_minor_formatter(NullFormatter())
    limits = axis.get_xlim()
    # What is on or below the line can be achieved at that cost.
    order = np.lexsort((score[front], cost[front]))
    x, y = cost[front][order], score[front][order]
    axis.step(
        [*x, limits[1]], [*y, y[-1]], where="post", color=INT8, linewidth=1.2, alpha=0.7, zorder=2
    )
    axis.set_xlim(limits)


def _label(
    axis: Any, points: Sequence[Point], costs: Sequence[float | None], labels: Sequence[str]
) -> None:
    """Write each label near its point where it covers least; one that is far away gets a line."""
    from matplotlib.patheffects import withStroke

    known = [i for i, cost in enumerate(costs) if cost is not None]
    if not known:
        return
    scores = [points[i].score for i in known]
    front = pareto_front([costs[i] for i in known], scores)
    places = axis.transData.transform([(costs[i], points[i].score) for i in known])
    room = axis.get_window_extent()
    scale = axis.figure.dpi / 72  # pixels a point
    taken = [(x - 4, y - 4, x + 4, y + 4) for x, y in places]
    # The line's pieces, too: right of each point of the front, up to the next.
    corners = sorted(place for place, best in zip(places.tolist(), front, strict=True) if best)
    for (x, y), (next_x, next_y) in pairwise([*corners, [room.x1, corners[-1][1]]]):
        taken += [(x, y - 1, next_x, y + 1), (next_x - 1, y, next_x + 1, next_y)]
    # Those that matter are placed first.
    for j in sorted(range(len(known)), key=lambda j: not front[j]):
        style = {"fontsize": 8, "color": INT8 if front[j] else TEST}
        style |= {"fontweight": "bold"} if front[j] else {}
        text = axis.annotate(
            labels[known[j]],
            (costs[known[j]], scores[j]),
            (0, 0),
            textcoords="offset points",
            ha="center",
            va="center",
            zorder=5,
            path_effects=[withStroke(linewidth=2, foreground="white")],
            in_layout=False,
            **style,
        )
        extent = text.get_window_extent()
        offset, distance = _best_offset(
            places[j],
            (extent.width, 0.8 * extent.height),
            np.array(taken),
            room.extents,
            ANGLES[::-1] if front[j] else ANGLES,
        )
        center = places[j] + offset
        half = np.array([extent.width, 0.8 * extent.height]) / 2
        taken.append((*(center - half), *(center + half)))
        text.set_position(tuple(offset / scale))
        if distance > NEAR:
            start = axis.transData.inverted().transform(center)
            axis.plot(
                *zip((costs[known[j]], scores[j]), start, strict=True),
                color="#888888",
                linewidth=0.6,
                zorder=2.5,
                scalex=False,
                scaley=False,
            )


def _best_offset(
    place: np.ndarray,
    size: tuple[float, float],
    taken: np.ndarray,
    room: np.ndarray,
    angles: Sequence[int],
) -> tuple[np.ndarray, float]:
    """Find where the middle of a label covers least of what is taken: offset, and distance."""
    distances = np.array([6, NEAR, 16, 24, 34, 46, 60, 76])
    distance, angle = (
        grid.ravel() for grid in np.meshgrid(distances, np.deg2rad(angles), indexing="ij")
    )
    direction = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    offset = direction * (distance[:, None] + np.array(size) / 2)
    low, high = place + offset - np.array(size) / 2, place + offset + np.array(size) / 2
    shared = np.minimum(high[:, None], taken[:, 2:]) - np.maximum(low[:, None], taken[:, :2])
    covered = np.prod(np.maximum(shared, 0), axis=2).sum(axis=1)
    outside = np.maximum(room[:2] - low, 0).sum(axis=1) + np.maximum(high - room[2:], 0).sum(axis=1)
    best = int(np.argmin(10 * covered + 100 * outside + distance))
    return offset[best], float(distance[best])
