"""Spectral roll-off: the frequency up to which most of a frame's magnitudes lie."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from wav2nano.features.base import Part
from wav2nano.features.spectrum import SpectralSettings, check_hop, of_librosa, of_power_spectra


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


def compute(windows: np.ndarray, rate: int, settings: Settings) -> np.ndarray:
    """Find the first bin at which the sum of magnitudes reaches the share; for silence, the first.

    A sum that is within rounding of the share may be taken for either bin beside it.
    """
    n_fft = settings.n_fft
    share = np.float32(settings.roll_percent)
    hertz_per_bin = np.float32(rate / n_fft)

    def of_power(power: np.ndarray) -> np.ndarray:
        sums = np.cumsum(np.sqrt(power), axis=-1)
        reached = sums >= share * sums[..., -1:]
        return np.argmax(reached, axis=-1, keepdims=True) * hertz_per_bin

    return of_power_spectra(windows, of_power, n_fft=n_fft, hop=settings.hop, bins=1)


def reference(windows: np.ndarray, rate: int, settings: Settings) -> np.ndarray:
    """Compute them by librosa's own function."""
    import librosa

    return of_librosa(
        librosa.feature.spectral_rolloff,
        windows,
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
