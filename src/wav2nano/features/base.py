"""What all kinds of features have in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from wav2nano.features.window_normalization import WindowNormalization
from wav2nano.settings.base import Settings

Argument = int | np.float32 | np.ndarray


class FeatureSettings(Settings):
    """Settings of a kind of features; its own file in `kinds/` adds `kind` and what it needs."""

    kind: str

    window_normalization: WindowNormalization = "none"
    """how each feature is normalised over the frames of its window: none, mean_variance (to a mean
    of 0 and a variance of 1) or min_max (to values from 0 to 1); not for the board"""

    @property
    def frame_samples(self) -> int:
        """Samples of a frame."""
        raise NotImplementedError

    @property
    def hop_samples(self) -> int:
        """Samples from one frame to the next."""
        raise NotImplementedError

    @property
    def least_frames(self) -> int:
        """Frames that a window needs."""
        return 1

    @property
    def kinds(self) -> list[str]:
        """Name the kinds whose code computes them."""
        return [self.kind]


@dataclass(frozen=True)
class Part:
    """Some of a frame's features on the board: a call of a function of the C library.

    Attributes
    ----------
    function : str
        Its name, in `w2n_parts.h` of the library Wav2NanoFrontEnd. It takes the frame's samples or
        their power spectrum, then `arguments`, and last the array of its features.
    bins : int
        How many features it makes.
    arguments : mapping of str to int, numpy.float32 or numpy.ndarray
        What else it takes, in this order. Arrays, float32 or uint16, become tables of these names.
    n_fft : int
        Points of the Fourier transform whose power it takes; 0 if it takes the samples.
    window : int
        Samples of the Hann window in the middle of these; 0 for all.
    scratch : int
        Elements of the float array that it uses meanwhile, an argument before the features; of 0
        there is none.
    deltas : int
        Order up to which the features' deltas follow them: 0, which is none, to 2.
    """

    function: str
    bins: int
    arguments: Mapping[str, Argument]
    n_fft: int = 0
    window: int = 0
    scratch: int = 0
    deltas: int = 0

    @property
    def width(self) -> int:
        """Features in a frame, with the deltas."""
        return self.bins * (1 + self.deltas)


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
        (windows int16 [n, samples], rate, settings) to float32 [n, frames, bins]; only of kinds
        without `of_power`.
    reference
        (samples of +-1, float32 [..., samples], rate, settings) to the same features, float32
        [..., frames, bins], from an independent library.
    of_power
        (rate, settings) to `spectrum.OfPower`; only of kinds that are made of the power spectrum.
    front_end
        (rate, settings) to the list of `Part` that computes the same on the board.
    add_gain
        (values float32 [n, frames, bins], gain [n] in decibels, settings) changes the values, in
        place, to those of audio that is louder by that gain.
    """

    Settings: type[FeatureSettings]
    bins: Callable[..., int]
    check: Callable[..., None]
    compute: Callable[..., np.ndarray]
    reference: Callable[..., np.ndarray]
    front_end: Callable[..., list[Part]]
    add_gain: Callable[..., None]
