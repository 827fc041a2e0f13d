"""The layers that were taken from YAMNet give what YAMNet itself computes in LiteRT."""

import numpy as np
import pytest
import soundfile

from wav2nano import features, models
from wav2nano.errors import UserError
from wav2nano.features.kinds import yamnet as embeddings
from wav2nano.keras_runtime import import_keras
from wav2nano.models.architectures import yamnet
from wav2nano.models.cost import layer_costs


def test_all_layers_give_its_embedding(yamnet_file, shared_data):
    paths = sorted((shared_data / "speech_commands_v2_test_half").glob("*/*.flac"))[::100]
    recordings = [soundfile.read(path, dtype="int16")[0] for path in paths]
    windows = np.array([audio[:15712] for audio in recordings if len(audio) >= 15712])
    assert len(windows) > 10
    spectrum = features.compute(windows, 16000, features.KINDS["yamnet_logmel"].Settings())
    assert spectrum.shape[1:] == (96, 64)
    settings = yamnet.Settings(pairs=len(yamnet.PAIRS))
    keras = import_keras(1)
    network = models.build_model(keras, spectrum.shape[1:], 2, settings)
    for name, weights in models.pretrained(settings).items():
        network.get_layer(name).set_weights(weights)
    middle = keras.Model(network.input, network.get_layer("average").output)
    actual = middle.predict(spectrum, verbose=0)
    # Its patches begin at the frame, not at the Fourier transform around it.
    expected = features.compute(windows[:, 56:], 16000, embeddings.Settings())[:, 0]
    assert actual.shape == expected.shape
    # In float, with what int8 has left of the weights: not the same, but alike in each window.
    alike = [np.corrcoef(one, other)[0, 1] for one, other in zip(actual, expected, strict=True)]
    assert min(alike) > 0.9
    assert np.median(alike) > 0.98


def test_only_the_head_is_trained_unless_it_says_otherwise():
    keras = import_keras(1)
    for fine_tune, trained in ((False, 4), (True, 4 + 2 + 4 * 7)):
        settings = yamnet.Settings(fine_tune=fine_tune)
        network = models.build_model(keras, (96, 64), 10, settings)
        assert len(network.trainable_weights) == trained


def test_what_seven_pairs_cost():
    costs = layer_costs((96, 64), 10, yamnet.Settings())
    assert sum(cost.weight_bytes for cost in costs) == 535_936
    assert 32e6 < sum(cost.macs for cost in costs) < 35e6
    # The first pointwise convolution: 32 and 64 channels of 48 by 32.
    assert max(cost.arena_bytes for cost in costs) == 48 * 32 * (32 + 64)


def test_other_features_are_refused():
    with pytest.raises(UserError, match=r"trained on other features than mfcc. Set features.kind:"):
        models.check((49, 13), yamnet.Settings(), features.KINDS["mfcc"].Settings())


def test_a_missing_file_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    yamnet._convolutions.cache_clear()
    with pytest.raises(UserError, match=r"is not there. Get it: wav2nano fetch-model yamnet"):
        models.pretrained(yamnet.Settings())
