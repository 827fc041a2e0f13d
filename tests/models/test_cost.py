"""What networks cost by their settings alone, against Keras and against the C that is generated."""

import numpy as np
import pytest

from wav2nano.codegen import generate_model_c
from wav2nano.keras_runtime import import_keras
from wav2nano.models import ARCHITECTURES, build_model, weights_by_layer
from wav2nano.models.cost import layer_costs
from wav2nano.quantization.quantize_model import convert

SHAPE, CLASSES = (29, 10), 4
# Settings that take other ways through `connect` than the defaults do.
OTHERS = {
    "bilstm": {"filters": [], "units": [7, 5], "dense": [6]},
    "cnn": {"filters": [6, 9, 4], "kernel": [5, 1, 2], "stride": [2, 1, 3], "pool": 1, "units": []},
    "cnn2d": {"filters": [3, 5], "pool": [1, 3], "join": "flatten", "dense": [9, 7]},
    "cnn_lstm": {"filters": [5], "pool": [1, 1], "step_units": 0, "units": [6, 7]},
    "dense": {"units": [9, 5]},
    "ds_cnn": {"filters": 6, "kernel": [3, 5], "blocks": 2},
    "gru": {"filters": [5, 4], "units": [6, 3], "dense": [5]},
    "lstm": {"filters": [], "units": [6, 3], "dense": [5]},
    "matchboxnet": {"blocks": 2, "repeats": 2, "filters": 5, "outer_filters": 6},
    "yamnet": {"pairs": 3, "units": [5]},
    "simple_rnn": {"filters": [], "units": [6, 3], "dense": [5]},
    "streaming_resnet": {"filters": [5, 5, 6], "kernels": [4, 2, 3], "strides": [2, 1, 2]},
    "tc_resnet": {"filters": [5, 5, 6], "kernel": 4},
}
CASES = [
    pytest.param(name, changes, id=f"{name}-{number}")
    for name in ARCHITECTURES
    for number, changes in enumerate([{}, OTHERS[name]])
]


@pytest.mark.parametrize(("name", "changes"), CASES)
def test_shapes_and_parameters_are_those_of_keras(name, changes):
    settings = ARCHITECTURES[name].Settings(**changes)
    model = build_model(import_keras(1), SHAPE, CLASSES, settings)
    costs = layer_costs(SHAPE, CLASSES, settings)
    assert {cost.name: (cost.shape[1:], cost.parameters) for cost in costs} == {
        layer.name: (tuple(layer.output.shape[1:]), layer.count_params()) for layer in model.layers
    }


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_generated_c_needs_no_less(name, tmp_path):
    """The same multiply-accumulates; memory at least."""
    settings = ARCHITECTURES[name].Settings(**OTHERS[name])
    model = build_model(import_keras(1), SHAPE, CLASSES, settings)
    random = np.random.default_rng(1)
    model.set_weights([w + random.normal(0, 0.2, w.shape) for w in model.get_weights()])
    windows = random.normal(size=(16, *SHAPE)).astype(np.float32)
    content = convert(weights_by_layer(model), SHAPE, CLASSES, settings, windows)
    made = generate_model_c(content, tmp_path)
    costs = layer_costs(SHAPE, CLASSES, settings)
    assert sum(cost.macs for cost in costs) == made.macs
    assert sum(cost.weight_bytes for cost in costs) <= made.weight_bytes
    # The scores are not in the arena.
    assert max(cost.arena_bytes for cost in costs) <= made.arena_bytes + CLASSES
