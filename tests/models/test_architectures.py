"""Every architecture is built in Keras, converts to int8, and is generated as C that agrees."""

import numpy as np
import pytest

from wav2nano.codegen import HostModel
from wav2nano.keras_runtime import import_keras
from wav2nano.litert import LiteRtModel
from wav2nano.models import ARCHITECTURES, build_model, check, weights_by_layer
from wav2nano.quantization.quantize_model import convert

SHAPE, CLASSES = (49, 13), 4


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_int8_and_c_agree_with_keras(name, tmp_path):
    settings = ARCHITECTURES[name].Settings()
    check(SHAPE, settings)
    keras = import_keras(1)
    model = build_model(keras, SHAPE, CLASSES, settings)
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
    assert np.abs(generated.astype(int) - quantised).max() <= 2
