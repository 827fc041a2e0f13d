"""Step draw-network: a picture of the network, layer by layer."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wav2nano.keras_runtime import load_model
from wav2nano.plotting import FLOAT, INT8, OTHERS, TEST, figure

# Layers that are written into the box of the one before them, if nothing else uses its output.
FOLLOWERS = {
    "Activation": "{activation}",
    "BatchNormalization": "batch normalisation",
    "Dropout": "dropout {rate:g}",
    "ReLU": "ReLU",
    "SpatialDropout1D": "spatial dropout {rate:g}",
    "SpatialDropout2D": "spatial dropout {rate:g}",
}
# What is said of a layer, by the name in its configuration; where the default says it all, nothing.
DETAILS = {
    "units": ("{} units", None),
    "filters": ("{} filters", None),
    "kernel_size": ("kernel {}", None),
    "pool_size": ("pool {}", None),
    "strides": ("stride {}", "1"),
    "activation": ("{}", "linear"),
}
RECURRENT = {"LSTM", "GRU", "SimpleRNN"}
MOST_LETTERS = 90  # of the text in a box
ROW = 0.36  # inches
# Where things are, in inches from the left.
WIDTH, LEFT, RIGHT, SHAPE, NUMBER, BAR = 10.5, 1.1, 6.9, 7.1, 9.1, 9.25


@dataclass(frozen=True)
class Box:
    """A layer with its followers: what it is, and the indices of the boxes that it reads.

    `shape` is that of its output, without the batch.
    """

    kind: str
    details: tuple[str, ...]
    shape: tuple[int, ...]
    parameters: int
    inputs: tuple[int, ...]


def draw_network(*, model: Path, title: str, out: Path) -> None:
    """Draw the layers of a network with their shapes and parameters.

    Parameters
    ----------
    model
        Keras file.
    title
        Name of the experiment.
    out
        PNG file to write.
    """
    network = load_model(model)
    plot_network(read_boxes(network), out, f"{title}: network", network.name)


def read_boxes(model: Any) -> list[Box]:
    """Read the layers of a functional Keras model, in the order of their computation."""
    written = {entry["name"]: entry for entry in model.get_config()["layers"]}
    sources = {
        name: list(dict.fromkeys(_names(entry["inbound_nodes"]))) for name, entry in written.items()
    }
    uses = Counter(source for names in sources.values() for source in names)
    boxes: list[Box] = []
    place: dict[str, int] = {}  # of the box that has a layer
    for layer in model.layers:
        entry, read = written[layer.name], sources[layer.name]
        parameters = layer.count_params()
        shape = tuple(layer.output.shape[1:])
        follows = entry["class_name"] in FOLLOWERS and len(read) == 1 and uses[read[0]] == 1
        if follows and boxes[place[read[0]]].kind != "InputLayer":
            place[layer.name] = place[read[0]]
            before = boxes[place[layer.name]]
            said = FOLLOWERS[entry["class_name"]].format_map(entry["config"])
            boxes[place[layer.name]] = Box(
                before.kind,
                (*before.details, said),
                shape,
                before.parameters + parameters,
                before.inputs,
            )
            continue
        place[layer.name] = len(boxes)
        kind, details = _describe(entry["class_name"], entry["config"])
        boxes.append(Box(kind, details, shape, parameters, tuple(place[name] for name in read)))
    return boxes


def _names(written: Any) -> Iterator[str]:
    """Find the names of layers in what Keras writes of a layer's inputs."""
    if isinstance(written, Mapping):
        history = written.get("keras_history")
        if history:
            yield history[0]
        else:
            for value in written.values():
                yield from _names(value)
    elif isinstance(written, list | tuple):
        for value in written:
            yield from _names(value)


def _describe(kind: str, config: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    if "layer" in config:  # what wraps another, such as Bidirectional
        inner, details = _describe(config["layer"]["class_name"], config["layer"]["config"])
        return f"{kind} {inner}", details
    details = ()
    for key, (text, default) in DETAILS.items():
        value = config.get(key)
        if isinstance(value, list | tuple):
            value = " × ".join(map(str, value if len(set(value)) > 1 else value[:1]))
        usual = "tanh" if kind in RECURRENT and key == "activation" else default
        if value is not None and str(value) != usual:
            details = (*details, text.format("ReLU" if value == "relu" else value))
    return kind, details


def plot_network(boxes: Sequence[Box], path: Path, title: str, name: str) -> None:
    """Draw the boxes from top to bottom, with arrows along what is computed from what."""
    total = sum(box.parameters for box in boxes)
    subtitle = f"{name}: {total:,} parameters; a bar is their share"
    height = (len(boxes) + 1) * ROW
    with figure(path, title, subtitle, figsize=(WIDTH, height + 0.8)) as (_, axis):
        axis.set(xlim=(0, WIDTH), ylim=(len(boxes) + 0.5, -0.5))
        axis.axis("off")
        for x, text, side in (
            (LEFT, "layer", "left"),
            (SHAPE, "output", "left"),
            (NUMBER, "parameters", "right"),
        ):
            axis.text(x, 0, text, ha=side, va="center", fontsize=8.5, color=TEST)
        for row, box in enumerate(boxes, 1):
            _draw_box(axis, row, box, total)
        lanes: list[int] = []  # the row down to which each is taken
        for row, box in enumerate(boxes, 1):
            for source in (index + 1 for index in box.inputs):
                if source == row - 1:
                    _arrow(axis, [(LEFT + 0.5, source + 0.36), (LEFT + 0.5, row - 0.36)], TEST)
                    continue
                free = [lane for lane, taken in enumerate(lanes) if taken <= source]
                lane = free[0] if free else len(lanes)
                lanes[lane : lane + 1] = [row]
                x = LEFT - 0.2 - 0.18 * (lane % 5)
                corners = [(LEFT, source + 0.15), (x, source + 0.15), (x, row - 0.15)]
                _arrow(axis, [*corners, (LEFT, row - 0.15)], INT8)


def _draw_box(axis: Any, row: int, box: Box, total: int) -> None:
    from matplotlib.patches import Rectangle

    color = FLOAT if box.parameters else OTHERS
    axis.add_patch(
        Rectangle(
            (LEFT, row - 0.36), RIGHT - LEFT, 0.72, facecolor=color, alpha=0.15, edgecolor="none"
        )
    )
    axis.add_patch(Rectangle((LEFT, row - 0.36), 0.06, 0.72, facecolor=color, edgecolor="none"))
    kind = "features" if box.kind == "InputLayer" else box.kind
    text = ", ".join(box.details)
    room = MOST_LETTERS - len(kind)
    text = text if len(text) <= room else f"{text[: room - 1]}…"
    style: dict[str, Any] = {"va": "center", "fontsize": 8.5}
    shown = axis.text(LEFT + 0.15, row, kind, fontweight="bold", **style)
    axis.annotate(
        text, (1, 0.5), (6, 0), xycoords=shown, textcoords="offset points", color=TEST, **style
    )
    axis.text(SHAPE, row, " × ".join(map(str, box.shape)), **style)
    if box.parameters:
        axis.text(NUMBER, row, f"{box.parameters:,}", ha="right", **style)
        share = box.parameters / total
        axis.add_patch(
            Rectangle((BAR, row - 0.2), share * (WIDTH - BAR), 0.4, facecolor=FLOAT, linewidth=0)
        )


def _arrow(axis: Any, corners: Sequence[tuple[float, float]], color: str) -> None:
    axis.plot(*zip(*corners, strict=True), color=color, linewidth=0.9, solid_capstyle="butt")
    axis.annotate(
        "",
        corners[-1],
        corners[-2],
        arrowprops={"arrowstyle": "-|>", "color": color, "linewidth": 0.9, "shrinkA": 0}
        | {"shrinkB": 0, "mutation_scale": 7},
    )
