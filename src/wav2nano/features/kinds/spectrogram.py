"""Log spectrogram: the power of each bin of the Fourier transform, in decibels of full scale."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from wav2nano.features import deltas, spectrum
from wav2nano.features.base import Part
from wav2nano.features.filters import hann
from wav2nano.features.spectrum import check_hop


class Settings(deltas.DeltaSettings):
    """Power of each frequency, dB, as scipy's spectrogram with scaling "spectrum" defines it."""

    kind: Literal["spectrogram"] = "spectrogram"
    """spectrogram: power of each frequency"""

    # Noise of one unit in the last of 16 bits is below -90 dB in every bin, so that all silence is
    # the same; and single precision stays within 1e-4 of the features' range down to there in
    # frames of 256 to 512 samples, and down to -80 dB in all others.
    floor_db: Annotated[float, Field(ge=-90, le=-40)] = -90.0
    """lower limit of each frequency's level, dB of full scale"""


def bins(settings: Settings) -> int:
    """Features in a frame: one per frequency, and their deltas."""
    return _frequencies(settings) * (1 + settings.deltas)


check = check_hop


def of_power(rate: int, settings: Settings) -> spectrum.OfPower:
    """Decibels of each frequency."""
    frequencies = spectrum.decibels(_weights(settings.n_fft), settings.floor_db)
    return deltas.following(frequencies, settings.deltas)


def reference(samples: np.ndarray, rate: int, settings: Settings) -> np.ndarray:
    """Compute them by scipy's own function."""
    from scipy.signal import spectrogram

    _, _, power = spectrogram(
        samples.astype(np.float64),
        rate,
        window="hann",
        nperseg=settings.n_fft,
        noverlap=settings.n_fft - settings.hop,
        detrend=False,
        scaling="spectrum",
    )
    decibels = 10 * np.log10(np.maximum(power, 10 ** (settings.floor_db / 10)))
    values = np.swapaxes(decibels, -1, -2).astype(np.float32)
    return deltas.reference(values, settings.deltas)


def front_end(rate: int, settings: Settings) -> list[Part]:
    """Compute the same on the board."""
    bank = np.diag(_weights(settings.n_fft))
    return [spectrum.decibels_part(bank, settings.floor_db, deltas=settings.deltas)]


def add_gain(values: np.ndarray, gain_db: np.ndarray, settings: Settings) -> None:
    """Add the gain's decibels to each frequency; no delta changes."""
    values[..., : _frequencies(settings)] += gain_db[:, np.newaxis, np.newaxis]


def _frequencies(settings: Settings) -> int:
    return settings.n_fft // 2 + 1


def _weights(n_fft: int) -> np.ndarray:
    """Weights from |rfft|^2 to the power of a sine: both of its sides, where there are two."""
    weights = np.full(n_fft // 2 + 1, 2.0)
    weights[[0, -1]] = 1.0
    return (weights / np.square(hann(n_fft).sum(dtype=np.float64))).astype(np.float32)
