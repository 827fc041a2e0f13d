"""What all kinds of features have in common."""

from collections.abc import Callable
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
        The same by a library that nobody here wrote.
    add_gain
        (values float32 [n, frames, bins], gain [n] in decibels, settings) changes the values, in
        place, to those of audio that is louder by so much.
    """

    Settings: type[FeatureSettings]
    bins: Callable[..., int]
    check: Callable[..., None]
    compute: Callable[..., np.ndarray]
    reference: Callable[..., np.ndarray]
    add_gain: Callable[..., None]
