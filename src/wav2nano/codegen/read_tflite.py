"""Read a .tflite file into plain data."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from wav2nano.errors import UserError

TENSOR_TYPES = {0: "float32", 2: "int32", 4: "int64", 7: "int16", 9: "int8"}
ACTIVATIONS = {0: "none", 1: "relu", 2: "relu_n1_to_1", 3: "relu6", 4: "tanh"}


@dataclass(frozen=True)
class Tensor:
    """A tensor of the graph.

    `values` is its content where it is constant. `scales` and `zero_point` describe
    real = scale * (value - zero_point); there are several scales where each channel has its own.
    """

    index: int
    name: str
    shape: tuple[int, ...]
    type: str
    scales: np.ndarray
    zero_point: int
    values: np.ndarray | None

    @property
    def size(self) -> int:
        """Number of elements."""
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def scale(self) -> np.float32:
        """The one scale of a tensor quantised as a whole."""
        return self.scales[0]


@dataclass(frozen=True)
class Node:
    """One operation: its name in TensorFlow Lite, its tensors (None: left out), its options."""

    op: str
    inputs: list[Tensor | None]
    outputs: list[Tensor]
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Graph:
    """A model with one input and one output; `nodes` are in the order of execution."""

    source: str
    nodes: list[Node]
    input: Tensor
    output: Tensor


def read_graph(content: bytes, source: str) -> Graph:
    """Parse the bytes of a .tflite file.

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

    if content[4:8] != b"TFL3":
        raise UserError(f"{source} is not a .tflite model: it lacks the identifier TFL3 at byte 4.")
    try:
        model = schema.ModelT.InitFromPackedBuf(content, 0)
        subgraph = model.subgraphs[0]
        tensors = [
            _tensor(index, tensor, model.buffers) for index, tensor in enumerate(subgraph.tensors)
        ]
        names = {code: name for name, code in vars(schema.BuiltinOperator).items()}
        nodes = [
            _node(operator, model.operatorCodes, names, tensors) for operator in subgraph.operators
        ]
        inputs = [tensors[i] for i in subgraph.inputs]
        outputs = [tensors[i] for i in subgraph.outputs]
        subgraphs = len(model.subgraphs)
    except Exception as error:  # a damaged flatbuffer can fail in any way
        raise UserError(
            f"{source} is damaged or truncated ({type(error).__name__}). Convert the model again."
        ) from error
    if subgraphs != 1 or len(inputs) != 1 or len(outputs) != 1:
        raise UserError(
            f"{source} has {len(inputs)} inputs, {len(outputs)} outputs and {subgraphs} graphs; "
            "C is generated for models with one of each."
        )
    return Graph(source=source, nodes=nodes, input=inputs[0], output=outputs[0])


def _tensor(index: int, tensor: Any, buffers: list[Any]) -> Tensor:
    shape = () if tensor.shape is None else tuple(int(n) for n in tensor.shape)
    kind = TENSOR_TYPES.get(tensor.type, f"type {tensor.type}")
    quantization = tensor.quantization
    quantized = quantization is not None and quantization.scale is not None
    data = buffers[tensor.buffer].data
    values = None
    if data is not None and len(data) and tensor.type in TENSOR_TYPES:
        dtype = np.dtype(kind).newbyteorder("<")
        values = np.frombuffer(bytes(bytearray(data)), dtype).reshape(shape)
    return Tensor(
        index=index,
        name=tensor.name.decode("utf-8", "replace") if tensor.name else f"tensor {index}",
        shape=shape,
        type=kind,
        scales=np.array(quantization.scale if quantized else [], np.float32),
        zero_point=int(quantization.zeroPoint[0]) if quantized else 0,
        values=values,
    )


def _node(operator: Any, codes: list[Any], names: dict[int, str], tensors: list[Tensor]) -> Node:
    code = codes[operator.opcodeIndex]
    # Files from before 2020 keep the code in a field of 8 bits.
    name = names[max(code.builtinCode, code.deprecatedBuiltinCode)]
    if name == "CUSTOM":
        name = f"the custom operation {code.customCode.decode('utf-8', 'replace')}"
    return Node(
        op=name,
        inputs=[tensors[i] if i >= 0 else None for i in operator.inputs],
        outputs=[tensors[i] for i in operator.outputs],
        options=vars(operator.builtinOptions) if operator.builtinOptions else {},
    )
