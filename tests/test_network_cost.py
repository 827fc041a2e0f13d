"""What a network needs of a board, known and refused before there is one."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from wav2nano import network_cost, sketch_memory
from wav2nano.boards import boards
from wav2nano.codegen import HostModel
from wav2nano.errors import UserError
from wav2nano.features import KINDS
from wav2nano.keras_runtime import import_keras
from wav2nano.models import ARCHITECTURES, build_model, weights_by_layer
from wav2nano.quantization.quantize_model import convert
from wav2nano.settings.chunking import ChunkingSettings
from wav2nano.settings.listener import ListenerSettings
from wav2nano.settings.load import load_experiment

ROOT = Path(__file__).resolve().parents[1]
BOARD = boards()["wav2nano:nrf52:nano33ble"]
MFCC, SECOND = KINDS["mfcc"].Settings(), ChunkingSettings()


def check(
    board=BOARD, chunking=SECOND, features=MFCC, listener=None, *, classes=4, model="lstm", **sizes
):
    network_cost.check(
        board,
        chunking,
        features,
        ARCHITECTURES[model].Settings(**sizes),
        listener or ListenerSettings(),
        classes=classes,
    )


def refusal(**settings):
    with pytest.raises(UserError) as caught:
        check(**settings)
    return str(caught.value)


def test_the_default_experiment_was_built_with_hardly_more():
    params = yaml.safe_load((ROOT / "params.yaml").read_text())
    used = load_experiment("keywords", params, root=ROOT)
    cost = network_cost.estimate_network(
        used.chunking, used.features, used.model, used.listener, classes=len(used.labels) + 2
    )
    built = json.loads((ROOT / "metrics" / "keywords.json").read_text())
    assert (cost.macs, cost.macs_per_second) == (built["macs"], built["macs_per_second"])
    assert built["weight_bytes"] * 0.9 < cost.weight_bytes < built["weight_bytes"]
    assert built["arena_bytes"] * 0.4 < cost.arena_bytes < built["arena_bytes"]


@pytest.mark.parametrize("model", ARCHITECTURES)
@pytest.mark.parametrize("board", boards().values())
def test_every_architecture_fits_by_default(board, model):
    check(board, model=model)


def test_a_stream_costs_its_new_columns():
    """As the C that is generated counts them."""
    features, listener = (
        KINDS["logmel"].Settings(hop=160),
        ListenerSettings(inferences_per_second=25),
    )
    model = ARCHITECTURES["streaming_resnet"].Settings(strides=[1, 2, 1, 1])
    shape = (98, 40)
    windows = np.random.default_rng(1).normal(size=(16, *shape)).astype(np.float32)
    keras_model = build_model(import_keras(1), shape, 4, model)
    content = convert(weights_by_layer(keras_model), shape, 4, model, windows)
    cost = network_cost.estimate_network(SECOND, features, model, listener, classes=4)
    made = HostModel(content, step=4).generated
    assert cost.macs == made.macs < HostModel(content).generated.macs / 8
    assert cost.macs_per_second == 25 * made.macs
    assert cost.arena_bytes <= made.arena_bytes
    text = refusal(model="streaming_resnet", features=features, strides=[3, 1, 1, 1])
    assert "inferences_per_second: 4 is once in 25 frames" in text
    assert "streaming_resnet is 3: choose one of 33.3, 16.7, 11.1 and so on." in text
    fine = KINDS["logmel"].Settings(hop=80)
    text = refusal(model="streaming_resnet", features=fine, strides=[3, 1, 1, 1])
    assert "once in 50 frames" in text
    assert "choose one of 33.3, 22.2, 16.7 and so on." in text  # 66.7 is more than are allowed


def test_weights_that_exceed_the_flash_are_refused_with_the_largest_layer():
    text = refusal(model="dense", features=KINDS["logmel"].Settings(), units=[512, 8])
    # 49 frames of 40 bins, 512 units, 8 units, 4 labels.
    weights = 49 * 40 * 512 + 512 * 8 + 8 * 4
    assert f"weights take {weights:,} bytes, {49 * 40 * 512:,} of them in the layer dense_0" in text
    assert "has 983,040 of flash. Use smaller model.units, a longer features.hop, a shorter" in text
    assert "or set goal: evaluation." in text


def test_flash_is_full_at_its_last_byte():
    sizes = {"model": "dense", "features": KINDS["logmel"].Settings(), "units": [400, 8]}
    weights = 49 * 40 * 400 + 400 * 8 + 8 * 4
    check(replace(BOARD, flash_bytes=weights), **sizes)
    assert "weights take" in refusal(board=replace(BOARD, flash_bytes=weights - 1), **sizes)


def test_outputs_that_exceed_the_ram_are_refused_beside_the_features():
    """Convolution of raw audio: the first writes, the first pooling reads what is too much."""
    raw, two = KINDS["raw"].Settings(frame=1), ChunkingSettings(window_seconds=2.0)
    sizes = {"filters": [8, 16], "kernel": 13, "pool": 3, "units": []}
    text = refusal(model="cnn", chunking=two, features=raw, **sizes)
    held = 8 * (32000 - 12) + 8 * ((32000 - 12) // 3)
    sketch = sketch_memory.ram_bytes(two, raw, ListenerSettings())["listener"]
    assert f"model: the layer pool_0 needs {held:,} bytes of RAM" in text
    assert f"the sketch listener {sketch:,} for audio and features, and the board has 245," in text
    assert "a larger model.stride, a larger model.pool, a longer features.frame" in text


def test_ram_is_full_at_its_last_byte():
    needed = max(sketch_memory.ram_bytes(SECOND, MFCC, ListenerSettings()).values())
    for board in (BOARD, replace(BOARD, simulated=False)):
        if not board.simulated:
            needed = sketch_memory.ram_bytes(SECOND, MFCC, ListenerSettings())["listener"]
        full = (
            needed
            + network_cost.estimate_network(
                SECOND, MFCC, ARCHITECTURES["lstm"].Settings(), ListenerSettings(), classes=4
            ).arena_bytes
        )
        check(replace(board, ram_bytes=full + board.stack_bytes))
        text = refusal(board=replace(board, ram_bytes=full + board.stack_bytes - 1))
        assert ("self_test" in text) == board.simulated


def test_what_does_not_keep_up_is_refused_with_what_it_takes():
    raw = KINDS["raw"].Settings(frame=1)
    text = refusal(features=raw, filters=[], units=[64])
    macs = 16000 * 4 * 64 * (1 + 64) + 64 * 4
    assert f"an inference takes {macs:,} multiply-accumulates, and with 4 a second" in text
    assert f"it does 128,000,000 in a second at most, and these are {4 * macs:,}." in text
    # Nor would it with one every two seconds.
    assert "inferences_per_second." not in text


def test_fewer_inferences_may_be_the_remedy():
    raw = KINDS["raw"].Settings(frame=2)
    text = refusal(features=raw, filters=[], units=[32])
    macs = 8000 * 4 * 32 * (2 + 32) + 32 * 4
    seldom = 2 * 64_000_000 / macs
    assert 0.5 < seldom < 4
    assert "a lower listener.inferences_per_second, or set goal: evaluation." in text
    check(features=raw, filters=[], units=[32], listener=ListenerSettings(inferences_per_second=2))


def test_every_remedy_is_a_setting():
    for name in ARCHITECTURES:
        text = refusal(board=replace(BOARD, flash_bytes=1), model=name)
        named = re.findall(r"model\.(\w+)", text)
        assert named, name
        assert set(named) <= set(ARCHITECTURES[name].Settings.model_fields)
