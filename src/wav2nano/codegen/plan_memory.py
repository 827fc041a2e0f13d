"""Where the tensors of a model are in one block of memory."""

from dataclasses import dataclass

from wav2nano.codegen.operator_parts import Alias, Layer
from wav2nano.codegen.read_tflite import Graph, Tensor

ALIGNMENT = 4


@dataclass(frozen=True)
class Buffer:
    """A buffer that is in use from step `first` to step `last`, both included."""

    name: str
    size: int
    first: int
    last: int


def plan(buffers: list[Buffer]) -> tuple[dict[str, int], int]:
    """Give each buffer an offset such that none overlaps another that is in use with it.

    Largest first, each at the lowest offset that is free ("greedy by size", Pisarchyk and Lee,
    Efficient Memory Management for Deep Neural Net Inference, 2020).

    Returns
    -------
    tuple[dict[str, int], int]
        Offset of each buffer by name, multiples of 4, and the size of the whole.

    Examples
    --------
    The input of the first layer is no longer needed when the second writes its output:

    >>> plan([Buffer("input", 400, 0, 1), Buffer("hidden", 100, 1, 2), Buffer("output", 10, 2, 3)])
    ({'input': 0, 'hidden': 400, 'output': 0}, 500)
    """
    placed: list[tuple[Buffer, int]] = []
    for buffer in sorted(buffers, key=lambda b: (-b.size, b.first, b.name)):
        offset = 0
        for other, start in sorted(placed, key=lambda item: item[1]):
            together = other.first <= buffer.last and buffer.first <= other.last
            if together and start < offset + buffer.size:
                offset = max(offset, _aligned(start + other.size))
        placed.append((buffer, offset))
    total = max((offset + buffer.size for buffer, offset in placed), default=0)
    return {buffer.name: offset for buffer, offset in placed}, _aligned(total)


def _aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


class MemoryPlan:
    """Where the tensors of a model are, and the statements that run it.

    The model's input and output are the caller's. Everything else is in the arena.

    Attributes
    ----------
    total : int
        Bytes of the arena.
    pointers : list[str]
        Definition in C of a pointer to each buffer, in the order of use.
    statements : list[str]
        The layers' calls.
    description : str
        The plan, for the reader.
    """

    def __init__(self, graph: Graph, lowered: list[Layer | Alias]):
        layers = [item for item in lowered if isinstance(item, Layer)]
        self._aliases = {item.output.index: item for item in lowered if isinstance(item, Alias)}
        self._graph = graph
        output, offset = self._root(graph.output)
        kept = [layer.output.index for layer in layers if layer.kept]
        # The last layer writes to the caller's buffer, which is another one at each call, unless
        # the output is part of something else.
        whole = offset == 0 and output.size == graph.output.size
        direct = whole and output != graph.input and output.index not in kept
        self._output = output if direct else None

        first: dict[int, int] = {}
        last: dict[int, int] = {}
        labels: dict[int, str] = {}
        sizes: dict[int, int] = {}
        for step, layer in enumerate(layers):
            for tensor, _ in map(self._root, layer.inputs):
                last[tensor.index] = step
            first[layer.output.index] = last[layer.output.index] = step
            labels[layer.output.index] = f"{layer.name}_output"
            sizes[layer.output.index] = layer.output.size
        if not direct:
            last[output.index] = len(layers)
        first |= dict.fromkeys(kept, 0)
        last |= dict.fromkeys(kept, len(layers))
        self._labels = labels

        planned = [
            Buffer(labels[index], sizes[index], first[index], last[index])
            for index in labels
            if self._output is None or index != self._output.index
        ]
        planned += [
            Buffer(f"{layer.name}_scratch", 2 * layer.scratch, step, step)
            for step, layer in enumerate(layers)
            if layer.scratch
        ]
        offsets, self.total = plan(planned)
        self.description = self._describe(planned, offsets, layers)
        self.pointers = [
            self._pointer(buffer.name, offsets[buffer.name])
            for buffer in sorted(planned, key=lambda b: (b.first, b.name))
        ]
        self.statements = [
            call.format(**self._operands(layer)) for layer in layers for call in layer.calls
        ]
        if not direct:
            size, place = graph.output.size, self._expression(graph.output)
            self.statements.append(f"w2n_copy_rows(1, {size}, {place}, {size}, output);")

    def _root(self, tensor: Tensor) -> tuple[Tensor, int]:
        """Tensor that holds `tensor`, and the offset in it."""
        offset = 0
        while tensor.index in self._aliases:
            alias = self._aliases[tensor.index]
            offset += alias.offset
            tensor = alias.input
        return tensor, offset

    def _expression(self, tensor: Tensor) -> str:
        root, offset = self._root(tensor)
        if root.index == self._graph.input.index:
            name = "input"
        elif self._output is not None and root.index == self._output.index:
            name = "output"
        else:
            name = self._labels[root.index]
        return f"{name} + {offset}" if offset else name

    def _operands(self, layer: Layer) -> dict[str, str]:
        operands = {
            f"input{i or ''}": self._expression(tensor) for i, tensor in enumerate(layer.inputs)
        }
        operands["output"] = self._expression(layer.output)
        operands["scratch"] = f"{layer.name}_scratch"
        return operands

    @staticmethod
    def _pointer(name: str, offset: int) -> str:
        place = f"arena + {offset // 2}" if offset else "arena"
        if name.endswith("_scratch"):
            return f"int16_t *const {name} = {place};"
        cast = f"(int8_t *)({place})" if offset else f"(int8_t *){place}"
        return f"int8_t *const {name} = {cast};"

    @staticmethod
    def _describe(planned: list[Buffer], offsets: dict[str, int], layers: list[Layer]) -> str:
        lines = [
            "Memory plan: bytes of the arena, and the layers from which to which they are used."
        ]
        for buffer in sorted(planned, key=lambda b: (b.first, b.name)):
            start = offsets[buffer.name]
            span = [layers[min(step, len(layers) - 1)].name for step in (buffer.first, buffer.last)]
            when = span[0] if span[0] == span[1] else f"{span[0]} to {span[1]}"
            lines.append(f"{start:6} to {start + buffer.size - 1:6}  {buffer.name}: {when}")
        return "\n".join(lines)
