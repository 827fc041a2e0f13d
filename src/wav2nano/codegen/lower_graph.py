"""From the operations of a graph to calls of the kernels."""

from wav2nano.codegen.operator_parts import Alias, Context, Layer
from wav2nano.codegen.operators import OPERATORS
from wav2nano.codegen.read_tflite import Graph, Node
from wav2nano.errors import UserError


def lower_graph(graph: Graph) -> list[Layer | Alias]:
    """Translate a graph, node by node.

    Raises
    ------
    UserError
        If the model is not quantised to int8 throughout, or has an operation that the kernels lack.
    """
    for tensor, role in ((graph.input, "input"), (graph.output, "output")):
        if tensor.type != "int8":
            raise UserError(
                f"The {role} of {graph.source} is {tensor.type}: quantise the model to int8 first, "
                "with int8 input and output (inference_input_type and inference_output_type)."
            )
    lowered: list[Layer | Alias] = []
    count: dict[str, int] = {}
    for node in graph.nodes:
        if node.op not in OPERATORS:
            raise UserError(
                f"{graph.source} has the operation {node.op}, for which there is no kernel. "
                f"There are kernels for: {', '.join(sorted(OPERATORS))}."
            )
        _check_types(node, graph.source)
        operator = OPERATORS[node.op]
        name = operator.layer_name
        count[name] = count.get(name, 0) + 1
        lowered.append(operator.lower(Context(graph.source, f"{name}_{count[name]}", node)))
    return lowered


def _check_types(node: Node, source: str) -> None:
    for tensor in (node.inputs[0], *node.outputs):
        if tensor is None or tensor.type != "int8":
            kind = "missing" if tensor is None else tensor.type
            raise UserError(
                f"{node.op} of {source} has a tensor that is {kind}, not int8: quantise the model "
                "to int8 first (target_spec.supported_ops = [TFLITE_BUILTINS_INT8])."
            )
        if not len(tensor.scales):
            raise UserError(f"{node.op} of {source} has a tensor without a scale: {tensor.name}.")
