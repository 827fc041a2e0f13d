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

from wav2nano.quantization.graph import MOVING, Node, measured_range, pack, unpack

_JOINING = ("CONCATENATION", "PACK")
# The ranges of functions whose scales the kernels prescribe: 1/128 around 0, 1/256 from 0.
_PRESCRIBED = {"TANH": (-1.0, 127 / 128), "LOGISTIC": (0.0, 255 / 256)}
_HIDDEN_STATE = 1  # among what an LSTM reads that is not constant: input, hidden state, cell state


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
    model, graph, nodes = unpack(calibrated)
    groups = _Groups()
    shared: list[int] = []  # tensors of the groups whose ranges are made one
    found = -1
    while found != groups.count:  # what the steps hand on is only known after one round
        found = groups.count
        seen: dict[Hashable, Node] = {}
        for node in nodes:
            if node.name in (*MOVING, *_JOINING):
                groups.join([*node.computed, *node.outputs])
            if node.name == "UNIDIRECTIONAL_SEQUENCE_LSTM":
                # Of the two places of the hidden state's scale, LiteRT reads the last of the
                # intermediate tensors, TensorFlow Lite Micro the state itself.
                hidden = node.computed[_HIDDEN_STATE]
                groups.join([node.outputs[0], hidden, *node.intermediates[-1:]])
            if node.name in _JOINING:
                shared.append(node.outputs[0])
            other = seen.setdefault(node.role(groups.find), node)
            if other is not node:
                for a, b in zip(other.outputs, node.outputs, strict=True):
                    groups.join([a, b])
                if node.name == "FULLY_CONNECTED":
                    groups.join([node.computed[0], other.computed[0]])
                shared += node.outputs
    ranges: dict[int, list[Any]] = {}
    chosen = {groups.find(index) for index in shared}
    for index, tensor in enumerate(graph.tensors):
        quantization = measured_range(tensor)
        if quantization is not None and groups.find(index) in chosen:
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
    return pack(model)


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
