"""Window, mel bank and cosine transform against librosa and scipy."""

import librosa
import numpy as np
import pytest
import scipy.fft
from feature_cases import SIZES

from wav2nano.features import filters


@pytest.mark.parametrize("n_fft", SIZES)
def test_hann(n_fft):
    expected = librosa.filters.get_window("hann", n_fft, fftbins=True).astype(np.float32)
    assert np.array_equal(filters.hann(n_fft), expected)


@pytest.mark.parametrize(
    ("rate", "n_fft", "bands", "f_min", "f_max"),
    [
        (16000, 512, 40, 80.0, 7600.0),
        (16000, 1024, 128, 0.0, 8000.0),
        (8000, 256, 20, 20.0, 4000.0),
        (8000, 256, 10, 20.0, 900.0),
        (22050, 512, 64, 1000.0, 11025.0),
        (16000, 320, 20, 0.0, 8000.0),
        (22050, 4096, 128, 0.0, 11025.0),
        (44100, 1024, 30, 1500.0, 20000.0),
    ],
)
def test_mel_bank(rate, n_fft, bands, f_min, f_max):
    expected = librosa.filters.mel(sr=rate, n_fft=n_fft, n_mels=bands, fmin=f_min, fmax=f_max)
    actual = filters.mel_bank(rate, n_fft, bands, f_min, f_max)
    assert actual.dtype == expected.dtype
    assert np.array_equal(actual, expected)


@pytest.mark.parametrize(("coefficients", "bands"), [(13, 40), (1, 1), (23, 23), (20, 128)])
def test_dct(coefficients, bands):
    expected = scipy.fft.dct(np.eye(bands), norm="ortho", axis=0)[:coefficients]
    np.testing.assert_allclose(filters.dct(coefficients, bands), expected, atol=1e-7)
