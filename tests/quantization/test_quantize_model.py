"""A quantised model is the same bytes in every run."""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from wav2nano.keras_runtime import import_keras
from wav2nano.models import ARCHITECTURES, build_model, weights_by_layer
from wav2nano.quantization.quantize_model import convert

SHAPE, CLASSES = (12, 8), 4


def test_what_no_tensor_uses_is_0_in_every_run():
    settings = ARCHITECTURES["lstm"].Settings(filters=[], units=[5])
    model = build_model(import_keras(5), SHAPE, CLASSES, settings)
    windows = np.random.default_rng(3).normal(size=(20, *SHAPE)).astype(np.float32)
    content = convert(weights_by_layer(model), SHAPE, CLASSES, settings, windows)
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    used = {tensor.buffer for tensor in model.subgraphs[0].tensors}
    used |= {entry.buffer for entry in model.metadata}
    unused = [
        bytes(buffer.data)
        for number, buffer in enumerate(model.buffers)
        if number not in used and buffer.data is not None
    ]
    assert unused  # else the converter leaves none any more
    assert all(not any(data) for data in unused)
