"""Views, calibration, and that the networks convert and learn."""

import numpy as np
import pytest

from wav2nano.features import KINDS, compute
from wav2nano.keras_runtime import import_keras
from wav2nano.models import ARCHITECTURES, build_model, weights_by_layer
from wav2nano.quantization.quantize_model import calibration_list, convert
from wav2nano.settings.chunking import ChunkingSettings
from wav2nano.settings.training import TrainingSettings
from wav2nano.tables.preprocessing import Preprocessing
from wav2nano.training.train_model import augment, draw_views

SETTINGS = {"shift_frames": 0, "gain_db": 0.0, "response": 0.0, "mask_frames": 0}
SHAPE = (20, 13)
FEATURES = {"mfcc": KINDS["mfcc"].Settings(), "logmel": KINDS["logmel"].Settings(mel_bands=13)}


def preprocessing(kind):
    return Preprocessing(
        labels=["a"],
        chunking=ChunkingSettings(),
        features=FEATURES[kind],
        mean=[1.0] * 13,
        std=[2.0] * 13,
    )


@pytest.fixture
def values():
    return np.random.default_rng(0).normal(0, 5, (50, *SHAPE)).astype(np.float32)


def view(values, kind="mfcc", **settings):
    settings = TrainingSettings(**(SETTINGS | settings))
    views = draw_views(len(values), values.shape[1:], np.random.default_rng(1), settings)
    everything = np.full(len(values), values.shape[1])
    return augment(values, everything, views, preprocessing(kind), settings)


def test_no_augmentation_changes_nothing(values):
    np.testing.assert_array_equal(view(values), values)


def test_windows_normalised_by_themselves_have_neither_gain_nor_offset(values):
    settings = TrainingSettings(**(SETTINGS | {"gain_db": 6.0, "response": 0.3}))
    views = draw_views(len(values), SHAPE, np.random.default_rng(1), settings)
    normalized = preprocessing("logmel").model_copy(
        update={"features": KINDS["logmel"].Settings(mel_bands=13, window_normalization="min_max")}
    )
    everything = np.full(len(values), SHAPE[0])
    made = augment(values, everything, views, normalized, settings)
    np.testing.assert_array_equal(made, values)


def test_the_windows_themselves_stay(values):
    before = values.copy()
    view(values, gain_db=6.0, shift_frames=4, response=0.3, mask_frames=5)
    np.testing.assert_array_equal(values, before)


def test_a_shift_moves_frames_and_repeats_the_edge(values):
    shifted = view(values, shift_frames=3)
    shifts = set()
    for one, original in zip(shifted, values, strict=True):
        [shift] = [
            s
            for s in range(-3, 4)
            if np.array_equal(one, original[np.clip(np.arange(20) - s, 0, 19)])
        ]
        shifts.add(shift)
    assert shifts == set(range(-3, 4))


def test_a_gain_is_one_of_the_audio():
    settings = KINDS["mfcc"].Settings(floor_db=-110.0)
    audio = np.random.default_rng(0).normal(0, 2000, (4, 16000))
    soft, loud = (
        compute(np.rint(audio * gain).astype(np.int16), 16000, settings) for gain in (1, 2)
    )
    difference = loud - soft
    # Doubling is 6.02 dB in all 40 bands, which the first MFCC alone shows.
    np.testing.assert_allclose(difference[..., 0], 6.0206 * np.sqrt(40), atol=0.05)
    np.testing.assert_allclose(difference[..., 1:], 0, atol=0.05)
    louder = view(soft, gain_db=6.0) - soft
    assert np.ptp(louder[..., 0]) > 10
    np.testing.assert_allclose(louder[..., 1:], 0, atol=1e-5)
    np.testing.assert_allclose(np.ptp(louder[..., 0], axis=1), 0, atol=1e-3)


def test_a_gain_of_log_mel_is_in_every_band(values):
    louder = view(values, "logmel", gain_db=6.0) - values
    np.testing.assert_allclose(np.ptp(louder, axis=(1, 2)), 0, atol=1e-4)
    assert 3 < np.abs(louder).max() <= 6.001


def test_a_response_is_constant_in_time(values):
    offset = view(values, response=0.5) - values
    np.testing.assert_allclose(np.ptp(offset, axis=1), 0, atol=1e-4)
    assert offset[:, 0].std() == pytest.approx(1.0, rel=0.1)


def test_hidden_frames_are_the_mean(values):
    hidden = (view(values, mask_frames=5) == 1.0).all(axis=2).sum(axis=1)
    assert hidden.max() == 5
    assert hidden.min() == 0


@pytest.mark.parametrize("count", [40, 1000])
def test_calibration_has_as_many_of_each_class(count):
    target = np.repeat([0, 1, 2, 3], [500, 300, 100, 5])
    chosen = calibration_list(target, count)
    assert len(set(chosen)) == len(chosen)
    share = np.bincount(target[chosen])
    assert share.tolist() == [min(count // 4, n) for n in (500, 300, 100, 5)]


LSTM, DENSE = ARCHITECTURES["lstm"].Settings, ARCHITECTURES["dense"].Settings
MODELS = {
    "lstm": LSTM(filters=[], units=[8]),
    "two_lstms": LSTM(filters=[], units=[6, 5]),
    "conv_lstm": LSTM(filters=[6, 7], kernel=3, units=[8]),
    "dense": DENSE(units=[12]),
    "two_dense": DENSE(units=[12, 9]),
}


@pytest.mark.parametrize("name", MODELS)
def test_what_is_trained_is_what_is_converted(name, tmp_path):
    """Keras 3's weights go through tf_keras and the converter to LiteRT and to our C."""
    from wav2nano.codegen import HostModel
    from wav2nano.litert import LiteRtModel

    settings = MODELS[name]
    keras = import_keras(1)
    model = build_model(keras, SHAPE, 3, settings)
    random = np.random.default_rng(0)
    # Statistics of the batch normalisation that are not those of an untrained network.
    model.set_weights(
        [
            np.abs(w + random.normal(0, 0.2, w.shape)) + 0.1 if w.ndim == 1 else w * 1.5
            for w in model.get_weights()
        ]
    )
    values = random.normal(0, 1, (60, *SHAPE)).astype(np.float32)
    expected = model.predict(values, verbose=0)
    path = tmp_path / "model.tflite"
    path.write_bytes(convert(weights_by_layer(model), SHAPE, 3, settings, values))
    litert = LiteRtModel(path)
    inputs = litert.input.quantize(values).reshape(len(values), -1)
    scores = litert.output.dequantize(litert.invoke(inputs))
    assert np.ptp(expected, axis=0).max() > 0.05
    # int8 through several layers; weights in another order would be wrong by far more.
    np.testing.assert_allclose(scores, expected, atol=0.1)
    assert np.abs(scores - expected).mean() < 0.02
    ours = litert.output.dequantize(HostModel(path).invoke(inputs))
    np.testing.assert_allclose(ours, scores, atol=3 / 256)


def test_state_is_reset_before_every_window(tmp_path):
    from wav2nano.litert import LiteRtModel

    settings = LSTM(filters=[], units=[8], dropout=0.0)
    model = build_model(import_keras(2), SHAPE, 3, settings)
    values = np.random.default_rng(0).normal(0, 1, (30, *SHAPE)).astype(np.float32)
    path = tmp_path / "model.tflite"
    path.write_bytes(convert(weights_by_layer(model), SHAPE, 3, settings, values))
    litert = LiteRtModel(path)
    inputs = litert.input.quantize(values)
    np.testing.assert_array_equal(litert.invoke(inputs)[::-1], litert.invoke(inputs[::-1]))
