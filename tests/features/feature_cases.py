"""Settings to try, librosa's answer, and recordings as windows."""

from pathlib import Path

import numpy as np
import soundfile

SAMPLES = 16000  # of each window


def mfcc(n_fft=512, **changes):
    """Valid settings, at 16 and at 8 kHz."""
    settings = {
        "kind": "mfcc",
        "n_fft": n_fft,
        "hop": n_fft // 2,
        "mel_bands": 40 if n_fft > 256 else 26,
        "f_min": 80.0,
        "f_max": 3800.0,
        "coefficients": 13,
        "floor_db": -70.0,
    }
    return {**settings, **changes}


def logmel(n_fft=512, **changes):
    settings = mfcc(n_fft, kind="logmel", **changes)
    del settings["coefficients"]
    return settings


def librosa_features(windows: np.ndarray, rate: int, settings: dict) -> np.ndarray:
    """What the features are by definition: float32 [n, frames, bins]."""
    import librosa

    power = librosa.feature.melspectrogram(
        y=(windows / 32768).astype(np.float32),
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
    return np.swapaxes(features, -1, -2)


def recordings(folder: Path, pattern: str, count: int) -> np.ndarray:
    """Every so many of the recordings in `folder`, padded or cut: int16 [count, SAMPLES]."""
    paths = sorted(folder.rglob(pattern))
    windows = np.zeros((count, SAMPLES), np.int16)
    for window, path in zip(windows, paths[:: len(paths) // count], strict=False):
        audio = soundfile.read(path, dtype="int16", frames=SAMPLES)[0]
        window[: len(audio)] = audio
    return windows
