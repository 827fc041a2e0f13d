"""What must hold of a graph as a whole, before any of its operations is looked at."""

from wav2nano.codegen.checks import Context, refuse, require_one_scale, shape_text
from wav2nano.codegen.operators import OPERATORS
from wav2nano.codegen.read_tflite import Graph, Node, Tensor
from wav2nano.errors import UserError

# Many times what any board has: a model that claims more is damaged. It also keeps what kernels
# count and add up within 32 bits: 128 times the size of any tensor is below 2^30.
RAM_LIMIT = 2**22
FLASH_LIMIT = 2**23
MACS_LIMIT = 2**31 - 1


def check_graph(graph: Graph) -> None:
    """Check that a graph consists of known operations on int8 tensors, in an order that works.

    Every tensor is written once, before it is read; constants and the model's input are not
    written; the state of an operation belongs to it alone.

    Raises
    ------
    UserError
        If the model is not quantised to int8 throughout, has an operation that the kernels lack,
        or is damaged.
    """
    for tensor, role in ((graph.input, "input"), (graph.output, "output")):
        if tensor.type != "int8":
            raise UserError(
                f"The {role} of {graph.source} is {tensor.type}: quantise the model to int8 first, "
                "with int8 input and output (inference_input_type and inference_output_type)."
            )
    _check_computed(Context(graph.source, "the input", Node("INPUT", [], [graph.input])))
    written, states = {graph.input.index}, set[int]()
    for node in graph.nodes:
        context = Context(graph.source, node.op, node)
        _check_operation(context)
        for tensor in _not_constant(node):
            if tensor.variable:
                if tensor.index in states:
                    refuse(context, "shares its state with another operation: no kernel does that.")
                states.add(tensor.index)
            elif tensor.index not in written:
                refuse(context, f"reads {tensor.name!r} before it is computed.")
        _check_computed(context)
        for output in node.outputs:
            if output.index in written:
                refuse(context, f"computes {output.name!r}, which is already there.")
            written.add(output.index)
    if graph.output.index not in written:
        raise UserError(f"{graph.source} does not compute its output. Convert the model again.")


def check_limits(source: str, *, ram: int = 0, flash: int = 0, macs: int = 0) -> None:
    """Refuse a model that would need more than any board has, or ever will be waited for.

    Parameters
    ----------
    source : str
        What to call the model in messages.
    ram, flash : int
        Bytes.
    macs : int
        Multiply-accumulates of one inference.
    """
    for needed, limit, what in (
        (ram, RAM_LIMIT, "bytes of RAM"),
        (flash, FLASH_LIMIT, "bytes of weights"),
        (macs, MACS_LIMIT, "multiply-accumulates"),
    ):
        if needed > limit:
            raise UserError(
                f"{source} needs {needed:,} {what}; C is generated for models with up to "
                f"{limit:,}, which no board has. Make the model smaller, or convert it again if "
                "that is not what it should need."
            )


def _not_constant(node: Node) -> list[Tensor]:
    return [tensor for tensor in node.inputs if tensor is not None and tensor.values is None]


def _check_operation(context: Context) -> None:
    node = context.node
    if node.op not in OPERATORS:
        raise UserError(
            f"{context.source} has the operation {node.op}, for which there is no kernel. "
            f"There are kernels for: {', '.join(sorted(OPERATORS))}."
        )
    operator = OPERATORS[node.op]
    most = operator.most_outputs
    if len(node.outputs) not in range(1, most + 1) or len(node.inputs) > operator.most_inputs:
        refuse(
            context,
            f"has {len(node.inputs)} inputs and {len(node.outputs)} outputs; at most "
            f"{operator.most_inputs} and {'one' if most == 1 else most} belong: convert the model "
            "again.",
        )
    if operator.options not in (node.option_type, None):
        refuse(
            context,
            f"has the options {node.option_type} instead of {operator.options}: convert the model "
            "again.",
        )


def _check_computed(context: Context) -> None:
    """Check the outputs, which must be int8 tensors of a size that memory can hold."""
    for tensor in context.node.outputs:
        if tensor.type != "int8":
            refuse(
                context,
                f"has a tensor that is {tensor.type}, not int8: quantise the model to int8 first "
                "(target_spec.supported_ops = [TFLITE_BUILTINS_INT8]).",
            )
        if tensor.values is not None or tensor.variable:
            refuse(context, f"has its result in {tensor.name!r}, which is a constant or a state.")
        if not tensor.shape or min(tensor.shape) < 1:
            refuse(context, f"has a tensor of {shape_text(tensor.shape)}: there is nothing in it.")
        require_one_scale(context, tensor, range(-128, 128))
        check_limits(context.source, ram=tensor.size)
