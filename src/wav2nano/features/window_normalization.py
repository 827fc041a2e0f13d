"""Features normalised within each window, by its own frames."""

from typing import Literal

import numpy as np

WindowNormalization = Literal["none", "mean_variance", "min_max"]

# Where nothing changes, as in silence, frames still differ by the rounding of their arithmetic,
# which must not grow to the size of features.
LEAST_SPREAD = 1e-3


def normalize_windows(values: np.ndarray, normalization: WindowNormalization) -> None:
    """Normalise each feature over the frames of its window, in place.

    With mean_variance a feature's mean over the frames becomes 0 and its variance 1; with min_max
    its least value becomes 0 and its greatest 1. A standard deviation or a range of less than
    `LEAST_SPREAD` counts as that: what is the same in all frames becomes 0.

    Parameters
    ----------
    values : numpy.ndarray [shape=(n, frames, bins)]
        float32.
    normalization : str
        none, mean_variance or min_max.

    Examples
    --------
    >>> values = np.array([[[1, 5], [2, 5], [3, 5]]], np.float32)
    >>> normalize_windows(values, "min_max")
    >>> values[0].T.tolist()
    [[0.0, 0.5, 1.0], [0.0, 0.0, 0.0]]
    """
    if normalization == "none":
        return
    if normalization == "mean_variance":
        # In double precision the mean of equal values is exactly these.
        values -= values.mean(axis=1, keepdims=True, dtype=np.float64).astype(np.float32)
        spread = np.sqrt(np.square(values).mean(axis=1, keepdims=True))
    else:
        values -= values.min(axis=1, keepdims=True)
        spread = values.max(axis=1, keepdims=True)
    values /= np.maximum(spread, np.float32(LEAST_SPREAD))


def reference(values: np.ndarray, normalization: WindowNormalization) -> np.ndarray:
    """Give what `normalize_windows` makes of values, by scikit-learn's own functions."""
    from sklearn.preprocessing import minmax_scale, scale

    if normalization == "none":
        return values
    function, spread = (
        (scale, values.std(axis=1, dtype=np.float64))
        if normalization == "mean_variance"
        else (minmax_scale, np.ptp(values, axis=1))
    )
    normalized = np.array([function(window.astype(np.float64)) for window in values])
    normalized *= np.minimum(1, spread / LEAST_SPREAD)[:, np.newaxis]
    return normalized.astype(np.float32)
