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
    ...             "f_max": 7600.0, "coefficients": 13, "floor_db": -70.0}
    >>> compute(np.zeros((2, 16000), np.int16), 16000, settings).shape
    (2, 49, 13)
    """
    if windows.dtype != np.int16 or windows.ndim != 2:
        raise ValueError(f"windows are {windows.dtype} {windows.shape}, not int16 [n, samples]")
    frames, bins = shape(windows.shape[1], rate, settings)
    n_fft, bands = settings["n_fft"], settings["mel_bands"]
    window = hann(n_fft) / np.float32(32768)
    bank = mel_bank(rate, n_fft, bands, settings["f_min"], settings["f_max"])
    groups = _band_groups(bank)
    floor_power = np.float32(10 ** (settings["floor_db"] / 10))
    cosines = dct(bins, bands) if settings["kind"] == "mfcc" else None

    features = np.empty((len(windows), frames, bins), np.float32)
    audio = np.lib.stride_tricks.sliding_window_view(windows, n_fft, axis=1)[:, :: settings["hop"]]
    block = max(1, BLOCK_FRAMES // frames)
    for first in range(0, len(windows), block):
        power = _power_spectrum(audio[first : first + block] * window)
        decibels = _decibels(_band_power(power, groups), floor_power)
        features[first : first + block] = decibels if cosines is None else decibels @ cosines.T
    return features


def _power_spectrum(frames: np.ndarray) -> np.ndarray:
    from scipy.fft import rfft  # half a second that only the first call should take

    spectrum = rfft(frames, overwrite_x=True)
    power = np.square(spectrum.real)
    power += np.square(spectrum.imag)
    return power


def _band_groups(bank: np.ndarray) -> list[tuple[slice, slice, np.ndarray]]:
    """Ten bands at a time, the bins they need, and the weights [bins, bands] from these to those.

    Most of the bank is zero; in groups it is multiplied in half the time.
    """
    groups = []
    for first in range(0, len(bank), 10):
        bands = slice(first, min(first + 10, len(bank)))
        used = np.flatnonzero(bank[bands].any(axis=0))
        bins = slice(used[0], used[-1] + 1)
        groups.append((bands, bins, bank[bands, bins].T))
    return groups


def _band_power(power: np.ndarray, groups: list[tuple[slice, slice, np.ndarray]]) -> np.ndarray:
    band_power = np.empty((*power.shape[:-1], groups[-1][0].stop), np.float32)
    for bands, bins, weights in groups:
        band_power[..., bands] = power[..., bins] @ weights
    return band_power


def _decibels(power: np.ndarray, floor_power: np.float32) -> np.ndarray:
    # np.log in single precision is four times as fast as np.log10.
    decibels = np.log(np.maximum(power, floor_power))
    decibels *= np.float32(10 / np.log(10))
    return decibels
