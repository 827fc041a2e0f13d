"""The operations of a .tflite model, to be changed before it is quantised."""

from collections.abc import Callable, Hashable
from typing import Any

import flatbuffers  # type: ignore[import-untyped]
from ai_edge_litert import schema_py_generated as schema

# Operations that move values without changing them.
MOVING = ("RESHAPE", "STRIDED_SLICE", "REVERSE_V2", "SPLIT", "SPLIT_V", "UNPACK")
_NAMES = {number: name for name, number in vars(schema.BuiltinOperator).items()}


class Node:
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

    def role(self, group: Callable[[int], int]) -> Hashable:
        """Say what it does: the same for the same operation of another step.

        A product with the same weights is the same, whatever it is of: so steps are recognised.
        Everything else must be of the same constants and of tensors of the same `group`.
        """
        if self.name == "FULLY_CONNECTED":
            return self.name, tuple(self._constants.values())
        return self.name, tuple(self._constants.get(index, group(index)) for index in self._inputs)


def unpack(tflite: bytes) -> tuple[Any, Any, list[Node]]:
    """Read a model: it, its graph, and the operations of the graph in their order."""
    model = schema.ModelT.InitFromPackedBuf(tflite, 0)
    [graph] = model.subgraphs
    return model, graph, [Node(model, graph, operator) for operator in graph.operators]


def pack(model: Any) -> bytes:
    """Write a model."""
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def operations(tflite: bytes) -> set[str]:
    """Name the operations of a model."""
    model = schema.ModelT.InitFromPackedBuf(tflite, 0)
    return {_NAMES[code.builtinCode] for code in model.operatorCodes}


def clear_unused(tflite: bytes) -> bytes:
    """Set to 0 what no tensor uses.

    The converter leaves buffers for the state of an LSTM, whose tensors have none: with whatever
    value was in memory, another one in each run.
    """
    content = bytearray(tflite)
    model = schema.Model.GetRootAs(content, 0)
    used = {model.Metadata(number).Buffer() for number in range(model.MetadataLength())}
    for graph in map(model.Subgraphs, range(model.SubgraphsLength())):
        used |= {graph.Tensors(number).Buffer() for number in range(graph.TensorsLength())}
    for number in set(range(model.BuffersLength())) - used:
        buffer = model.Buffers(number)
        if buffer.DataLength():
            buffer.DataAsNumpy()[:] = 0
    return bytes(content)


def measured_range(tensor: Any) -> Any:
    """Give the quantisation of a tensor of which calibration measured a range, or None."""
    quantization = tensor.quantization
    if quantization is None or quantization.min is None or len(quantization.min) != 1:
        return None
    return quantization


def _listed(numbers: Any) -> Any:
    """Give a vector of the file; an empty one where it is left out."""
    return () if numbers is None else numbers
