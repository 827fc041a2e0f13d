"""One range, and so one scale, for all that the steps of a recurrent layer compute alike.

Calibration measures the range of every tensor by itself. That is not right in two places:

- An unrolled recurrent layer has a copy of each tensor for each step. With a scale for each copy,
  the weights would be the same in every step, but not the biases, multipliers and tables that
  follow from the scales: with one, they are constants of the layer, as they are in an LSTM.
- The two directions of a bidirectional LSTM are joined, which takes one scale. The converter gives
  it to the outputs of both, but not to their hidden states, in which the kernels compute; their
  values would be read under a scale that is not theirs.
"""

from collections.abc import Hashable
from typing import Any

import flatbuffers  # type: ignore[import-untyped]
from ai_edge_litert import schema_py_generated as schema

# Operations that move values without changing them.
_MOVING = ("RESHAPE", "STRIDED_SLICE", "REVERSE_V2", "SPLIT", "SPLIT_V", "UNPACK")
_JOINING = ("CONCATENATION", "PACK")
# The ranges of functions whose scales the kernels prescribe: 1/128 around 0, 1/256 from 0.
_PRESCRIBED = {"TANH": (-1.0, 127 / 128), "LOGISTIC": (0.0, 255 / 256)}
_HIDDEN_STATE = 1  # among what an LSTM reads that is not constant: input, hidden state, cell state
_NAMES = {number: name for name, number in vars(schema.BuiltinOperator).items()}


def share_ranges(calibrated: bytes) -> bytes:
    """Give tensors that belong together the range of all of them.

    Parameters
    ----------
    calibrated
        A float .tflite model with the range of each tensor, as calibration makes it.

    Returns
    -------
    bytes
        The same model with shared ranges; unchanged where it has neither steps nor joints.
    """
    model = schema.ModelT.InitFromPackedBuf(calibrated, 0)
    [graph] = model.subgraphs
    groups = _Groups()
    shared: list[int] = []  # tensors of the groups whose ranges are made one
    nodes = [_Node(model, graph, operator) for operator in graph.operators]
    found = -1
    while found != groups.count:  # what the steps hand on is only known after one round
        found = groups.count
        seen: dict[Hashable, _Node] = {}
        for node in nodes:
            if node.name in (*_MOVING, *_JOINING):
                groups.join([*node.computed, *node.outputs])
            if node.name == "UNIDIRECTIONAL_SEQUENCE_LSTM":
                # Of the two places of the hidden state's scale, LiteRT reads the last of the
                # intermediate tensors, TensorFlow Lite Micro the state itself.
                hidden = node.computed[_HIDDEN_STATE]
                groups.join([node.outputs[0], hidden, *node.intermediates[-1:]])
            if node.name in _JOINING:
                shared.append(node.outputs[0])
            other = seen.setdefault(node.role(groups), node)
            if other is not node:
                for a, b in zip(other.outputs, node.outputs, strict=True):
                    groups.join([a, b])
                if node.name == "FULLY_CONNECTED":
                    groups.join([node.computed[0], other.computed[0]])
                shared += node.outputs
    ranges: dict[int, list[Any]] = {}
    chosen = {groups.find(index) for index in shared}
    for index, tensor in enumerate(graph.tensors):
        quantization = tensor.quantization
        has_range = quantization is not None and quantization.min is not None
        if has_range and len(quantization.min) == 1 and groups.find(index) in chosen:
            ranges.setdefault(groups.find(index), []).append(quantization)
    if not ranges:
        return calibrated
    prescribed = {
        groups.find(node.outputs[0]): _PRESCRIBED[node.name]
        for node in nodes
        if node.name in _PRESCRIBED
    }
    for group, members in ranges.items():
        measured = min(q.min[0] for q in members), max(q.max[0] for q in members)
        low, high = prescribed.get(group, measured)
        for quantization in members:
            quantization.min, quantization.max = [low], [high]
    builder = flatbuffers.Builder(len(calibrated))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def operations(tflite: bytes) -> set[str]:
    """Name the operations of a model."""
    model = schema.ModelT.InitFromPackedBuf(tflite, 0)
    return {_NAMES[code.builtinCode] for code in model.operatorCodes}


class _Node:
    """An operation: its name, the tensors that it reads and are computed, those it writes."""

    def __init__(self, model: Any, graph: Any, operator: Any):
        self.name = _NAMES[model.operatorCodes[operator.opcodeIndex].builtinCode]
        self.outputs = [int(index) for index in operator.outputs]
        self._inputs = [int(index) for index in operator.inputs]
        self.intermediates = [int(index) for index in _listed(operator.intermediates)]
        buffers = {index: graph.tensors[index].buffer for index in self._inputs if index >= 0}
        self._constants = {
            index: bytes(model.buffers[buffer].data)
            for index, buffer in buffers.items()
            if model.buffers[buffer].data is not None and len(model.buffers[buffer].data)
        }
        self.computed = [i for i in self._inputs if i >= 0 and i not in self._constants]

    def role(self, groups: "_Groups") -> Hashable:
        """Say what it does: the same for the same operation of another step.

        A product with the same weights is the same, whatever it is of: so steps are recognised.
        Everything else must be of the same constants and of tensors that belong together.
        """
        if self.name == "FULLY_CONNECTED":
            return self.name, tuple(self._constants.values())
        return self.name, tuple(
            self._constants.get(index, groups.find(index)) for index in self._inputs
        )


class _Groups:
    """Which tensors belong together: sets that can be joined (union-find)."""

    def __init__(self) -> None:
        self._parent: dict[int, int] = {}
        self.count = 0  # of joints so far

    def find(self, index: int) -> int:
        """Give the tensor that stands for the group of this one."""
        while index in self._parent:
            index = self._parent[index]
        return index

    def join(self, members: list[int]) -> None:
        """Make one group of those of all members."""
        first = self.find(members[0])
        for member in members[1:]:
            root = self.find(member)
            if root != first:
                self._parent[root] = first
                self.count += 1


def _listed(numbers: Any) -> Any:
    """Give a vector of the file; an empty one where it is left out."""
    return () if numbers is None else numbers
