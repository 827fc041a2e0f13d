"""The samples themselves, in frames that follow each other."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from wav2nano.features.base import FeatureSettings, Part


class Settings(FeatureSettings):
    """The samples themselves, from -1 to 1, in frames without overlap."""

    kind: Literal["raw"] = "raw"
    """raw: the samples themselves"""

    frame: Annotated[int, Field(ge=1, le=48000)] = 160
    """samples in a frame, and from one frame to the next"""

    @property
    def frame_samples(self) -> int:
        """Samples of a frame."""
        return self.frame

    @property
    def hop_samples(self) -> int:
        """Samples from one frame to the next: no overlap."""
        return self.frame


def bins(settings: Settings) -> int:
    """Features in a frame: one per sample."""
    return settings.frame


def check(rate: int, settings: Settings) -> None:
    """Check nothing: any frame is possible."""


def compute(windows: np.ndarray, rate: int, settings: Settings) -> np.ndarray:
    """Divide the samples by 32768; those after the last whole frame are left out."""
    frames = windows.shape[1] // settings.frame
    samples = windows[:, : frames * settings.frame].reshape(-1, frames, settings.frame)
    return samples / np.float32(32768)


def reference(samples: np.ndarray, rate: int, settings: Settings) -> np.ndarray:
    """Compute them by librosa's own function."""
    import librosa

    frames = librosa.util.frame(samples, frame_length=settings.frame, hop_length=settings.frame)
    return np.swapaxes(frames, -1, -2)


def front_end(rate: int, settings: Settings) -> list[Part]:
    """Compute the same on the board."""
    return [Part("w2n_raw", settings.frame, {"n": settings.frame})]


def add_gain(values: np.ndarray, gain_db: np.ndarray, settings: Settings) -> None:
    """Multiply each sample."""
    values *= (10 ** (gain_db / 20))[:, np.newaxis, np.newaxis]
