"""What all kinds of features have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from wav2nano.settings.base import Settings


class FeatureSettings(Settings):
    """Settings of a kind of features; its own file in `kinds/` adds `kind` and what it needs."""

    kind: str

    @property
    def frame_samples(self) -> int:
        """Samples of a frame."""
        raise NotImplementedError

    @property
    def hop_samples(self) -> int:
        """Samples from one frame to the next."""
        raise NotImplementedError


@dataclass(frozen=True)
class FrontEnd:
    """What the board computes from a frame: power spectrum, its bands, decibels, a transform.

    Attributes
    ----------
    n_fft : int
        Samples of a frame.
    bank : numpy.ndarray [shape=(bands, n_fft // 2 + 1)]
        Weights of the power spectrum's bins in each band, float32.
    floor_db : float
        Least decibels of a band.
    transform : numpy.ndarray [shape=(bins, bands)], optional
        Rows of the orthonormal DCT-II that the decibels are multiplied with, float32.
    """

    n_fft: int
    bank: np.ndarray
    floor_db: float
    transform: np.ndarray | None = None


class Kind(Protocol):
    """What a module in `kinds/` has; `rate` is in samples a second everywhere.

    Attributes
    ----------
    Settings
        Its settings, a `FeatureSettings`.
    bins
        (settings) to the number of features in a frame.
    check
        (rate, settings); raises a `UserError` where such features do not exist, or the board
        cannot compute them.
    compute
        (windows int16 [n, samples], rate, settings) to float32 [n, frames, bins].
    reference
        The same, from an independent library.
    front_end
        (rate, settings) to the `FrontEnd` that computes the same on the board.
    add_gain
        (values float32 [n, frames, bins], gain [n] in decibels, settings) changes the values, in
        place, to those of audio that is louder by that gain.
    """

    Settings: type[FeatureSettings]
    bins: Callable[..., int]
    check: Callable[..., None]
    compute: Callable[..., np.ndarray]
    reference: Callable[..., np.ndarray]
    front_end: Callable[..., FrontEnd]
    add_gain: Callable[..., None]
