"""The recurrent architectures: their heads and penalties, in training and in conversion."""

import numpy as np
import pytest

from wav2nano.codegen import HostModel, generate_model_c
from wav2nano.codegen.read_tflite import read_graph
from wav2nano.errors import UserError
from wav2nano.features import KINDS
from wav2nano.keras_runtime import import_keras
from wav2nano.litert import LiteRtModel
from wav2nano.models import ARCHITECTURES, build_model, check, weights_by_layer
from wav2nano.quantization.quantize_model import convert

SHAPE, CLASSES = (14, 5), 3
RECURRENT = [name for name in ARCHITECTURES if "l2" in ARCHITECTURES[name].Settings.model_fields]

MFCC = KINDS["mfcc"].Settings()


@pytest.mark.parametrize("name", RECURRENT)
def test_a_head_of_tanh_and_two_layers_run_as_c(name, tmp_path):
    settings = ARCHITECTURES[name].Settings(
        filters=[], units=[7, 6], dense=[9], activation="tanh", l2=0.01
    )
    model = build_model(import_keras(3), SHAPE, CLASSES, settings)
    random = np.random.default_rng(1)
    model.set_weights([w + random.normal(0, 0.3, w.shape) for w in model.get_weights()])
    windows = random.normal(size=(64, *SHAPE)).astype(np.float32)
    content = convert(weights_by_layer(model), SHAPE, CLASSES, settings, windows)
    path = tmp_path / "model.tflite"
    path.write_bytes(content)
    litert = LiteRtModel(path)
    inputs = litert.input.quantize(windows)
    scores = model.predict(windows, verbose=0)
    ours = litert.output.dequantize(HostModel(content).invoke(inputs.reshape(len(inputs), -1)))
    assert np.ptp(scores, axis=0).max() > 0.2
    assert np.abs(ours - scores).mean() < 0.03


@pytest.mark.parametrize("name", RECURRENT)
def test_the_penalty_is_the_sum_of_the_squared_weights(name):
    """Of the matrices of recurrent and fully connected layers; neither of biases nor of others."""
    settings = ARCHITECTURES[name].Settings(filters=[4], units=[3], dense=[2], l2=0.5)
    model = build_model(import_keras(3), SHAPE, CLASSES, settings)
    random = np.random.default_rng(1)
    model.set_weights([random.normal(0, 1, w.shape) for w in model.get_weights()])
    weights = weights_by_layer(model)
    matrices = [
        w
        for layer in weights
        if layer not in ("conv_0", "scores")
        for w in weights[layer]
        if w.ndim == 2 and "kernel" in layer_weight_name(model, layer, w)
    ]
    expected = 0.5 * sum((w.astype(np.float64) ** 2).sum() for w in matrices)
    assert len(matrices) in (3, 5)
    assert sum(map(float, model.losses)) == pytest.approx(expected, rel=1e-5)


def layer_weight_name(model, layer, value) -> str:
    """The name of the variable that holds a value."""
    return next(
        v.name for v in model.get_layer(layer).weights if np.array_equal(np.array(v), value)
    )


@pytest.mark.parametrize("name", RECURRENT)
def test_without_a_penalty_there_is_none(name):
    model = build_model(import_keras(3), SHAPE, CLASSES, ARCHITECTURES[name].Settings(dense=[4]))
    assert model.losses == []


@pytest.mark.parametrize("name", ["simple_rnn", "gru"])
def test_flash_does_not_grow_with_the_steps(name, tmp_path):
    settings = ARCHITECTURES[name].Settings(filters=[], units=[6, 5])
    random = np.random.default_rng(1)
    needed = []
    for frames in (6, 12):
        shape = frames, SHAPE[1]
        model = build_model(import_keras(3), shape, CLASSES, settings)
        model.set_weights([w + random.normal(0, 0.3, w.shape) for w in model.get_weights()])
        windows = random.normal(size=(32, *shape)).astype(np.float32)
        content = convert(weights_by_layer(model), shape, CLASSES, settings, windows)
        needed.append(generate_model_c(content, tmp_path).weight_bytes)
    # The first step, which has no state yet, may have a table of 256 values for itself in a layer.
    assert abs(needed[1] - needed[0]) <= 2 * 256


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"filters": [], "units": [8]}, "would take 201 steps in all"),
        ({"filters": [], "units": [8]}, r"convolutions in front, such as model.filters"),
        ({"filters": [8], "units": [8, 8]}, "would take 202 steps in all"),
        ({"filters": [8], "units": [8, 8]}, r"or fewer layers in model.units\. An lstm"),
    ],
)
@pytest.mark.parametrize("name", ["simple_rnn", "gru"])
def test_too_many_steps_to_unroll_are_refused(name, settings, message):
    with pytest.raises(UserError, match=message):
        check((201, 13), ARCHITECTURES[name].Settings(**settings), MFCC)


def test_two_hundred_steps_are_not_too_many():
    check((200, 13), ARCHITECTURES["gru"].Settings(filters=[]), MFCC)
    check((400, 13), ARCHITECTURES["gru"].Settings(filters=[8]), MFCC)


def test_both_directions_share_the_scale_under_which_they_are_joined():
    settings = ARCHITECTURES["bilstm"].Settings(filters=[], units=[4])
    model = build_model(import_keras(3), SHAPE, CLASSES, settings)
    windows = np.random.default_rng(1).normal(size=(32, *SHAPE)).astype(np.float32)
    content = convert(weights_by_layer(model), SHAPE, CLASSES, settings, windows)
    graph = read_graph(content, "the model")
    states = [node.inputs[18] for node in graph.nodes if node.op.endswith("LSTM")]
    [joined] = [node.outputs[0] for node in graph.nodes if node.op == "CONCATENATION"]
    assert len(states) == 2
    for state in states:
        assert (state.scale, state.zero_point) == (joined.scale, joined.zero_point)
