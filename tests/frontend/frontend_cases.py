"""Front ends to try: rate, settings, and tables for them."""

from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import lfilter

from wav2nano.features import KINDS, FeatureSettings, compute, tables
from wav2nano.features.quantize import quantization_tables

MEL_512 = {"n_fft": 512, "hop": 320, "mel_bands": 40, "f_min": 80.0, "f_max": 7600.0}


def mfcc(**changes) -> FeatureSettings:
    return KINDS["mfcc"].Settings(**{**MEL_512, "coefficients": 13, **changes})


def logmel(**changes) -> FeatureSettings:
    return KINDS["logmel"].Settings(**{**MEL_512, **changes})


def spectrogram(**changes) -> FeatureSettings:
    return KINDS["spectrogram"].Settings(**changes)


# Every function, and two spectra, of which one is shared.
STACK = KINDS["stack"].Settings(
    parts=[
        KINDS["chroma"].Settings(n_fft=1024, hop=320),
        mfcc(),
        KINDS["zcr"].Settings(n_fft=512, hop=320),
        KINDS["rms"].Settings(n_fft=1024, hop=320),
        logmel(),
        KINDS["rolloff"].Settings(n_fft=1024, hop=320),
        KINDS["raw"].Settings(frame=320),
        KINDS["centroid"].Settings(n_fft=512, hop=320),
    ]
)

# Deltas of both orders, of some parts and not of others.
STACK_WITH_DELTAS = KINDS["stack"].Settings(
    parts=[
        KINDS["zcr"].Settings(n_fft=512, hop=320),
        mfcc(deltas=2),
        KINDS["rms"].Settings(n_fft=512, hop=320),
        logmel(n_fft=1024, deltas=1),
    ]
)

# Odd numbers of bands and coefficients, full matrices, the widest mel bank, every FFT size once.
CASES = {
    "mfcc-512": mfcc(),
    "logmel-512": logmel(),
    "mfcc-256": mfcc(n_fft=256, hop=160, mel_bands=23, coefficients=23),
    "logmel-256": logmel(n_fft=256, hop=256, mel_bands=4),
    "mfcc-1024": mfcc(n_fft=1024, hop=77, mel_bands=41, coefficients=40),
    "logmel-1024": logmel(n_fft=1024, mel_bands=128, f_min=1000.0, f_max=8000.0),
    "logmel-64": logmel(n_fft=64, hop=64, mel_bands=6),
    "yamnet_logmel": KINDS["yamnet_logmel"].Settings(),
    "two-windows-512": KINDS["stack"].Settings(
        parts=[logmel(hop=160), KINDS["yamnet_logmel"].Settings()]
    ),
    "spectrogram-128": spectrogram(n_fft=128, hop=64),
    "mfcc-160": mfcc(n_fft=160, hop=80, mel_bands=14, coefficients=14),
    "logmel-200": logmel(n_fft=200, hop=100, mel_bands=17),
    "spectrogram-320": spectrogram(n_fft=320, hop=160),
    "mfcc-400": mfcc(n_fft=400, hop=160, mel_bands=26),
    "spectrogram-512": spectrogram(n_fft=512, hop=320),
    "logmel-640": logmel(n_fft=640),
    "mfcc-800": mfcc(n_fft=800),
    "spectrogram-1280": spectrogram(n_fft=1280, hop=640),
    "logmel-1600": logmel(n_fft=1600),
    "spectrogram-2048": spectrogram(n_fft=2048, hop=512),
    "mfcc-4096": mfcc(n_fft=4096, mel_bands=128),
    "logmel-8192": logmel(n_fft=8192, mel_bands=128),
    "centroid-512": KINDS["centroid"].Settings(n_fft=512, hop=320),
    "chroma-256": KINDS["chroma"].Settings(n_fft=256, hop=160),
    "rms-512": KINDS["rms"].Settings(n_fft=512, hop=320),
    "rolloff-1024": KINDS["rolloff"].Settings(n_fft=1024, hop=500),
    "zcr-256": KINDS["zcr"].Settings(n_fft=256, hop=256),
    "stack": STACK,
    "raw-1": KINDS["raw"].Settings(frame=1),
    "raw-160": KINDS["raw"].Settings(frame=160),
}

DELTA_CASES = {
    "mfcc": mfcc(deltas=2),
    "logmel": logmel(n_fft=256, hop=160, mel_bands=23, deltas=1),
    "spectrogram": spectrogram(n_fft=128, hop=64, deltas=2),
    "stack": STACK_WITH_DELTAS,
}


def quantization(settings: FeatureSettings) -> tuple[np.ndarray, np.ndarray]:
    """Scale and offset that take common features to all int8 values and beyond."""
    random = np.random.default_rng(1)
    noise = random.standard_normal((30, 10000))
    colours = zip(noise, random.uniform(0, 0.99, 30), 10 ** random.uniform(1, 4, 30), strict=True)
    windows = np.array([gain * lfilter([1 - pole], [1, -pole], x) for x, pole, gain in colours])
    values = compute(windows.astype(np.int16), 16000, settings)
    return quantization_tables(values.mean(axis=(0, 1)), values.std(axis=(0, 1)), 0.02, -3)


def write_tables(settings: FeatureSettings, folder: Path) -> None:
    """Tables of the front end with `quantization`, at 16 kHz."""
    tables.generate_c(16000, settings, folder, quantization=quantization(settings))


def speech(shared_data: Path, count: int) -> np.ndarray:
    """Real recordings of one second: int16 [count, 16000]."""
    paths = sorted((shared_data / "speech_commands_v1_300").rglob("*.flac"))
    windows = np.zeros((count, 16000), np.int16)
    for window, path in zip(windows, paths[:: len(paths) // count], strict=False):
        audio = soundfile.read(path, dtype="int16")[0]
        window[: len(audio)] = audio
    return windows
