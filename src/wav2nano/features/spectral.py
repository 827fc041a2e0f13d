"""MFCC and log-mel features of many windows at once."""

from typing import Any

import numpy as np

from wav2nano.features.filters import dct, hann, mel_bank
from wav2nano.features.settings import shape

BLOCK_FRAMES = 512  # frames at a time: their spectra stay in the processor's cache


def compute(windows: np.ndarray, rate: int, settings: dict[str, Any]) -> np.ndarray:
    """Features of windows of audio, with the values of librosa.

    Frame i covers the samples from i * hop to i * hop + n_fft (no padding). Its power spectrum,
    under a periodic Hann window, is summed by Slaney's mel bank and taken to decibels of full
    scale squared, not below `floor_db`; these are the bins of log-mel, and MFCC are their
    orthonormal DCT-II. In librosa's terms: `melspectrogram(y=windows / 32768, center=False)`,
    `power_to_db(ref=1, amin=10 ** (floor_db / 10), top_db=None)`, `mfcc(S=...)`.

    Parameters
    ----------
    windows : numpy.ndarray [shape=(n, samples)]
        int16.
    rate : int
        Samples a second.
    settings : dict
        See `wav2nano.features.validate`.

    Returns
    -------
    numpy.ndarray [shape=(n, frames, bins)]
        float32.

    Raises
    ------
    UserError
        If the settings are not valid, or a window is shorter than one frame.

    Examples
    --------
    >>> settings = {"kind": "mfcc", "n_fft": 512, "hop": 320, "mel_bands": 40, "f_min": 80.0,
    ...             "f_max": 7600.0, "coefficients": 13, "floor_db": -80.0}
    >>> compute(np.zeros((2, 16000), np.int16), 16000, settings).shape
    (2, 49, 13)
    """
    if windows.dtype != np.int16 or windows.ndim != 2:
        raise ValueError(f"windows are {windows.dtype} {windows.shape}, not int16 [n, samples]")
    frames, bins = shape(windows.shape[1], rate, settings)
    n_fft = settings["n_fft"]
    bank = mel_bank(rate, n_fft, settings["mel_bands"], settings["f_min"], settings["f_max"])
    window = hann(n_fft) / np.float32(32768)
    features = np.empty((len(windows), frames, bins), np.float32)
    block = max(1, BLOCK_FRAMES // frames)
    for first in range(0, len(windows), block):
        samples = windows[first : first + block].astype(np.float32)
        sliding = np.lib.stride_tricks.sliding_window_view(samples, n_fft, axis=1)
        power = _power_spectrum(sliding[:, :: settings["hop"]] * window)
        decibels = _decibels(power @ bank.T, settings["floor_db"])
        if settings["kind"] == "mfcc":
            decibels = decibels @ dct(bins, settings["mel_bands"]).T
        features[first : first + block] = decibels
    return features


def _power_spectrum(frames: np.ndarray) -> np.ndarray:
    from scipy.fft import rfft  # half a second that only the first call should take

    spectrum = rfft(frames, overwrite_x=True)
    return np.square(spectrum.real) + np.square(spectrum.imag)


def _decibels(power: np.ndarray, floor_db: float) -> np.ndarray:
    # np.log in single precision is four times as fast as np.log10.
    return np.float32(10 / np.log(10)) * np.log(
        np.maximum(power, np.float32(10 ** (floor_db / 10)))
    )
