"""Every architecture is built in Keras, converts to int8, and is generated as C that agrees."""

import numpy as np
import pytest

from wav2nano.codegen import HostModel
from wav2nano.keras_runtime import import_keras
from wav2nano.litert import LiteRtModel, Quantization
from wav2nano.models import ARCHITECTURES, build_model, weights_by_layer
from wav2nano.quantization.quantize_model import convert

SHAPE, CLASSES = (49, 13), 4


def build(seed, settings):
    """Build a network, drawn at random, whose scores depend on the window."""
    model = build_model(import_keras(seed), SHAPE, CLASSES, settings)
    if hasattr(ARCHITECTURES[settings.architecture], "pretrained"):
        # Nothing normalises its layers, and through a dozen of them Keras's weights pass nothing.
        for layer in model.layers:
            if "conv" in layer.name:
                kernel, bias = layer.get_weights()
                inputs = (
                    kernel[..., 0, 0].size if "depthwise" in layer.name else kernel[..., 0].size
                )
                layer.set_weights([kernel * np.sqrt(2 / inputs) / kernel.std(), bias])
    return model


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_int8_and_c_agree_with_keras(name, tmp_path):
    settings = ARCHITECTURES[name].Settings()
    ARCHITECTURES[name].check(SHAPE, settings)
    model = build(1, settings)
    windows = np.random.default_rng(1).normal(size=(64, *SHAPE)).astype(np.float32)
    content = convert(weights_by_layer(model), SHAPE, CLASSES, settings, windows)
    path = tmp_path / "model.tflite"
    path.write_bytes(content)
    litert = LiteRtModel(path)
    inputs = litert.input.quantize(windows)
    quantised = litert.invoke(inputs)
    scores = model.predict(windows, verbose=0)
    assert np.abs(litert.output.dequantize(quantised) - scores).max() < 0.06
    generated = HostModel(content).invoke(inputs.reshape(len(inputs), -1))
    # LiteRT may differ from TFLM, which the generated C equals, by a step here and there.
    # Over the 25 steps of an unrolled layer without gates, that adds up.
    assert np.abs(generated.astype(int) - quantised).max() <= (3 if name == "simple_rnn" else 2)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_c_is_what_tflite_micro_computes(name, oracle):
    """Value for value, with windows that make a difference: as after training, not before."""
    settings = ARCHITECTURES[name].Settings()
    model = build(2, settings)
    random = np.random.default_rng(2)
    # Louder and softer windows: the mean of noise over all frames would hardly differ.
    windows = random.normal(size=(100, *SHAPE)) * random.uniform(0.1, 3, (100, 1, 1))
    windows = windows.astype(np.float32)
    for layer in model.layers:
        if hasattr(layer, "momentum"):
            layer.momentum = 0.0  # the statistics become those of these windows
    model(windows, training=True)
    weights = weights_by_layer(model)
    weights["scores"][0] = weights["scores"][0] * 2
    content = convert(weights, SHAPE, CLASSES, settings, windows)
    model = HostModel(content)
    made = model.generated
    inputs = Quantization(made.input_scale, made.input_zero_point).quantize(windows)
    expected = oracle(content, inputs[:, None])
    assert len(np.unique(expected)) > 20, "the model says the same of everything"
    np.testing.assert_array_equal(model.invoke(inputs), expected)
