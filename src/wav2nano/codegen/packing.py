"""The layout of weights that the kernels read: see w2n_linear in wav2nano_kernels.h."""

import numpy as np


def pack_weights(weights: np.ndarray) -> np.ndarray:
    """Pack a matrix of weights, two rows to a number.

    Parameters
    ----------
    weights : int array [shape=(outputs, inputs)]
        In [-127, 127].

    Returns
    -------
    int16 array [shape=(outputs rounded up to a multiple of 4 / 2 * inputs rounded up to even,)]
        Four rows at a time, four columns at a time: 256 * second row + first row, then
        256 * fourth row + third row.

    Examples
    --------
    >>> pack_weights(np.array([[1, 2], [3, 4]])).tolist()  # rows three and four are zero
    [769, 1026, 0, 0]
    """
    outputs, inputs = weights.shape
    padded = np.zeros((-(-outputs // 4) * 4, -(-inputs // 2) * 2), np.int32)
    padded[:outputs, :inputs] = weights
    pairs = (256 * padded[1::2] + padded[0::2]).reshape(len(padded) // 4, 2, padded.shape[1])
    whole = padded.shape[1] // 4 * 4
    groups = pairs[:, :, :whole].reshape(len(pairs), 2, whole // 4, 4).transpose(0, 2, 1, 3)
    rest = pairs[:, :, whole:]
    rows = [groups.reshape(len(pairs), -1), rest.reshape(len(pairs), -1)]
    return np.concatenate(rows, axis=1).ravel().astype(np.int16)


def fold_zero_point(bias: np.ndarray, weights: np.ndarray, zero_point: int) -> np.ndarray:
    """Bias of each row for inputs whose zero point was not subtracted."""
    return bias.astype(np.int64) - zero_point * weights.astype(np.int64).sum(axis=1)
