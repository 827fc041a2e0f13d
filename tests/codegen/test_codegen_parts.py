"""Scales, packing, memory plan and the text of the generated C, each by itself."""

import re

import numpy as np
import pytest
from codegen_cases import CONVERTED
from hypothesis import given
from hypothesis import strategies as st

from wav2nano.c_source import shortest_float_literal
from wav2nano.codegen import generate_model_c
from wav2nano.codegen.packing import pack_weights
from wav2nano.codegen.passes import fuse_last_step
from wav2nano.codegen.plan_memory import Buffer, plan
from wav2nano.codegen.read_tflite import read_graph
from wav2nano.codegen.scales import Scale, activation_range, quantize_multiplier


@given(st.floats(2.0**-31, 2.0**20))
def test_multiplier_is_within_half_a_unit(factor):
    scale = quantize_multiplier(factor)
    assert 2**30 <= scale.multiplier < 2**31
    assert abs(scale.multiplier * 2.0 ** (scale.shift - 31) / factor - 1) <= 2.0**-31


@pytest.mark.parametrize(
    ("factor", "scale"),
    [
        (0.0, Scale(0, 0)),
        (1.0, Scale(1 << 30, 1)),
        (2.0**-15, Scale(1 << 30, -14)),
        (1 - 2.0**-40, Scale(1 << 30, 1)),
        (2.0**-40, Scale(0, 0)),
    ],
)
def test_multipliers_at_the_ends(factor, scale):
    assert quantize_multiplier(factor) == scale


@pytest.mark.parametrize(
    ("activation", "bounds"),
    [
        ("none", (-128, 127)),
        ("relu", (-28, 127)),
        ("relu6", (-28, 92)),
        ("relu_n1_to_1", (-48, -8)),
    ],
)
def test_activation_range(activation, bounds):
    assert activation_range(activation, np.float32(0.05), -28) == bounds


@given(st.integers(1, 11), st.integers(1, 13), st.integers(0, 2**32))
def test_packed_weights_hold_each_weight_once(outputs, inputs, seed):
    weights = np.random.default_rng(seed).integers(-127, 128, (outputs, inputs))
    packed = pack_weights(weights).astype(int)
    low = (packed + 128) % 256 - 128
    high = (packed - low) // 256
    # The layout as wav2nano_kernels.h describes it.
    unpacked = np.zeros((-(-outputs // 4) * 4, -(-inputs // 2) * 2), int)
    at = 0
    for row in range(0, len(unpacked), 4):
        for column in range(0, unpacked.shape[1], 4):
            columns = min(4, unpacked.shape[1] - column)
            for pair in (row, row + 2):
                group = slice(column, column + columns)
                unpacked[pair, group] = low[at : at + columns]
                unpacked[pair + 1, group] = high[at : at + columns]
                at += columns
    assert at == len(packed)
    np.testing.assert_array_equal(unpacked[:outputs, :inputs], weights)
    assert not unpacked[outputs:].any()
    assert not unpacked[:, inputs:].any()


@given(st.lists(st.tuples(st.integers(1, 90), st.integers(0, 9), st.integers(0, 5)), max_size=12))
def test_buffers_in_use_together_do_not_overlap(sizes):
    buffers = [
        Buffer(f"b{i}", size, first, first + steps) for i, (size, first, steps) in enumerate(sizes)
    ]
    offsets, total = plan(buffers)
    for i, a in enumerate(buffers):
        assert offsets[a.name] % 4 == 0
        assert offsets[a.name] + a.size <= total
        for b in buffers[:i]:
            together = a.first <= b.last and b.first <= a.last
            apart = (
                offsets[a.name] + a.size <= offsets[b.name]
                or offsets[b.name] + b.size <= offsets[a.name]
            )
            assert apart or not together


def test_buffers_share_memory_over_time():
    _, total = plan([Buffer("a", 100, 0, 1), Buffer("b", 40, 1, 2), Buffer("c", 100, 2, 3)])
    assert total == 140


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_float_literal_is_exact(value):
    literal = shortest_float_literal(np.float32(value))
    assert re.fullmatch(r"-?\d\.\d+e[+-]\d+f", literal)
    assert np.float32(literal[:-1]) == np.float32(value)


def test_files_are_the_same_each_time(tmp_path):
    content = CONVERTED["lstm_stacked"]
    first = generate_model_c(content, tmp_path / "a")
    again = generate_model_c(content, tmp_path / "b")
    assert first.source.read_bytes() == again.source.read_bytes()
    assert first.header.read_bytes() == again.header.read_bytes()


def test_header_says_what_the_model_needs(tmp_path):
    model = generate_model_c(CONVERTED["lstm_mfcc"], tmp_path)
    text = model.header.read_text()
    macros = dict(re.findall(r"#define W2N_MODEL_(\w+) \(?(\S+?)\)?\n", text))
    assert model.sha256 in text
    assert int(macros["INPUT_SIZE"]) == 32 * 13
    assert int(macros["OUTPUT_SIZE"]) == 7
    assert np.float32(macros["INPUT_SCALE"][:-1]) == np.float32(model.input_scale)
    assert int(macros["INPUT_ZERO_POINT"]) == model.input_zero_point
    assert int(macros["OUTPUT_ZERO_POINT"]) == -128
    assert int(macros["ARENA_BYTES"]) == model.arena_bytes
    # 8 bits a weight, with the inputs of both layers made even and the outputs a multiple of four
    weights = 4 * 32 * (14 + 32) + 8 * 32
    biases_and_scales = 4 * 4 * 32 * 2 + 8 * (4 + 8)
    assert int(macros["WEIGHT_BYTES"]) == model.weight_bytes == weights + biases_and_scales
    assert int(macros["MACS"]) == model.macs == 32 * 4 * 32 * (13 + 32) + 7 * 32
    assert [operation.name for operation in model.operations] == [
        "lstm_1",
        "fully_connected_1",
        "softmax_1",
    ]
    assert sum(operation.macs for operation in model.operations) == model.macs


def test_memory_of_the_model_is_the_arena_alone(tmp_path):
    """Static data: one array that is written, everything else constant."""
    source = generate_model_c(CONVERTED["bilstm_stacked"], tmp_path).source.read_text()
    written = re.findall(r"^static (?!const)\w+ (\w+)", source, re.MULTILINE)
    assert written == ["arena"]


def test_lstm_gives_its_last_step_where_nothing_else_is_read():
    graph = read_graph(CONVERTED["lstm_last"], "the model")
    fused = fuse_last_step(graph)
    (slice_,) = (node for node in graph.nodes if node.op == "STRIDED_SLICE")
    (lstm,) = (node for node in fused.nodes if node.op == "UNIDIRECTIONAL_SEQUENCE_LSTM")
    assert lstm.outputs[1:] == slice_.outputs
    assert [n.op for n in fused.nodes] == [n.op for n in graph.nodes if n is not slice_]


def test_lstm_whose_steps_are_all_read_is_left_alone():
    graph = read_graph(CONVERTED["lstm_sequences"], "the model")
    fused = fuse_last_step(graph)
    assert all(a is b for a, b in zip(graph.nodes, fused.nodes, strict=True))
