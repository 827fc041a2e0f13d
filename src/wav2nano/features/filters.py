"""Window, mel bank and cosine transform that define the features."""

from functools import cache

import numpy as np


def hann(n_fft: int) -> np.ndarray:
    """Periodic Hann window, float32 [n_fft], symmetric to the last bit: w[i] == w[n_fft - i]."""
    rising = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft // 2 + 1) / n_fft)
    return np.concatenate([rising, rising[-2:0:-1]]).astype(np.float32)


def centre(window: np.ndarray, n_fft: int) -> np.ndarray:
    """Put a window in the middle of `n_fft` samples, between zeros."""
    return np.pad(window, (n_fft - len(window)) // 2)


@cache
def mel_bank(rate: int, n_fft: int, bands: int, f_min: float, f_max: float) -> np.ndarray:
    """Triangles that are evenly spaced on Slaney's mel scale, each with an area of 1 over hertz.

    The scale is linear up to 1 kHz and logarithmic above (M. Slaney, Auditory Toolbox, 1998). The
    values are those of ``librosa.filters.mel``, whose import takes seconds.

    Parameters
    ----------
    rate : int
        Samples a second.
    n_fft : int
        Points of the FFT.
    bands : int
        Number of triangles.
    f_min, f_max : float
        Lower edge of the first and upper edge of the last triangle, in hertz.

    Returns
    -------
    numpy.ndarray [shape=(bands, n_fft // 2 + 1)]
        Weights, float32; read-only, for all who ask for the same have this array.
    """
    edges = _mel_to_hertz(np.linspace(_hertz_to_mel(f_min), _hertz_to_mel(f_max), bands + 2))
    left, centre, right = edges[:-2, np.newaxis], edges[1:-1, np.newaxis], edges[2:, np.newaxis]
    frequency = np.fft.rfftfreq(n_fft, 1 / rate)
    rise = (frequency - left) / (centre - left)
    fall = (right - frequency) / (right - centre)
    triangles = np.maximum(0, np.minimum(rise, fall)).astype(np.float32)
    weights = (triangles * (2 / (right - left))).astype(np.float32)
    weights.setflags(write=False)
    return weights


_LINEAR_HERTZ_PER_MEL = 200 / 3
_LOG_START_HERTZ = 1000.0
_LOG_START_MEL = _LOG_START_HERTZ / _LINEAR_HERTZ_PER_MEL
_LOG_STEP = np.log(6.4) / 27


def _hertz_to_mel(hertz: float) -> float:
    if hertz < _LOG_START_HERTZ:
        return hertz / _LINEAR_HERTZ_PER_MEL
    return _LOG_START_MEL + float(np.log(hertz / _LOG_START_HERTZ)) / _LOG_STEP


def _mel_to_hertz(mel: np.ndarray) -> np.ndarray:
    logarithmic = _LOG_START_HERTZ * np.exp(_LOG_STEP * (mel - _LOG_START_MEL))
    return np.where(mel < _LOG_START_MEL, _LINEAR_HERTZ_PER_MEL * mel, logarithmic)


def dct(coefficients: int, bands: int) -> np.ndarray:
    """First rows of the orthonormal DCT-II, float32 [coefficients, bands]."""
    k = np.arange(coefficients)[:, np.newaxis]
    rows = np.cos(np.pi * k * (2 * np.arange(bands) + 1) / (2 * bands)) * np.sqrt(2 / bands)
    rows[0] *= np.sqrt(0.5)
    return rows.astype(np.float32)
