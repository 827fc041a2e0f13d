"""Settings to try, and recordings as windows."""

from pathlib import Path
from typing import get_args

import numpy as np
import soundfile

from wav2nano.features import KINDS
from wav2nano.features.spectrum import SpectralSettings

SAMPLES = 16000  # of each window
SIZES = get_args(SpectralSettings.model_fields["n_fft"].annotation)


def mfcc(n_fft=512, **changes):
    """Valid settings, at 16 and at 8 kHz."""
    return KINDS["mfcc"].Settings(**{**mel(n_fft), "coefficients": 13, **changes})


def logmel(n_fft=512, **changes):
    return KINDS["logmel"].Settings(**{**mel(n_fft), **changes})


def spectrogram(n_fft=512, **changes):
    return KINDS["spectrogram"].Settings(**{"n_fft": n_fft, "hop": n_fft // 2, **changes})


def raw(frame=160):
    return KINDS["raw"].Settings(frame=frame)


def simple(kind, n_fft=512, **changes):
    """One of the kinds that need no more than a frame."""
    return KINDS[kind].Settings(**{"n_fft": n_fft, "hop": n_fft // 2, **changes})


def stack(*parts):
    return KINDS["stack"].Settings(parts=list(parts))


def mel(n_fft):
    return {
        "n_fft": n_fft,
        "hop": n_fft // 2,
        "mel_bands": max(6, min(40, n_fft // 10 // 2 * 2)),
        "f_min": 80.0,
        "f_max": 3800.0,
        "floor_db": -70.0,
    }


def recordings(folder: Path, pattern: str, count: int) -> np.ndarray:
    """Every so many of the recordings in `folder`, padded or cut: int16 [count, SAMPLES]."""
    paths = sorted(folder.rglob(pattern))
    windows = np.zeros((count, SAMPLES), np.int16)
    for window, path in zip(windows, paths[:: len(paths) // count], strict=False):
        audio = soundfile.read(path, dtype="int16", frames=SAMPLES)[0]
        window[: len(audio)] = audio
    return windows
