"""The power spectrum of many windows at once, in bands and decibels."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from wav2nano.errors import UserError
from wav2nano.features.base import FeatureSettings
from wav2nano.features.filters import hann

BLOCK_FRAMES = 512  # frames at a time: their spectra stay in the processor's cache


class SpectralSettings(FeatureSettings):
    """Settings of features that are computed from the spectrum of frames."""

    n_fft: Literal[256, 512, 1024] = 512
    """samples in a frame"""

    hop: Annotated[int, Field(ge=16)] = 320
    """samples from one frame to the next, at most n_fft"""

    @property
    def frame_samples(self) -> int:
        """Samples of a frame."""
        return self.n_fft

    @property
    def hop_samples(self) -> int:
        """Samples from one frame to the next."""
        return self.hop


def check_hop(settings: SpectralSettings) -> None:
    """Check that no sample is skipped.

    Raises
    ------
    UserError
        Naming the setting and what would be right.
    """
    if settings.hop > settings.n_fft:
        raise UserError(
            f"features.hop: {settings.hop} is not possible; use at most n_fft ({settings.n_fft}): "
            "a longer hop skips samples."
        )


def band_decibels(
    windows: np.ndarray,
    bank: np.ndarray,
    *,
    hop: int,
    floor_db: float,
    transform: np.ndarray | None = None,
) -> np.ndarray:
    """Power of bands of each frame, in decibels.

    Frame i covers the samples from i * hop to i * hop + n_fft (no padding). Its power spectrum,
    under a periodic Hann window, is summed by the bank and taken to decibels of full scale
    squared, not below `floor_db`. In librosa's terms:
    `melspectrogram(y=windows / 32768, center=False)`,
    `power_to_db(ref=1, amin=10 ** (floor_db / 10), top_db=None)`.

    Parameters
    ----------
    windows : numpy.ndarray [shape=(n, samples)]
        int16.
    bank : numpy.ndarray [shape=(bands, n_fft // 2 + 1)]
        Weights of the spectrum's bins in each band, float32.
    hop : int
        Samples from one frame to the next.
    floor_db : float
        Least value.
    transform : numpy.ndarray [shape=(bands, bins)], optional
        What the decibels of a frame are multiplied with.

    Returns
    -------
    numpy.ndarray [shape=(n, frames, bins)]
        float32; without a transform the bins are the bands.
    """
    bands, n_fft = len(bank), 2 * (bank.shape[1] - 1)
    frames = 1 + (windows.shape[1] - n_fft) // hop
    window = hann(n_fft) / np.float32(32768)
    groups = _band_groups(bank)
    floor_power = np.float32(10 ** (floor_db / 10))

    bins = bands if transform is None else transform.shape[1]
    features = np.empty((len(windows), frames, bins), np.float32)
    audio = np.lib.stride_tricks.sliding_window_view(windows, n_fft, axis=1)[:, ::hop]
    block = max(1, BLOCK_FRAMES // frames)
    for first in range(0, len(windows), block):
        power = _power_spectrum(audio[first : first + block] * window)
        decibels = _decibels(_band_power(power, groups), floor_power)
        features[first : first + block] = decibels if transform is None else decibels @ transform
    return features


def _power_spectrum(frames: np.ndarray) -> np.ndarray:
    from scipy.fft import rfft  # half a second that only the first call should take

    spectrum = rfft(frames, overwrite_x=True)
    power = np.square(spectrum.real)
    power += np.square(spectrum.imag)
    return power


def _band_groups(bank: np.ndarray) -> list[tuple[slice, slice, np.ndarray]]:
    """Give ten bands at a time, the bins they need, and the weights [bins, bands] between them.

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
