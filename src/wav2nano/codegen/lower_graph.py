"""From the operations of a graph to calls of the kernels."""

from wav2nano.codegen.check_graph import check_limits
from wav2nano.codegen.checks import Context
from wav2nano.codegen.operator_parts import Alias, Layer
from wav2nano.codegen.operators import OPERATORS
from wav2nano.codegen.read_tflite import Graph
from wav2nano.codegen.share_constants import SharedConstants
from wav2nano.codegen.stream_graph import LOWER


def lower_graph(graph: Graph) -> list[Layer | Alias]:
    """Translate a graph that passed `check_graph`, node by node.

    Raises
    ------
    UserError
        If an operation is one that its kernel cannot do, or there are too many weights.
    """
    lowered: list[Layer | Alias] = []
    count: dict[str, int] = {}
    shared = SharedConstants()
    flash = macs = 0
    for node in graph.nodes:
        name = node.op.lower() if node.op in LOWER else OPERATORS[node.op].layer_name
        count[name] = count.get(name, 0) + 1
        lower = LOWER[node.op] if node.op in LOWER else OPERATORS[node.op].lower
        item = lower(Context(graph.source, f"{name}_{count[name]}", node))
        if isinstance(item, Layer):
            item = shared.share(item)
            flash, macs = flash + item.weight_bytes, macs + item.macs
            check_limits(graph.source, flash=flash, macs=macs)
        lowered += item if isinstance(item, list) else [item]
    return lowered
