"""Google's speech embedding, where its model file is kept."""

import numpy as np
import pytest

from wav2nano.errors import UserError
from wav2nano.features import compute, reference, shape
from wav2nano.features.kinds import speech_embedding

SETTINGS = speech_embedding.Settings()


def test_the_mel_spectrum_is_that_of_librosa(real_windows):
    import librosa

    silence, steps = np.zeros(16000, np.int16), np.repeat([0, 1], 8000).astype(np.int16)
    windows = np.stack([*real_windows[16000][:10], silence, steps])
    for window, actual in zip(windows, speech_embedding.log_mel(windows), strict=True):
        power = librosa.feature.melspectrogram(
            y=window.astype(np.float32),
            sr=16000,
            n_fft=512,
            win_length=400,
            hop_length=160,
            center=False,
            n_mels=32,
            fmin=60,
            fmax=3800,
        )
        expected = librosa.power_to_db(power, top_db=80).T / 10 + 2
        np.testing.assert_allclose(actual, expected, atol=1e-3)


def test_embeddings_equal_the_reference(speech_embedding_file, real_windows):
    windows = real_windows[16000][:8]
    actual = compute(windows, 16000, SETTINGS)
    expected = reference(windows, 16000, SETTINGS)
    assert actual.shape == expected.shape == (8, *shape(16000, 16000, SETTINGS)) == (8, 11, 96)
    np.testing.assert_allclose(actual, expected, atol=1e-4 * np.ptp(expected))


def test_embeddings_do_not_depend_on_the_others(speech_embedding_file, real_windows):
    windows = real_windows[16000][:8]
    together = compute(windows, 16000, SETTINGS)
    assert compute(windows[:1, :2912], 16000, SETTINGS).shape == (1, 1, 96)
    compute(windows[:1, :15000], 16000, SETTINGS)
    np.testing.assert_array_equal(compute(windows[5:6], 16000, SETTINGS)[0], together[5])


@pytest.mark.parametrize(
    ("samples", "rate", "message"),
    [
        (16000, 22050, "speech_embedding hears 16000 Hz. Set chunking.rate: 16000"),
        (2900, 16000, r"shorter than one feature frame of 2912. Set chunking.window_seconds"),
    ],
)
def test_other_audio_is_refused(samples, rate, message):
    with pytest.raises(UserError, match=message):
        shape(samples, rate, SETTINGS)


def test_it_is_not_for_the_board():
    with pytest.raises(UserError, match=r"Set goal: evaluation, .*training\.teacher"):
        speech_embedding.front_end(16000, SETTINGS)


def test_a_missing_model_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    speech_embedding._network.cache_clear()
    with pytest.raises(UserError, match=r"not there. Get it: wav2nano fetch-model speech_emb"):
        compute(np.zeros((1, 16000), np.int16), 16000, SETTINGS)
