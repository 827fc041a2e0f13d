"""The spectrum that YAMNet takes.

As its authors compute it (M. Plakal and D. Ellis, tensorflow/models,
research/audioset/yamnet/features.py): magnitudes of frames of 25 ms every 10 ms under a Hann
window, summed in 64 mel bands, log(x + 0.001).
"""

from functools import cache

import numpy as np

from wav2nano.features.pretrained import RATE

FRAME, HOP, N_FFT = 400, 160, 512  # samples of a frame, between frames, of the Fourier transform
BANDS, F_MIN, F_MAX = 64, 125.0, 7500.0  # mel bands, and their edges in hertz
LOG_OFFSET = 0.001


@cache
def mel_bank() -> np.ndarray:
    """Weights of the mel bands, float32 [64, 257]: triangles that are straight in mel.

    Mel is 1127 ln(1 + f / 700); the constant offset (f = 0) has no weight.
    """
    mel = 1127 * np.log1p(np.fft.rfftfreq(N_FFT, 1 / RATE)[1:] / 700)
    lowest, highest = 1127 * np.log1p(np.array([F_MIN, F_MAX]) / 700)
    edges = np.linspace(lowest, highest, BANDS + 2)[:, np.newaxis]
    rise = (mel - edges[:-2]) / np.diff(edges, axis=0)[:-1]
    fall = (edges[2:] - mel) / np.diff(edges, axis=0)[1:]
    weights = np.maximum(0, np.minimum(rise, fall))
    return np.hstack([np.zeros((BANDS, 1)), weights]).astype(np.float32)


def tensorflow_log_mel(samples: np.ndarray) -> np.ndarray:
    """Compute it with TensorFlow's own functions, as the authors do: samples of +-1."""
    import tensorflow as tf

    bank = tf.signal.linear_to_mel_weight_matrix(
        BANDS, N_FFT // 2 + 1, RATE, F_MIN, F_MAX, tf.float64
    )
    magnitudes = tf.abs(tf.signal.stft(samples.astype(np.float64), FRAME, HOP, N_FFT))
    return np.asarray(tf.math.log(tf.matmul(magnitudes, bank) + LOG_OFFSET), np.float32)
