"""The picture of a network: every layer is in it, and every line leads where the network does."""

import numpy as np
import pytest
from matplotlib import pyplot as plt

from wav2nano.keras_runtime import import_keras
from wav2nano.models import ARCHITECTURES, build_model
from wav2nano.report.draw_network import Box, plot_network, read_boxes


@pytest.fixture(scope="module")
def keras():
    return import_keras(0)


def test_boxes_of_a_network_with_a_shortcut(keras):
    layers = keras.layers
    features = layers.Input((10, 4), name="features")
    x = layers.Conv1D(8, 3, strides=2, padding="same", name="a")(features)
    x = shortcut = layers.ReLU(name="b")(layers.BatchNormalization(name="norm")(x))
    # What is used twice is not written into the box of the one before it.
    x = layers.Conv1D(8, 5, padding="same", activation="relu", name="c")(x)
    x = layers.Dropout(0.25, name="drop")(layers.Add(name="add")([x, shortcut]))
    x = layers.Bidirectional(layers.LSTM(3, name="lstm"), name="d")(x)
    model = keras.Model(features, layers.Dense(2, activation="softmax", name="scores")(x))
    assert read_boxes(model) == [
        Box("InputLayer", (), (10, 4), 0, ()),
        Box(
            "Conv1D",
            ("8 filters", "kernel 3", "stride 2", "batch normalisation", "ReLU"),
            (5, 8),
            3 * 4 * 8 + 8 + 4 * 8,
            (0,),
        ),
        Box("Conv1D", ("8 filters", "kernel 5", "ReLU"), (5, 8), 5 * 8 * 8 + 8, (1,)),
        Box("Add", ("dropout 0.25",), (5, 8), 0, (2, 1)),
        Box("Bidirectional LSTM", ("3 units",), (6,), 2 * 4 * (8 * 3 + 3 * 3 + 3), (3,)),
        Box("Dense", ("2 units", "softmax"), (2,), 14, (4,)),
    ]


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_nothing_of_an_architecture_is_lost(keras, architecture, tmp_path):
    settings = ARCHITECTURES[architecture].Settings()
    model = build_model(keras, (49, 13), 7, settings)
    boxes = read_boxes(model)
    assert sum(box.parameters for box in boxes) == model.count_params()
    assert boxes[0].shape == (49, 13)
    assert boxes[-1].shape == (7,)
    used = {index for box in boxes for index in box.inputs}
    assert used == set(range(len(boxes) - 1))
    assert all(index < number for number, box in enumerate(boxes) for index in box.inputs)
    plot_network(boxes, tmp_path / "a.png", "t", model.name)
    plot_network(boxes, tmp_path / "b.png", "t", model.name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_lines_do_not_run_over_each_other(monkeypatch, tmp_path):
    boxes = [
        Box("InputLayer", (), (4,), 0, ()),
        Box("Dense", (), (4,), 20, (0,)),
        Box("Dense", (), (4,), 20, (1,)),
        Box("Add", (), (4,), 0, (2, 0)),
        Box("Add", (), (4,), 0, (3, 1)),
        Box("Add", (), (4,), 0, (4, 3)),
    ]
    shown = []
    close = plt.close
    monkeypatch.setattr(plt, "close", shown.append)
    plot_network(boxes, tmp_path / "network.png", "t", "n")
    lines = [line.get_xydata() for line in shown[0].axes[0].lines]
    close(shown[0])
    assert len(lines) == sum(len(box.inputs) for box in boxes)
    uprights = [line[1:3] for line in lines if len(line) == 4]
    assert len(uprights) == 3
    for i, one in enumerate(uprights):
        for other in uprights[:i]:
            apart = one[1, 1] <= other[0, 1] or other[1, 1] <= one[0, 1]
            assert apart or not np.isclose(one[0, 0], other[0, 0])
