"""A network over a window that moves, computed step by step.

When a window has moved by a step, most of what the layers compute of it was there before, a step
further back: convolutions without padding, sums and activations need their new columns alone. What
they read besides is kept from step to step. A layer that mixes its whole input, such as a mean over
time or an LSTM, reads all columns again, and so do those after it (Rybakov et al., Streaming
Keyword Spotting on Mobile Devices, 2020). Each number comes from the same numbers by the same
kernel, so that nothing differs.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from wav2nano.codegen.checks import Context, required
from wav2nano.codegen.operator_parts import Alias, Layer, describe, window
from wav2nano.codegen.operators.strided_slice import slice_places
from wav2nano.codegen.read_tflite import Graph, Node, Tensor

VALUES = ("ADD", "SUB", "MUL", "LOGISTIC", "TANH")
SHAPES = ("RESHAPE", "EXPAND_DIMS", "SQUEEZE")
WINDOWS = ("CONV_2D", "DEPTHWISE_CONV_2D", "MAX_POOL_2D", "AVERAGE_POOL_2D")

# Operations that are in no file: one keeps the latest columns of its input, the other is a part.
LATEST, PART = "LATEST", "PART"


@dataclass(frozen=True)
class Columns:
    """The columns of a tensor, along an axis that is time; `fresh` of them are new in a step."""

    tensor: Tensor
    axis: int
    fresh: int

    @property
    def whole(self) -> int:
        """Columns of the whole window."""
        return self.tensor.shape[self.axis]

    @property
    def size(self) -> int:
        """Values of one column."""
        return math.prod(self.tensor.shape[self.axis + 1 :])

    def latest(self, columns: int) -> Tensor:
        """Make the tensor of the latest columns."""
        shape = list(self.tensor.shape)
        shape[self.axis] = columns
        return replace(self.tensor, shape=tuple(shape))


@dataclass(frozen=True)
class Reading:
    """What a node reads in a step, the latest `columns` of its inputs, and what it gives."""

    columns: int
    gives: Columns


def stream_graph(graph: Graph, step: int) -> Graph | None:
    """Make the graph of one step from that of a window.

    Parameters
    ----------
    graph
        Of a window [1, frames, ...]; it can be lowered.
    step
        Frames by which the window moves.

    Returns
    -------
    Graph or None
        With the new frames as input, [1, step, ...]. Its operations `LATEST` keep columns from one
        step to the next. None if all would be computed again.
    """
    shape = graph.input.shape
    if len(shape) < 2 or shape[0] != 1 or not 0 < step < shape[1]:
        return None
    there = {graph.input.index: Columns(graph.input, 1, step)}
    readings: list[Reading | None] = []
    for node in graph.nodes:
        reading = _reading(graph, node, _columns(node, there))
        if reading:
            there[reading.gives.tensor.index] = reading.gives
        readings.append(reading)
    needed = {index: columns.fresh for index, columns in there.items()}
    for node, reading in zip(reversed(graph.nodes), reversed(readings), strict=True):
        for one in _columns(node, there):
            if reading and node.op in SHAPES:
                most = needed[reading.gives.tensor.index]
            else:
                most = reading.columns if reading else one.whole
            needed[one.tensor.index] = max(most, needed[one.tensor.index])
    if graph.output.index in there or needed[graph.input.index] == shape[1]:
        return None
    return _Steps(graph, there, needed).graph(readings)


def _columns(node: Node, there: dict[int, Columns]) -> list[Columns]:
    """Those inputs of a node that have columns."""
    return [there[t.index] for t in node.inputs if t is not None and t.index in there]


def _reading(graph: Graph, node: Node, inputs: Sequence[Columns]) -> Reading | None:
    """Tell what a node reads in a step; None if it reads all that there is."""
    if not inputs or len(node.outputs) != 1:
        return None
    context = Context(graph.source, node.op, node)
    if node.op in VALUES:
        return _reading_of_values(node, inputs)
    if node.op in SHAPES:
        return _reading_of_shape(node, inputs[0])
    if node.op in WINDOWS:
        return _reading_of_window(context, inputs[0])
    if node.op == "STRIDED_SLICE":
        return _reading_of_slice(context, inputs[0])
    return None


def _reading_of_values(node: Node, inputs: Sequence[Columns]) -> Reading | None:
    """Of an operation that makes a value of a value, or of two at the same place."""
    first, rank = inputs[0], len(inputs[0].tensor.shape)
    constants = [t for t in node.inputs if t is not None and t.values is not None]
    for constant in constants:
        # What all columns have in common is one column wide.
        within = len(constant.shape) - rank + first.axis + 1
        if constant.size != math.prod(constant.shape[max(0, within) :]):
            return None
    kinds = {(one.axis, one.fresh, one.whole) for one in inputs}
    if len(inputs) + len(constants) != len(node.inputs) or len(kinds) > 1:
        return None
    return Reading(first.fresh, replace(first, tensor=node.outputs[0]))


def _reading_of_shape(node: Node, input_: Columns) -> Reading | None:
    """Of the same values under another shape, where columns stay what they are."""
    made = node.outputs[0]
    for axis, size in enumerate(made.shape):
        columns = Columns(made, axis, input_.fresh)
        if size == input_.whole and columns.size == input_.size:
            return Reading(input_.fresh, columns)
    return None


def _reading_of_window(context: Context, input_: Columns) -> Reading | None:
    """Of a window that moves over columns, without padding before or after them."""
    node, axis = context.node, input_.axis - 1
    if axis not in (0, 1):
        return None
    if node.op.endswith("POOL_2D"):
        size = node.options["filterHeight"], node.options["filterWidth"]
        moving = window(context, input_.tensor, size)
    else:
        height, width = required(context, 1).shape[1:3]
        moving = window(context, input_.tensor, (height, width), dilated=True)
    places, stride = moving.output_size[axis], moving.stride[axis]
    reach = (places - 1) * stride + (moving.size[axis] - 1) * moving.dilation[axis] + 1
    fresh = input_.fresh // stride
    if moving.padding[axis] or reach > input_.whole or input_.fresh % stride or fresh > places:
        return None
    gives = Columns(node.outputs[0], input_.axis, fresh)
    return Reading(input_.whole - (places - fresh) * stride, gives)


def _reading_of_slice(context: Context, input_: Columns) -> Reading | None:
    """Of some columns in a row; those after them are what it is late by."""
    places, result = slice_places(context), context.node.outputs[0]
    gives = Columns(result, input_.axis, input_.fresh)
    first = int(places[0]) // input_.size
    if (
        len(result.shape) != len(input_.tensor.shape)
        or gives.size != input_.size
        or gives.fresh > gives.whole
        or not np.array_equal(places, np.arange(len(places)) + first * input_.size)
    ):
        return None
    return Reading(input_.whole - first - gives.whole + gives.fresh, gives)


class _Steps:
    """The graph of a step in the making."""

    def __init__(self, graph: Graph, there: dict[int, Columns], needed: dict[int, int]):
        self._graph, self._there, self._needed = graph, there, needed
        tensors = [tensor for node in graph.nodes for tensor in (*node.inputs, *node.outputs)]
        self._unused = 1 + max(tensor.index for tensor in tensors if tensor is not None)
        self._nodes: list[Node] = []
        # Of each tensor that has columns, by its index: as many as are needed.
        self._kept: dict[int, Tensor] = {}

    def graph(self, readings: Sequence[Reading | None]) -> Graph:
        """Translate node by node."""
        given = self._keep(self._there[self._graph.input.index])
        for node, reading in zip(self._graph.nodes, readings, strict=True):
            if reading is None:
                inputs = [self._read(tensor, None) for tensor in node.inputs]
                self._nodes.append(replace(node, inputs=inputs))
            elif node.op in SHAPES:
                self._take_all(node, reading.gives)
            elif node.op == "STRIDED_SLICE":
                self._take(node, reading)
            else:
                inputs = [self._read(tensor, reading.columns) for tensor in node.inputs]
                made = reading.gives.latest(reading.gives.fresh)
                self._nodes.append(replace(node, inputs=inputs, outputs=[made]))
                self._keep(reading.gives)
        return replace(self._graph, nodes=self._nodes, input=given)

    def _keep(self, columns: Columns) -> Tensor:
        """Keep as many columns as are needed; returns the tensor of the new ones."""
        index = columns.tensor.index
        fresh = self._kept[index] = columns.latest(columns.fresh)
        if self._needed[index] > columns.fresh:
            self._kept[index] = self._new(columns.latest(self._needed[index]))
            self._nodes.append(Node(LATEST, [fresh], [self._kept[index]]))
        return fresh

    def _read(self, tensor: Tensor | None, columns: int | None) -> Tensor | None:
        """Give the latest columns of a tensor, or all; what has none is what it was."""
        if tensor is None or tensor.index not in self._there:
            return tensor
        one = self._there[tensor.index]
        kept, read = self._kept[tensor.index], columns or one.whole
        part = one.latest(read)
        if part.shape == kept.shape:
            return kept
        part = self._new(part)
        self._part(kept, kept.size - part.size, part)
        return part

    def _take_all(self, node: Node, gives: Columns) -> None:
        """Give what is kept under another shape."""
        index = gives.tensor.index
        kept, made = self._of(node), gives.latest(self._needed[index])
        self._part(kept, kept.size - made.size, made)
        self._kept[index] = made

    def _take(self, node: Node, reading: Reading) -> None:
        """Give the first of the columns that a slice reads."""
        kept, made = self._of(node), reading.gives.latest(reading.gives.fresh)
        self._part(kept, kept.size - reading.columns * reading.gives.size, made)
        self._keep(reading.gives)

    def _of(self, node: Node) -> Tensor:
        tensor = node.inputs[0]
        assert tensor is not None
        return self._kept[tensor.index]

    def _part(self, of: Tensor, offset: int, part: Tensor) -> None:
        self._nodes.append(Node(PART, [of], [part], options={"offset": offset}))

    def _new(self, tensor: Tensor) -> Tensor:
        self._unused += 1
        return replace(tensor, index=self._unused)


def lower_latest(context: Context) -> Layer:
    """Lower to w2n_keep_latest."""
    (input_,), (result,) = context.node.inputs, context.node.outputs
    assert input_ is not None
    return Layer(
        name=context.name,
        op=LATEST,
        description=describe([input_], result),
        inputs=[input_],
        output=result,
        calls=[f"w2n_keep_latest({input_.size}, {{input}}, {result.size}, {{output}});"],
        kept=True,
    )


def lower_part(context: Context) -> Alias:
    """Lower to a part of the input."""
    input_ = context.node.inputs[0]
    assert input_ is not None
    return Alias(context.node.outputs[0], input_, context.node.options["offset"])


LOWER: dict[str, Callable[[Context], Layer | Alias]] = {LATEST: lower_latest, PART: lower_part}
