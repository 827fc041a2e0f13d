"""Deltas: how features change from frame to frame, as librosa defines them.

The delta of order n is the nth derivative of the polynomial of degree n that fits `WIDTH` frames
best, by least squares (Savitzky and Golay, 1964); it belongs to the frame in their middle. This
derivative is the same everywhere on the polynomial: `librosa.feature.delta` with mode "interp",
which fits the outermost frames of a window by the polynomial of the first or last `WIDTH`, gives
them the deltas of the nearest frame that has four others on both sides. So the board computes the
deltas of each frame once, four frames late, whatever windows it is in. With mode "nearest", which
repeats the outermost frames, it would have to compute those at both ends anew for each window.
"""

from typing import Annotated

import numpy as np
from pydantic import Field

from wav2nano.features.spectrum import OfPower, SpectralSettings

WIDTH = 9  # frames that a delta is computed from
HALF = WIDTH // 2

# Weights of the frames k = 1 to 4 after the middle: k / 60 of the slope, which has the opposite
# ones before the middle, and (3 k^2 - 20) / 462 of the second derivative, which has the same.
FRAMES = np.arange(1, HALF + 1, dtype=np.float32)
SLOPE = FRAMES / np.float32(60)
CURVATURE = (3 * FRAMES * FRAMES - 20) / np.float32(462)


class DeltaSettings(SpectralSettings):
    """Settings of features that can have deltas."""

    # Left out where there are none: settings without deltas have the digests that they always had.
    deltas: Annotated[int, Field(ge=0, le=2, exclude_if=lambda deltas: deltas == 0)] = 0
    """1: also the delta of each feature, its slope over 9 frames; 2: and that of second order, its
    curvature"""

    @property
    def least_frames(self) -> int:
        """Frames that a window needs."""
        return WIDTH if self.deltas else 1


def append(values: np.ndarray, order: int) -> np.ndarray:
    """Put the deltas up to an order after the features of each frame.

    Parameters
    ----------
    values : numpy.ndarray [shape=(n, frames, bins)]
        float32, of at least `WIDTH` frames.
    order : int
        0 to 2.

    Returns
    -------
    numpy.ndarray [shape=(n, frames, (1 + order) * bins)]
        float32: all features, then the deltas of all, then those of second order.

    Examples
    --------
    Of squares, the slope is twice the frame's number, and the second derivative 2:

    >>> squares = np.square(np.arange(11, dtype=np.float32)).reshape(1, 11, 1)
    >>> append(squares, 2)[0, 3:8].T.round(5).tolist()
    [[9.0, 16.0, 25.0, 36.0, 49.0], [8.0, 8.0, 10.0, 12.0, 12.0], [2.0, 2.0, 2.0, 2.0, 2.0]]
    """
    if order == 0:
        return values
    count, frames, bins = values.shape
    result = np.zeros((count, frames, (1 + order) * bins), np.float32)
    result[..., :bins] = values
    full = slice(HALF, frames - HALF)  # frames with enough others on both sides
    middle = values[:, full]
    slope = result[:, full, bins : 2 * bins]
    curvature = result[:, full, 2 * bins :]
    for k in range(1, HALF + 1):
        earlier = values[:, HALF - k : frames - HALF - k]
        later = values[:, HALF + k : frames - HALF + k]
        slope += SLOPE[k - 1] * (later - earlier)
        if order == 2:
            # Differences from the middle: the deltas of what does not change are exactly 0.
            curvature += CURVATURE[k - 1] * ((later - middle) + (earlier - middle))
    result[:, :HALF, bins:] = result[:, HALF : HALF + 1, bins:]
    result[:, -HALF:, bins:] = result[:, -HALF - 1 : -HALF, bins:]
    return result


def following(of_power: OfPower, order: int) -> OfPower:
    """Make features of the power, and `append` their deltas."""
    return lambda power: append(of_power(power), order)


def reference(values: np.ndarray, order: int) -> np.ndarray:
    """Give what `append` makes of features, by librosa's own function."""
    import librosa

    found = [
        librosa.feature.delta(values, width=WIDTH, order=n, axis=-2, mode="interp")
        for n in range(1, order + 1)
    ]
    return np.concatenate([values, *found], axis=-1).astype(np.float32)
