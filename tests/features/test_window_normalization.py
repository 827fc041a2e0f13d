"""Features normalised within each window, against scikit-learn."""

import numpy as np
import pytest
from feature_cases import logmel, mfcc, spectrogram

from wav2nano import features
from wav2nano.errors import UserError
from wav2nano.features import tables

NORMALIZATIONS = ["mean_variance", "min_max"]


@pytest.mark.parametrize("normalization", NORMALIZATIONS)
@pytest.mark.parametrize("deltas", [0, 2])
@pytest.mark.parametrize("make", [mfcc, logmel, spectrogram])
def test_equal_to_scikit_learn(normalization, deltas, make, real_windows, hard_windows):
    settings = make(512, deltas=deltas, window_normalization=normalization)
    windows = np.concatenate([real_windows[16000], hard_windows["digital silence"]])
    actual = features.compute(windows, 16000, settings)
    expected = features.reference(windows, 16000, settings)
    assert actual.dtype == np.float32
    # The features agree to 1e-4 of their range, and what enlarges them enlarges that.
    plain = features.reference(windows, 16000, make(512, deltas=deltas))
    spread = plain.std(axis=1) if normalization == "mean_variance" else np.ptp(plain, axis=1)
    tolerance = 2e-4 * np.ptp(plain, axis=(0, 1)) / np.maximum(spread, 1e-3)
    assert np.median(tolerance) < 5e-3
    assert (np.abs(actual - expected).max(axis=1) <= tolerance).all()
    np.testing.assert_allclose(actual[-1], 0, atol=0.2)


@pytest.mark.parametrize("normalization", NORMALIZATIONS)
def test_louder_audio_is_the_same(normalization, real_windows):
    loud = real_windows[16000][np.abs(real_windows[16000]).max(axis=1) > 16000]
    soft = loud // 2
    settings = logmel(512, window_normalization=normalization, floor_db=-120.0)
    before, after = (features.compute(x, 16000, settings) for x in (loud, soft))
    assert np.median(np.abs(before - after)) < 0.02
    copy = before.copy()
    features.add_gain(copy, np.full(len(copy), 6, np.float32), settings)
    assert np.array_equal(copy, before)


def test_the_board_has_none(tmp_path):
    with pytest.raises(UserError, match=r"features\.window_normalization: min_max needs all"):
        tables.generate_c(16000, mfcc(window_normalization="min_max"), tmp_path)
    assert not list(tmp_path.iterdir())
