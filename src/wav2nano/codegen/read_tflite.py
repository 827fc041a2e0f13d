"""Read a .tflite file into plain data."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from wav2nano.errors import UserError

TENSOR_TYPES = {0: "float32", 2: "int32", 4: "int64", 7: "int16", 9: "int8"}
ACTIVATIONS = {0: "none", 1: "relu", 2: "relu_n1_to_1", 3: "relu6", 4: "tanh"}

# More than any network for a microcontroller has. A damaged file can name one part of itself
# millions of times.
MOST_TENSORS, MOST_OPERATIONS, MOST_PLACES, MOST_AXES = 10_000, 5000, 1000, 8
MOST_LETTERS = 80  # of a name, which is only for messages


@dataclass(frozen=True)
class Tensor:
    """A tensor of the graph.

    `values` is its content where it is constant. `scales` and `zero_points` describe
    real = scale * (value - zero point); there are several where each channel, along `axis`, has
    its own. A `variable` tensor is a state, which is kept from one call of the model to the next.
    """

    index: int
    name: str
    shape: tuple[int, ...]
    type: str
    scales: np.ndarray
    zero_points: np.ndarray
    axis: int
    variable: bool
    values: np.ndarray | None

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def scale(self) -> np.float32:
        """The one scale of a tensor quantised as a whole."""
        return self.scales[0]

    @property
    def zero_point(self) -> int:
        """The one zero point of a tensor quantised as a whole."""
        return int(self.zero_points[0])


@dataclass(frozen=True)
class Node:
    """One operation: its name in TensorFlow Lite, its tensors (None: left out), its options.

    `option_type` is the schema's name for the options, such as Conv2DOptions.
    """

    op: str
    inputs: list[Tensor | None]
    outputs: list[Tensor]
    option_type: str = "none"
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Graph:
    """A model with one input and one output; `nodes` are in the order of execution."""

    source: str
    nodes: list[Node]
    input: Tensor
    output: Tensor


def require_tflite(content: bytes, source: str) -> None:
    """Refuse what is no .tflite file at all.

    Parameters
    ----------
    content : bytes
        The whole file.
    source : str
        What to call it in messages.

    Raises
    ------
    UserError
        If the content lacks the identifier of the format.
    """
    if content[4:8] != b"TFL3":
        raise UserError(
            f"{source} is not a .tflite model: it lacks the identifier TFL3 at byte 4. Convert the "
            "model again."
        )


def read_graph(content: bytes, source: str) -> Graph:
    """Parse the bytes of a .tflite file.

    Whether the graph makes sense is for `check_graph` to say.

    Parameters
    ----------
    content : bytes
        The whole file.
    source : str
        What to call it in messages.

    Raises
    ------
    UserError
        If the content is not a model with one input, one output and one graph.
    """
    from ai_edge_litert import schema_py_generated as schema

    require_tflite(content, source)
    try:
        model = schema.Model.GetRootAs(content, 0)
        subgraphs = model.SubgraphsLength()
        subgraph = model.Subgraphs(0)
        inputs, outputs = _list(subgraph, "Inputs"), _list(subgraph, "Outputs")
        _limit(subgraph.TensorsLength(), MOST_TENSORS, "tensors")
        _limit(subgraph.OperatorsLength(), MOST_OPERATIONS, "operations")
        tensors = [_tensor(i, subgraph.Tensors(i), model) for i in range(subgraph.TensorsLength())]
        names = {number: name for name, number in vars(schema.BuiltinOperator).items()}
        nodes = [
            _node(subgraph.Operators(i), model, names, tensors)
            for i in range(subgraph.OperatorsLength())
        ]
        ends = [[tensors[_index(i)] for i in places] for places in (inputs, outputs)]
    except UserError as error:
        raise UserError(
            f"{source} is damaged or truncated: {error} Convert the model again."
        ) from error
    except Exception as error:  # a damaged flatbuffer can fail in any way
        raise UserError(
            f"{source} is damaged or truncated ({type(error).__name__}). Convert the model again."
        ) from error
    if subgraphs != 1 or len(inputs) != 1 or len(outputs) != 1:
        raise UserError(
            f"{source} has {len(inputs)} inputs, {len(outputs)} outputs and {subgraphs} graphs; "
            "C is generated for models with one of each."
        )
    return Graph(source=source, nodes=nodes, input=ends[0][0], output=ends[1][0])


def _tensor(index: int, tensor: Any, model: Any) -> Tensor:
    shape = tuple(_list(tensor, "Shape", MOST_AXES))
    kind = TENSOR_TYPES.get(tensor.Type(), f"type {tensor.Type()}")
    quantization = tensor.Quantization()
    scales, zero_points, axis = np.zeros(0, np.float32), np.zeros(0, np.int64), 0
    if quantization is not None:
        scales = _array(quantization, "Scale", np.float32)
        zero_points = _array(quantization, "ZeroPoint", np.int64)
        axis = quantization.QuantizedDimension()
    if len(scales) != len(zero_points):
        raise UserError(
            f"tensor {index} has {len(scales)} scales and {len(zero_points)} zero points."
        )
    data = _array(_buffer(model, tensor.Buffer()), "Data", np.uint8)
    values = None
    if len(data) and tensor.Type() in TENSOR_TYPES:
        dtype = np.dtype(kind).newbyteorder("<")
        needed = math.prod(shape) * dtype.itemsize
        if min(shape, default=1) < 0 or len(data) != needed:
            raise UserError(
                f"tensor {index}, of shape {list(shape)} and type {kind}, has {len(data):,} bytes."
            )
        values = data.view(dtype).reshape(shape)
    name = (tensor.Name() or b"")[:MOST_LETTERS]
    return Tensor(
        index=index,
        name=name.decode("utf-8", "replace") if name else f"tensor {index}",
        shape=shape,
        type=kind,
        scales=scales,
        zero_points=zero_points,
        axis=axis,
        variable=bool(tensor.IsVariable()),
        values=values,
    )


def _node(operator: Any, model: Any, names: dict[int, str], tensors: list[Tensor]) -> Node:
    from ai_edge_litert import schema_py_generated as schema

    if operator.OpcodeIndex() >= model.OperatorCodesLength():
        raise UserError("an operation has a code that is not in the file.")
    code = model.OperatorCodes(operator.OpcodeIndex())
    # Files from before 2020 keep the code in a field of 8 bits.
    name = names[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
    if name == "CUSTOM":
        name = f"the custom operation {code.CustomCode().decode('utf-8', 'replace')!r}"
    options = schema.BuiltinOptionsCreator(operator.BuiltinOptionsType(), operator.BuiltinOptions())
    return Node(
        op=name,
        inputs=[None if i == -1 else tensors[_index(i)] for i in _list(operator, "Inputs")],
        outputs=[tensors[_index(i)] for i in _list(operator, "Outputs")],
        option_type=type(options).__name__.removesuffix("T") if options else "none",
        options=vars(options) if options else {},
    )


def _buffer(model: Any, index: int) -> Any:
    if index >= model.BuffersLength():
        raise UserError(f"it has no buffer {index}.")
    return model.Buffers(index)


def _index(index: int) -> int:
    """Refuse a negative index of a tensor, which Python would count from the end."""
    if index < 0:
        raise UserError(f"it has no tensor {index}.")
    return index


def _list(table: Any, name: str, most: int = MOST_PLACES) -> list[int]:
    """Give a vector of whole numbers."""
    values = _array(table, name, np.int32)
    _limit(len(values), most, f"numbers in the list {name!r}")
    return [int(value) for value in values]


def _array(table: Any, name: str, dtype: Any) -> np.ndarray:
    """Give a vector without copying it; an empty one where it is left out."""
    if getattr(table, f"{name}IsNone")():
        return np.zeros(0, dtype)
    return np.asarray(getattr(table, f"{name}AsNumpy")())


def _limit(count: int, most: int, what: str) -> None:
    if count > most:
        raise UserError(f"it has {count:,} {what}; more than {most:,} are not read.")
