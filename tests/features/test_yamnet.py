"""Embeddings of YAMNet, where its model file is here."""

import json

import numpy as np
import pytest

from wav2nano.errors import UserError
from wav2nano.experiments import Experiments
from wav2nano.features import compute, reference, shape
from wav2nano.features.kinds import yamnet

SETTINGS = yamnet.Settings(patch_hop=160)
CHECKED = "tones.yaml"


def test_the_front_end_is_that_of_the_authors(real_windows):
    import tensorflow as tf

    bank = tf.signal.linear_to_mel_weight_matrix(64, 257, 16000, 125.0, 7500.0)
    for window in real_windows[16000][:20]:
        audio = window[: yamnet.PATCH].astype(np.float32) / 32768
        magnitudes = tf.abs(tf.signal.stft(audio, 400, 160, 512))
        expected = tf.math.log(tf.matmul(magnitudes, bank) + 0.001).numpy()
        actual = yamnet.log_mel(window[: yamnet.PATCH])
        assert actual.shape == expected.shape == (96, 64)
        assert np.abs(actual - expected).max() <= 1e-4 * np.ptp(expected)


def test_embeddings_equal_the_reference(yamnet_file, real_windows):
    windows = real_windows[16000][:6]
    actual = compute(windows, 16000, SETTINGS)
    expected = reference(windows, 16000, SETTINGS)
    assert actual.shape == expected.shape == (6, *shape(16000, 16000, SETTINGS)) == (6, 3, 1024)
    # int8 inside: what is rounded the other way in the first layer is a step or two in the last.
    assert np.mean(actual != expected) < 0.02
    assert np.corrcoef(actual.ravel(), expected.ravel())[0, 1] > 0.999


def test_a_missing_model_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    yamnet._network.cache_clear()
    with pytest.raises(UserError, match=r"is not there. Get it: wav2nano fetch-model yamnet"):
        compute(np.zeros((1, 16000), np.int16), 16000, SETTINGS)


def test_another_model_is_refused(yamnet_file):
    yamnet_file.write_bytes(yamnet_file.read_bytes()[:-1] + b"\0\0")
    with pytest.raises(UserError, match=r"is not YAMNet with int8 weights: its SHA-256 is"):
        compute(np.zeros((1, 16000), np.int16), 16000, SETTINGS)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, r"yamnet has 3.2 million weights in 4 MB, more than a board.*goal: evaluation"),
        ({"goal": "evaluation", "chunking": {"rate": 22050}}, "yamnet hears 16000 Hz"),
        (
            {"goal": "evaluation", "chunking": {"window_seconds": 0.9}},
            r"shorter than one feature frame of 15600\. Set chunking.window_seconds to 0.975",
        ),
    ],
)
def test_what_cannot_be_is_refused_before_any_job(changes, message, tmp_path):
    for folder in ("datasets", "experiments"):
        (tmp_path / "config" / folder).mkdir(parents=True)
    settings = {"dataset": "tones", "features": {"kind": "yamnet"}, **changes}
    (tmp_path / "config" / "experiments" / CHECKED).write_text(json.dumps(settings))
    (tmp_path / "config" / "datasets" / CHECKED).write_text(
        "name: tones\ntitle: t\nlicence: l\nrecordings: raw\nsplit: {policy: group}\nshards: 1\n"
    )
    experiments = Experiments({}, sha256=str, need_recordings=False, root=tmp_path)
    with pytest.raises(UserError, match=message):
        experiments["tones"]
