"""Root mean square: the amplitude of a frame."""

from typing import Literal

import numpy as np

from wav2nano.features.base import Part
from wav2nano.features.spectrum import SpectralSettings, check_hop, of_librosa


class Settings(SpectralSettings):
    """Root of the mean of the squared samples, at most 1, as librosa defines it."""

    kind: Literal["rms"] = "rms"
    """rms: amplitude of the frame"""


def bins(settings: Settings) -> int:
    """Features in a frame."""
    return 1


check = check_hop


def compute(windows: np.ndarray, rate: int, settings: Settings) -> np.ndarray:
    """Take the root of the samples' mean square; it has no window and no floor."""
    samples = windows.astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, settings.n_fft, axis=1)
    frames = frames[:, :: settings.hop]
    squares = np.vecdot(frames, frames)
    return np.sqrt(squares * _scale(settings))[..., np.newaxis]


def reference(samples: np.ndarray, rate: int, settings: Settings) -> np.ndarray:
    """Compute them by librosa's own function."""
    import librosa

    return of_librosa(
        librosa.feature.rms,
        samples,
        settings,
        frame_length=settings.n_fft,
    )


def front_end(rate: int, settings: Settings) -> list[Part]:
    """Compute the same on the board."""
    return [Part("w2n_rms", 1, {"n": settings.n_fft, "scale": _scale(settings)})]


def add_gain(values: np.ndarray, gain_db: np.ndarray, settings: Settings) -> None:
    """Multiply the amplitude."""
    values *= (10 ** (gain_db / 20))[:, np.newaxis, np.newaxis]


def _scale(settings: Settings) -> np.float32:
    """Factor from the sum of squared int16 samples to the mean square of samples of +-1."""
    return np.float32(1 / (settings.n_fft * 32768**2))
