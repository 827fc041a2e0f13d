"""Features as the int8 input of the model, bit for bit as on the board."""

import numpy as np

from wav2nano.errors import UserError


def quantization_tables(
    mean: np.ndarray, std: np.ndarray, input_scale: float, input_zero_point: int
) -> tuple[np.ndarray, np.ndarray]:
    """Join normalisation and the quantisation of the model's input into one step for each bin.

    The model takes q = (feature - mean) / std / input_scale + input_zero_point, which is
    feature * scale + offset.

    Parameters
    ----------
    mean, std : numpy.ndarray [shape=(bins,)]
        Of each bin over the training set.
    input_scale : float
        Normalised units that one step of the int8 input stands for.
    input_zero_point : int
        int8 input that stands for 0.

    Returns
    -------
    scale, offset : numpy.ndarray [shape=(bins,)]
        float32.

    Raises
    ------
    UserError
        If a bin never changes over the training set, or is not a number.
    """
    steps = np.asarray(std, float) * input_scale
    unusable = np.flatnonzero(~(np.isfinite(mean) & np.isfinite(steps) & (steps > 0)))
    if len(unusable):
        raise UserError(
            f"Feature bin {unusable[0]} has the same value in every training window (or none), so "
            "it cannot be normalised. Look for silent or empty recordings, or lower "
            "features.floor_db."
        )
    scale = 1 / steps
    offset = input_zero_point - np.asarray(mean, float) * scale
    return scale.astype(np.float32), offset.astype(np.float32)


def quantize(features: np.ndarray, scale: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """int8 input of the model: feature * scale + offset, rounded half to even and saturated.

    The twin of `w2n_quantize` in C. Both round the product and the sum to single precision.

    Parameters
    ----------
    features : numpy.ndarray [shape=(..., bins)]
        float32.
    scale, offset : numpy.ndarray [shape=(bins,)]
        float32, from `quantization_tables`.

    Returns
    -------
    numpy.ndarray [shape=(..., bins)]
        int8.
    """
    if not features.dtype == scale.dtype == offset.dtype == np.float32:
        raise ValueError("features, scale and offset must be float32")
    return np.rint(np.clip(features * scale + offset, -128, 127)).astype(np.int8)
