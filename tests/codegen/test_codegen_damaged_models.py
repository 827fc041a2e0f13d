"""Damaged and foreign models: what their C would do wrong, and that none is written.

Most of them pass LiteRT, or a version of it: it computes shapes anew where the file has them wrong.
"""

import numpy as np
import pytest
from codegen_cases import CASES
from handmade_models import build, edit, int8, node
from test_codegen_errors import refused

from wav2nano.codegen import generate_model_c


def tensor(graph, operator: int, place: int, of: str = "inputs"):
    """Tensor of an operator of a graph."""
    return graph.tensors[getattr(graph.operators[operator], of)[place]]


def shaped(operator: int, place: int, shape: tuple[int, ...], of: str = "inputs"):
    """Give a change of a tensor's shape."""

    def change(model, graph):
        tensor(graph, operator, place, of).shape = list(shape)

    return change


def emptied(operator: int, place: int, count: int):
    """Give a change that leaves a constant `count` bytes, and its shape as it is."""

    def change(model, graph):
        buffer = model.buffers[tensor(graph, operator, place).buffer]
        buffer.data = np.resize(np.asarray(buffer.data, np.uint8), count)

    return change


def scaled(operator: int, place: int, scales: list[float], of: str = "inputs"):
    """Give a change of a tensor's scales."""

    def change(model, graph):
        quantization = tensor(graph, operator, place, of).quantization
        quantization.scale, quantization.zeroPoint = scales, [0] * len(scales)

    return change


def centred(operator: int, place: int, zero_point: int, of: str = "inputs"):
    """Give a change of a tensor's zero point."""

    def change(model, graph):
        quantization = tensor(graph, operator, place, of).quantization
        quantization.zeroPoint = [zero_point] * len(quantization.scale)

    return change


def filled(operator: int, place: int, values: list[int]):
    """Give a change of a constant int32 tensor."""

    def change(model, graph):
        data = np.array(values, np.int32).view(np.uint8)
        model.buffers[tensor(graph, operator, place).buffer].data = data

    return change


def set_options(operator: int, **options):
    """Give a change of an operator's options."""

    def change(model, graph):
        for name, value in options.items():
            assert hasattr(graph.operators[operator].builtinOptions, name)
            setattr(graph.operators[operator].builtinOptions, name, value)

    return change


def renumbered(operator: int, of: str, old: int, new: int):
    """Give a change of the tensor that an operator names at the place `old`."""

    def change(model, graph):
        places = [int(i) for i in getattr(graph.operators[operator], of)]
        places[old] = new
        setattr(graph.operators[operator], of, places)

    return change


def together(*changes):
    """Give all of some changes as one."""

    def change(model, graph):
        for one in changes:
            one(model, graph)

    return change


def reversed_in_place(model, graph):
    """Let a REVERSE_V2 write what it reads."""
    reverse = graph.operators[2]
    old, new = int(reverse.outputs[0]), int(reverse.inputs[0])
    for operator in graph.operators:
        operator.inputs = [new if i == old else int(i) for i in operator.inputs]
        operator.outputs = [new if i == old else int(i) for i in operator.outputs]


def giant(rows: int, columns: int):
    """Give a change of all tensors of a sum to that size."""

    def change(model, graph):
        for of in graph.tensors:
            if len(of.shape) == 2:
                of.shape = [rows, columns]

    return change


def one_state_for_both(model, graph):
    first, second = graph.operators[:2]
    states = [int(i) for i in first.inputs[18:20]]
    second.inputs = [*map(int, second.inputs[:18]), *states, *map(int, second.inputs[20:])]


def constant_state(model, graph):
    lstm = graph.operators[0]
    lstm.inputs = [*map(int, lstm.inputs[:18]), int(lstm.inputs[5]), *map(int, lstm.inputs[19:])]


def twice(model, graph):
    graph.operators.append(graph.operators[-1])


def without_first(model, graph):
    del graph.operators[0]


def constant_output(model, graph):
    tensor(graph, -1, 0, "outputs").buffer = tensor(graph, 0, 1).buffer
    tensor(graph, -1, 0, "outputs").shape = tensor(graph, 0, 1).shape


def other_options(model, graph):
    graph.operators[0].builtinOptionsType = 0
    graph.operators[0].builtinOptions = None


def thousands_of_operations(model, graph):
    graph.operators = graph.operators * 2000


FULLY, CONV, DEPTHWISE = "fully_connected_3_34_5_3", "conv_same", "depthwise_same_3"
LSTM, CONCATENATION, POOL = "lstm_sequences", 4, "max_pool_2d_same_0"
HUGE = 2**31 - 1

# What the C would do, by the model and the change, and a part of the message.
DAMAGED = {
    "writes past its output": (FULLY, shaped(0, 0, (1, 5), "outputs"), "it computes 3 x 5"),
    "writes past a hidden buffer": ("dense", shaped(1, 0, (1, 4), "outputs"), "it computes 1 x 17"),
    "writes past the output of a convolution": (
        CONV,
        shaped(0, 0, (1, 2, 2, 5), "outputs"),
        "it computes 1 x 9 x 7 x 5",
    ),
    "writes past the output of a pool": (
        POOL,
        shaped(0, 0, (1, 1, 1, 3), "outputs"),
        "it computes 1 x 6 x 3 x 3",
    ),
    "reads past its input": (FULLY, shaped(0, 0, (7,)), "for weights of 5 x 34"),
    "reads past the weights of an LSTM": (LSTM, shaped(0, 0, (1, 6, 9)), "where 6 x 9 belong"),
    "reads past its bias": (FULLY, emptied(0, 2, 4), "has 4 bytes"),
    "adds one bias to all rows": (
        FULLY,
        together(emptied(0, 2, 4), shaped(0, 2, (1,))),
        "where 5 numbers",
    ),
    "reads past its scales": (CONV, scaled(0, 1, [0.01, 0.02]), "has 2 scales along axis"),
    "scales along the wrong axis": (
        DEPTHWISE,
        lambda m, graph: setattr(tensor(graph, 0, 1).quantization, "quantizedDimension", 0),
        "9 scales along axis 0",
    ),
    "adds a bias of another scale": (FULLY, scaled(0, 2, [0.5]), "a bias with another scale"),
    "has scales along no axis": (
        FULLY,
        lambda m, graph: setattr(tensor(graph, 0, 0).quantization, "quantizedDimension", 2),
        "scales along its axis 2",
    ),
    "multiplies channels by another number": (
        DEPTHWISE,
        set_options(0, depthMultiplier=1),
        "1 x 9 filters for 3 channels, 1 each",
    ),
    "reads before its input": ("slice_of_rows", filled(0, 1, [0, 9, 0]), "it computes 1 x 0 x 5"),
    "reads another part": ("slice_of_a_row", filled(0, 1, [0, 4, 0]), "has the axis 4"),
    "shifts by 112": (
        FULLY,
        together(scaled(0, 0, [1e-37], "outputs"), renumbered(0, "inputs", 2, -1)),
        "32 bits cannot hold",
    ),
    "shifts by 134": (
        FULLY,
        together(scaled(0, 0, [1e38]), renumbered(0, "inputs", 2, -1)),
        "32 bits cannot hold",
    ),
    "shifts the hidden state by 70": (LSTM, scaled(0, 18, [1e-30]), "32 bits cannot hold"),
    "wraps its sums": (
        FULLY,
        together(scaled(0, 0, [3e-9], "outputs"), renumbered(0, "inputs", 2, -1)),
        "32 bits cannot hold",
    ),
    "overflows the sum of a mean": (
        "mean_3",
        scaled(0, 0, [1e-8], "outputs"),
        "32 bits cannot hold",
    ),
    "overflows the output of a sum": ("add_0", scaled(1, 0, [6.4e-8], "outputs"), "finer scale"),
    "copies onto itself": ("bilstm_stacked", reversed_in_place, "which is already there"),
    "needs 8 GB of RAM": ("add_0", giant(2**15, 2**18), "needs 8,589,934,592 bytes of RAM"),
    "needs 1 GB of RAM": ("add_0", giant(2**15, 2**15), "needs 1,073,741,824 bytes of RAM"),
    "needs 4 MiB of RAM and some": ("add_0", giant(1024, 1500), "needs 4,608,000 bytes of RAM"),
    "overflows a size": (POOL, shaped(0, 0, (1, HUGE, HUGE, HUGE)), "bytes of RAM"),
    "has a negative size": (POOL, shaped(0, 0, (1, -11, -8, 3)), "there is nothing in it"),
    "divides by no values": ("mean_1", shaped(0, 0, (1, 0, 7, 5)), "there is nothing in it"),
    "divides by no stride": (CONV, set_options(0, strideH=0), "strideH = 0"),
    "overflows a place": (CONV, set_options(0, dilationHFactor=HUGE), "dilationHFactor = 2147"),
    "overflows the end of a window": (POOL, set_options(0, filterHeight=HUGE), "filterHeight ="),
    "pads by more than 16 bits": (
        "conv_wide",
        set_options(0, dilationWFactor=2**14),
        "covers 311,297 places of 31",
    ),
    "spreads by more than 16 bits": (CONV, set_options(0, dilationWFactor=2**24), "1 to 32,767"),
    "pads in an unknown way": (POOL, set_options(0, padding=2), "padding = 2"),
    "divides by no channels": (
        DEPTHWISE,
        together(shaped(0, 0, (1, 9, 7, 10)), shaped(0, 0, (1, 9, 7, 9), "outputs")),
        "1 x 9 filters for 10 channels",
    ),
    "runs two images": (
        CONV,
        together(shaped(0, 0, (2, 9, 7, 3)), shaped(0, 0, (2, 9, 7, 5), "outputs")),
        "only batches of 1",
    ),
    "averages along an axis that is not there": ("mean_1", filled(0, 1, [7]), "has the axis 7"),
    "keeps axes that its output lacks": (
        "mean_1",
        set_options(0, keepDims=True),
        "it computes 1 x 1 x 7 x 5",
    ),
    "divides by a softmax of 600 values": (
        "softmax_0.06_35",
        together(shaped(0, 0, (1, 600)), shaped(0, 0, (1, 600), "outputs")),
        "is of 600 values",
    ),
    "takes no step": ("softmax_0.06_35", set_options(0, beta=float("nan")), "has steps of nan"),
    "has a scale of nothing": (FULLY, scaled(0, 0, [0.0]), "not a positive number"),
    "has an infinite scale": (FULLY, scaled(0, 0, [float("inf")]), "not a positive number"),
    "has a scale below nothing": (FULLY, scaled(0, 1, [-0.01]), "not a positive number"),
    "has a zero point outside of int8": (FULLY, centred(0, 0, 200), "the zero point 200"),
    "has a giant zero point": (FULLY, centred(0, 0, -(2**63), "outputs"), "the zero point -9223"),
    "has weights around 3": (FULLY, centred(0, 1, 3), "weights with a zero point"),
    "joins different scales": (
        "bilstm_stacked",
        scaled(CONCATENATION, 0, [0.5]),
        "of different scales",
    ),
    "pools to another scale": (POOL, scaled(0, 0, [0.5], "outputs"), "of different scales"),
    "keeps a constant as its state": (LSTM, constant_state, "not a variable tensor"),
    "shares its state": ("lstm_stacked", one_state_for_both, "shares its state"),
    "has a state of another size": (LSTM, shaped(0, 19, (1, 5)), "has a state of 1 x 5"),
    "has a coarse cell state": (LSTM, scaled(0, 19, [0.125]), "not a power of two from"),
    "limits its cell state to nothing known": (
        LSTM,
        set_options(0, cellClip=float("nan")),
        "limits its states to nan",
    ),
    "computes twice": ("dense", twice, "which is already there"),
    "reads what is not computed": ("dense", without_first, "before it is computed"),
    "reads what comes later": (
        "dense",
        lambda m, g: g.operators.reverse(),
        "before it is computed",
    ),
    "writes a constant": (FULLY, constant_output, "which is a constant or a state"),
    "writes its input": (FULLY, renumbered(0, "outputs", 0, 0), "which is already there"),
    "names a tensor from the end": (FULLY, renumbered(0, "outputs", 0, -1), "no tensor -1"),
    "names a tensor from the end as input": (FULLY, renumbered(0, "inputs", 0, -4), "no tensor -4"),
    "names a tensor beyond the end": (FULLY, renumbered(0, "inputs", 0, 99), "IndexError"),
    "computes nothing": (FULLY, without_first, "does not compute its output"),
    "lacks its options": (POOL, other_options, "has the options none instead of Pool2DOptions"),
    "never ends": ("dense", thousands_of_operations, "operations; more than 5,000"),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_no_c_that(what, tmp_path):
    name, change, message = DAMAGED[what]
    assert message in refused(edit(CASES[name], change), tmp_path)


def test_names_of_tensors_do_not_get_into_c(tmp_path):
    def rename(model, graph):
        for of in graph.tensors:
            of.name = b'*/ int hostile; /* \\ \n#error "%s\x1b[2J'

    renamed = generate_model_c(edit(CASES["conv_same"], rename), tmp_path / "renamed")
    plain = generate_model_c(CASES["conv_same"], tmp_path / "plain")
    text = renamed.source.read_text()
    assert "hostile" not in text
    assert text.partition("#include")[2] == plain.source.read_text().partition("#include")[2]


def test_names_are_printed_without_their_control_characters(tmp_path):
    def rename(model, graph):
        model.operatorCodes[0].builtinCode = 32  # a custom operation
        model.operatorCodes[0].customCode = b"evil\x1b[2J\n"

    content = build(int8((1, 4), 0.1, 0), int8((1, 4), 0.1, 0), node("FLOOR"))
    message = refused(edit(content, rename), tmp_path)
    assert message.isprintable()
    assert "evil" in message
