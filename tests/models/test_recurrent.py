"""The recurrent architectures: their heads and penalties, in training and in conversion."""

import numpy as np
import pytest

from wav2nano.codegen import HostModel
from wav2nano.keras_runtime import import_keras
from wav2nano.litert import LiteRtModel
from wav2nano.models import ARCHITECTURES, build_model, weights_by_layer
from wav2nano.quantization.quantize_model import convert

SHAPE, CLASSES = (14, 5), 3
RECURRENT = [name for name in ARCHITECTURES if "l2" in ARCHITECTURES[name].Settings.model_fields]


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
