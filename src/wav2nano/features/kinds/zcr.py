"""Zero-crossing rate: how often a frame's samples change their sign."""

from typing import Literal

import numpy as np

from wav2nano.features.base import Part
from wav2nano.features.spectrum import SpectralSettings, check_hop, of_librosa


class Settings(SpectralSettings):
    """Share of samples at which the sign changes, as librosa defines it."""

    kind: Literal["zcr"] = "zcr"
    """zcr: rate of zero crossings"""


def bins(settings: Settings) -> int:
    """Features in a frame."""
    return 1


check = check_hop


def compute(windows: np.ndarray, rate: int, settings: Settings) -> np.ndarray:
    """Count the changes inside each frame, and divide by its length."""
    negative = windows < 0
    changes = (negative[:, 1:] != negative[:, :-1]).astype(np.float32)
    inside = np.lib.stride_tricks.sliding_window_view(changes, settings.n_fft - 1, axis=1)
    counts = np.einsum("wfs->wf", inside[:, :: settings.hop])
    return (counts / np.float32(settings.n_fft))[..., np.newaxis]


def reference(samples: np.ndarray, rate: int, settings: Settings) -> np.ndarray:
    """Compute them by librosa's own function."""
    import librosa

    return of_librosa(
        librosa.feature.zero_crossing_rate,
        samples,
        settings,
        frame_length=settings.n_fft,
    )


def front_end(rate: int, settings: Settings) -> list[Part]:
    """Compute the same on the board."""
    return [Part("w2n_zero_crossings", 1, {"n": settings.n_fft})]


def add_gain(values: np.ndarray, gain_db: np.ndarray, settings: Settings) -> None:
    """Change nothing: no sample changes its sign."""
