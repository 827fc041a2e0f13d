"""Spectral centroid: the mean frequency of a frame, weighted by the magnitudes of its spectrum."""

from typing import Literal

import numpy as np

from wav2nano.features import spectrum
from wav2nano.features.base import Part
from wav2nano.features.spectrum import SpectralSettings, check_hop, of_librosa


class Settings(SpectralSettings):
    """Mean frequency, Hz, weighted by magnitude, as librosa defines it."""

    kind: Literal["centroid"] = "centroid"
    """centroid: mean frequency"""


def bins(settings: Settings) -> int:
    """Features in a frame."""
    return 1


check = check_hop


def of_power(rate: int, settings: Settings) -> spectrum.OfPower:
    """Divide the magnitudes' first moment by their sum; where this is 0, so is the centroid."""
    n_fft = settings.n_fft
    # A product with both columns at once: the sum, and the sum weighted by frequency.
    moments = np.stack([np.ones(n_fft // 2 + 1), np.fft.rfftfreq(n_fft, 1 / rate)], axis=1)
    moments = moments.astype(np.float32)

    def centroid(power: np.ndarray) -> np.ndarray:
        sums = np.sqrt(power) @ moments
        total, weighted = sums[..., :1], sums[..., 1:]
        return np.divide(weighted, total, out=np.zeros_like(total), where=total > 0)

    return centroid


def reference(samples: np.ndarray, rate: int, settings: Settings) -> np.ndarray:
    """Compute them by librosa's own function."""
    import librosa

    return of_librosa(
        librosa.feature.spectral_centroid,
        samples,
        settings,
        sr=rate,
        n_fft=settings.n_fft,
    )


def front_end(rate: int, settings: Settings) -> list[Part]:
    """Compute the same on the board."""
    arguments = {"n_fft": settings.n_fft, "hertz_per_bin": np.float32(rate / settings.n_fft)}
    return [Part("w2n_centroid", 1, arguments, n_fft=settings.n_fft)]


def add_gain(values: np.ndarray, gain_db: np.ndarray, settings: Settings) -> None:
    """Change nothing: the mean does not depend on loudness."""
