"""Settings to try, and recordings as windows."""

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


def recordings(folder: Path, pattern: str, count: int) -> np.ndarray:
    """Every so many of the recordings in `folder`, padded or cut: int16 [count, SAMPLES]."""
    paths = sorted(folder.rglob(pattern))
    windows = np.zeros((count, SAMPLES), np.int16)
    for window, path in zip(windows, paths[:: len(paths) // count], strict=False):
        audio = soundfile.read(path, dtype="int16", frames=SAMPLES)[0]
        window[: len(audio)] = audio
    return windows
