"""Spectral roll-off: the frequency up to which most of a frame's magnitudes lie."""

import math
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from wav2nano.features import spectrum
from wav2nano.features.base import Part
from wav2nano.features.spectrum import SpectralSettings, check_hop, of_librosa

ROUNDING = 1e-5  # of a sum of magnitudes in single precision, in whichever order, relative to it


class Settings(SpectralSettings):
    """Frequency, Hz, up to which most of the magnitudes lie, as librosa defines it."""

    kind: Literal["rolloff"] = "rolloff"
    """rolloff: frequency up to which most of the spectrum lies"""

    roll_percent: Annotated[float, Field(gt=0, lt=1)] = 0.85
    """which share of the spectrum's magnitudes lies up to there"""


def bins(settings: Settings) -> int:
    """Features in a frame."""
    return 1


check = check_hop


def of_power(rate: int, settings: Settings) -> spectrum.OfPower:
    """Find the first bin at which the sum of magnitudes reaches the share; for silence, the first.

    A sum that is within rounding of the share may be taken for either bin beside it.
    """
    share = np.float32(settings.roll_percent)
    hertz_per_bin = np.float32(rate / settings.n_fft)
    bins = settings.n_fft // 2 + 1
    # To sum bin by bin is slow: a product gives the sums before each group of bins, and of all.
    width = math.isqrt(bins)
    groups = -(-bins // width)
    before = np.arange(groups * width)[:, np.newaxis] < width * np.arange(groups + 1)
    before = before.astype(np.float32)

    def rolloff(power: np.ndarray) -> np.ndarray:
        magnitudes = np.zeros((*power.shape[:2], groups * width), np.float32)
        np.sqrt(power, out=magnitudes[..., :bins])
        sums = (magnitudes @ before).reshape(-1, groups + 1)
        magnitudes = magnitudes.reshape(-1, groups, width)
        frames = np.arange(len(sums))
        wanted = share * sums[:, -1:]
        group = np.argmax(sums[:, 1:] >= wanted, axis=1)
        inside = np.column_stack([sums[frames, group], magnitudes[frames, group]])
        inside = np.cumsum(inside, axis=1) - wanted
        first = width * group + np.count_nonzero(inside[:, 1:] < 0, axis=1)
        # Where rounding decides, it is that of sums bin by bin, as on the board.
        near = (np.abs(inside) < ROUNDING * wanted).any(axis=1)
        first[near] = _first_bin(magnitudes[near].reshape(-1, groups * width), share)
        return (first * hertz_per_bin).reshape(*power.shape[:2], 1)

    return rolloff


def _first_bin(magnitudes: np.ndarray, share: np.float32) -> np.ndarray:
    """Sum the bins of each frame, [n, bins], one by one, up to the share: int [n]."""
    sums = np.cumsum(magnitudes, axis=1)
    return np.argmax(sums >= share * sums[:, -1:], axis=1)


def reference(samples: np.ndarray, rate: int, settings: Settings) -> np.ndarray:
    """Compute them by librosa's own function."""
    import librosa

    return of_librosa(
        librosa.feature.spectral_rolloff,
        samples,
        settings,
        sr=rate,
        n_fft=settings.n_fft,
        roll_percent=settings.roll_percent,
    )


def front_end(rate: int, settings: Settings) -> list[Part]:
    """Compute the same on the board."""
    n_fft = settings.n_fft
    arguments = {
        "n_fft": n_fft,
        "share": np.float32(settings.roll_percent),
        "hertz_per_bin": np.float32(rate / n_fft),
    }
    return [Part("w2n_rolloff", 1, arguments, n_fft=n_fft)]


def add_gain(values: np.ndarray, gain_db: np.ndarray, settings: Settings) -> None:
    """Change nothing: the share does not depend on loudness."""
