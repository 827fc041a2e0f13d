"""Small int8 models made by hand, for layers and scales that no converter happens to give."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

TYPES = {"int8": 9, "int16": 7, "int32": 2}


@dataclass
class Tensor:
    shape: tuple[int, ...]
    kind: str
    scales: np.ndarray | None = None
    zero_point: int = 0
    axis: int = 0
    values: np.ndarray | None = None


@dataclass
class Node:
    op: str
    constants: tuple[Tensor, ...]
    to: Tensor | None = None
    other: str | None = None
    first: tuple[Tensor, ...] = ()
    also: tuple[Tensor, ...] = ()
    table: str | None = None
    options: dict[str, Any] = field(default_factory=dict)


def int8(shape, scale, zero_point, kind="int8") -> Tensor:
    return Tensor(tuple(shape), kind, np.array([scale]), zero_point)


def constant(values, kind, scales=None, axis=0) -> Tensor:
    values = np.asarray(values).astype(kind)
    return Tensor(values.shape, kind, scales, 0, axis, values)


def node(op, *constants, to=None, other=None, first=(), also=(), table=None, **options) -> Node:
    """Describe an operation on the result before it; `other="input"` adds the model's input.

    `first` are constants that come before it, `also` further outputs, which nothing reads.
    `table` is the schema's name for the options, where it is not the operation's.
    """
    return Node(op, constants, to, other, first, also, table, options)


def build(input_: Tensor, output: Tensor, *nodes: Node) -> bytes:
    """Give the bytes of a model: the nodes one after the other; the last writes `output`."""
    model, graph = schema.ModelT(), schema.SubGraphT()
    model.version = 3
    model.buffers = [schema.BufferT()]
    model.operatorCodes, graph.tensors, graph.operators = [], [], []

    def add(tensor: Tensor) -> int:
        made = schema.TensorT()
        made.shape, made.type, made.buffer = list(tensor.shape), TYPES[tensor.kind], 0
        made.name = f"tensor {len(graph.tensors)}".encode()
        if tensor.scales is not None:
            made.quantization = schema.QuantizationParametersT()
            made.quantization.scale = [float(s) for s in tensor.scales]
            made.quantization.zeroPoint = [tensor.zero_point] * len(tensor.scales)
            made.quantization.quantizedDimension = tensor.axis
        if tensor.values is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(tensor.values.tobytes(), np.uint8)
            made.buffer = len(model.buffers)
            model.buffers.append(buffer)
        graph.tensors.append(made)
        return len(graph.tensors) - 1

    current = first = add(input_)
    for step in nodes:
        code = schema.OperatorCodeT()
        code.builtinCode = getattr(schema.BuiltinOperator, step.op)
        code.deprecatedBuiltinCode = min(code.builtinCode, 127)
        code.version = 1
        operator = schema.OperatorT()
        operator.opcodeIndex = len(model.operatorCodes)
        model.operatorCodes.append(code)
        others = [first] if step.other == "input" else []
        operator.inputs = [*map(add, step.first), current, *others, *map(add, step.constants)]
        current = add(output if step is nodes[-1] else step.to)
        operator.outputs = [current, *map(add, step.also)]
        name = step.table or step.op.title().replace("_", "") + "Options"
        if hasattr(schema, f"{name}T"):
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, name)
            operator.builtinOptions = getattr(schema, f"{name}T")()
            for key, value in step.options.items():
                assert hasattr(operator.builtinOptions, key), key
                setattr(operator.builtinOptions, key, value)
        graph.operators.append(operator)
    graph.inputs, graph.outputs = [first], [current]
    model.subgraphs = [graph]
    return _packed(model)


def edit(content: bytes, change: Callable[[Any, Any], None]) -> bytes:
    """Give a model after `change(model, first graph)` has changed it, in the schema's objects."""
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    change(model, model.subgraphs[0])
    return _packed(model)


def _packed(model: Any) -> bytes:
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())
