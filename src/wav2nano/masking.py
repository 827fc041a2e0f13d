"""Frames that are hidden from a network: those after the heard ones of a window."""

import numpy as np

# What the layer Masking takes for a frame that is not there: no feature is ever so small.
HIDDEN = -(2.0**100)


def is_heard(heard: np.ndarray, frames: int) -> np.ndarray:
    """Tell which of the frames of each window are heard: bool [windows, frames].

    Examples
    --------
    >>> is_heard(np.array([1, 3]), 3).tolist()
    [[True, False, False], [True, True, True]]
    """
    return np.arange(frames) < heard[:, np.newaxis]


def hide(values: np.ndarray, heard: np.ndarray) -> np.ndarray:
    """Hide frames from a network with a layer Masking.

    Parameters
    ----------
    values : numpy.ndarray [shape=(windows, frames, bins)]
        Normalised features, float32.
    heard : numpy.ndarray [shape=(windows,)]
        How many frames of each window are heard: its first ones.

    Returns
    -------
    numpy.ndarray of the same shape
    """
    return np.where(is_heard(heard, values.shape[1])[..., np.newaxis], values, np.float32(HIDDEN))
