"""Ranges of int8 tensors with the least squared error of what they tell."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from wav2nano.codegen.read_tflite import read_graph
from wav2nano.keras_runtime import import_keras
from wav2nano.litert import LiteRtModel, Quantization
from wav2nano.models import ARCHITECTURES, build_model, weights_by_layer
from wav2nano.quantization import quantize_model
from wav2nano.quantization.quantize_model import convert

SHAPE, CLASSES = (12, 8), 4
RANDOM = np.random.default_rng(3)
NOISE = RANDOM.normal(size=(100, *SHAPE)).astype(np.float32)
# A few values are far from the others.
TAILS = RANDOM.standard_t(4, size=(100, *SHAPE)).astype(np.float32)


def network(architecture, loudness=1.0, **settings):
    """A network whose scores differ, and what builds it again."""
    settings = ARCHITECTURES[architecture].Settings(**settings)
    model = build_model(import_keras(5), SHAPE, CLASSES, settings)
    for layer in model.layers:
        if hasattr(layer, "momentum"):
            layer.momentum = 0.0  # the statistics become those of these windows
    model(TAILS, training=True)
    weights = weights_by_layer(model)
    weights["scores"][0] *= loudness
    model.get_layer("scores").set_weights(weights["scores"])
    return model, weights, settings


def ranges(content, operation):
    """Scale and zero point of what each operation of a kind reads first."""
    nodes = read_graph(content, "the model").nodes
    return [node.inputs[0] for node in nodes if node.op == operation]


def squared_error(quantization, values):
    """Of what LiteRT would make of the values."""
    return np.square(quantization.dequantize(quantization.quantize(values)) - values).mean()


def symmetric(limit):
    return Quantization(2 * limit / 255, 0)


@pytest.mark.parametrize("values", [TAILS, NOISE], ids=["tails", "noise"])
def test_the_input_has_the_scale_that_an_optimizer_finds(values):
    values = np.concatenate([values, -values])  # as far below 0 as above it
    _, weights, settings = network("dense", units=[6])
    content = convert(weights, SHAPE, CLASSES, settings, values)
    [read] = ranges(content, "RESHAPE") or ranges(content, "FULLY_CONNECTED")[:1]
    best = minimize_scalar(
        lambda limit: squared_error(symmetric(limit), values),
        bounds=(1.0, np.abs(values).max()),
        method="bounded",
    )
    found = squared_error(Quantization(read.scale, read.zero_point), values)
    assert found <= 1.05 * best.fun
    assert found < squared_error(symmetric(np.abs(values).max()), values)


def test_values_that_are_everywhere_alike_are_not_cut_off():
    values = RANDOM.uniform(-1, 1, (100, *SHAPE)).astype(np.float32)
    _, weights, settings = network("dense", units=[6])
    content = convert(weights, SHAPE, CLASSES, settings, values)
    [read] = ranges(content, "RESHAPE") or ranges(content, "FULLY_CONNECTED")[:1]
    assert read.scale == pytest.approx(np.ptp(values) / 255, rel=0.01)


def test_the_softmax_reads_the_best_label_as_it_is_and_cuts_off_the_worst():
    model, weights, settings = network("dense", loudness=20.0, units=[6])
    content = convert(weights, SHAPE, CLASSES, settings, NOISE)
    before = import_keras(0).Model(model.input, model.get_layer("dropout_0").output)
    kernel, bias = weights["scores"]
    measured = before.predict(NOISE, verbose=0) @ kernel + bias
    [read] = ranges(content, "SOFTMAX")
    assert read.scale * (127 - read.zero_point) == pytest.approx(measured.max(), rel=0.02)
    assert read.scale * (-128 - read.zero_point) > 0.8 * measured.min()


def test_what_tanh_cannot_tell_apart_is_cut_off():
    _, weights, settings = network("simple_rnn", filters=[], units=[5])
    weights["simple_rnn_0"][0] *= 4.0  # far into the flat parts of tanh
    content = convert(weights, SHAPE, CLASSES, settings, NOISE)
    # The first step has no state to add: what it reads is as wide as the products of all steps.
    first, *others = [255 * tensor.scale for tensor in ranges(content, "TANH")]
    # The steps of its outputs, 1/128, end where it is 127.5/128.
    told = 2 * np.arctanh(127.5 / 128)
    assert first > 4 * told
    assert all(0.8 * told < width < 2 * told for width in others)


@pytest.mark.parametrize("name", ["dense", "cnn2d", "gru"])
def test_the_scores_are_closer_to_those_of_keras(name, monkeypatch, tmp_path):
    model, weights, settings = network(name, loudness=8.0)
    expected = model.predict(TAILS, verbose=0)
    errors = []
    for choose in (quantize_model.choose_ranges, lambda calibrated, windows: calibrated):
        monkeypatch.setattr(quantize_model, "choose_ranges", choose)
        path = tmp_path / "model.tflite"
        path.write_bytes(convert(weights, SHAPE, CLASSES, settings, TAILS))
        litert = LiteRtModel(path)
        scores = litert.output.dequantize(litert.invoke(litert.input.quantize(TAILS)))
        errors.append(np.square(scores - expected).mean())
    assert np.ptp(expected, axis=0).max() > 0.1
    assert errors[0] < 0.9 * errors[1]
