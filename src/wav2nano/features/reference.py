"""The features as librosa computes them: what ours are compared with."""

from typing import Any

import numpy as np


def librosa_features(windows: np.ndarray, rate: int, settings: dict[str, Any]) -> np.ndarray:
    """Compute features by librosa's own functions; see `wav2nano.features.compute`.

    Parameters
    ----------
    windows : np.ndarray [shape=(n, samples), dtype=int16]

    Returns
    -------
    np.ndarray [shape=(n, frames, bins), dtype=float32]
    """
    import librosa

    power = librosa.feature.melspectrogram(
        y=windows.astype(np.float32) / 32768,
        sr=rate,
        n_fft=settings["n_fft"],
        hop_length=settings["hop"],
        window="hann",
        center=False,
        power=2.0,
        n_mels=settings["mel_bands"],
        fmin=settings["f_min"],
        fmax=settings["f_max"],
    )
    amin = 10 ** (settings["floor_db"] / 10)
    features = librosa.power_to_db(power, ref=1.0, amin=amin, top_db=None)
    if settings["kind"] == "mfcc":
        features = librosa.feature.mfcc(S=features, n_mfcc=settings["coefficients"])
    return np.swapaxes(features, -1, -2).astype(np.float32)
