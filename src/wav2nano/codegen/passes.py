"""Changes to a graph before it is lowered."""

from dataclasses import replace

import numpy as np

from wav2nano.codegen.checks import Context
from wav2nano.codegen.operators.strided_slice import slice_places
from wav2nano.codegen.read_tflite import Graph, Node, Tensor


def simplify(graph: Graph) -> Graph:
    """Apply all passes."""
    return fuse_last_step(graph)


def fuse_last_step(graph: Graph) -> Graph:
    """Let an LSTM give its last step if nothing else of its sequence is read.

    The STRIDED_SLICE that took the last step goes; its output becomes the second one of the LSTM.
    Without the sequence, a model needs memory for one step of it.
    """
    nodes = list(graph.nodes)
    for node in graph.nodes:
        if node.op != "UNIDIRECTIONAL_SEQUENCE_LSTM":
            continue
        reader = _last_step_reader(graph, node.outputs[0])
        if reader is not None:
            place = _place(nodes, node)
            nodes[place] = replace(node, outputs=[*node.outputs, *reader.outputs])
            del nodes[_place(nodes, reader)]
    return replace(graph, nodes=nodes)


def _place(nodes: list[Node], node: Node) -> int:
    """Find a node by identity: nodes contain arrays, which cannot be compared."""
    return next(i for i, other in enumerate(nodes) if other is node)


def _last_step_reader(graph: Graph, sequence: Tensor) -> Node | None:
    """Find the STRIDED_SLICE that takes the last step, if nothing else reads the sequence."""
    readers = [
        node
        for node in graph.nodes
        if any(tensor is not None and tensor.index == sequence.index for tensor in node.inputs)
    ]
    if (
        len(readers) != 1
        or readers[0].op != "STRIDED_SLICE"
        or sequence.index == graph.output.index
    ):
        return None
    units = sequence.shape[-1]
    last_step = np.arange(sequence.size - units, sequence.size)
    places = slice_places(Context(graph.source, readers[0].op, readers[0]))
    return readers[0] if np.array_equal(places, last_step) else None
