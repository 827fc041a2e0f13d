"""The log-mel spectrum that YAMNet takes, for networks that begin as it does.

A frame is that of YAMNet in the middle of the 512 samples of its Fourier transform, instead of at
their start: the magnitudes are the same.
"""

from typing import Literal

import numpy as np

from wav2nano.features import pretrained, yamnet_spectrum
from wav2nano.features.base import FeatureSettings, Part
from wav2nano.features.filters import hann
from wav2nano.features.spectrum import bank_arguments, fill
from wav2nano.features.yamnet_spectrum import BANDS, FRAME, HOP, LOG_OFFSET, N_FFT, mel_bank

NEPERS_PER_DECIBEL = np.float32(np.log(10) / 20)


class Settings(FeatureSettings):
    """Mel spectrum as YAMNet takes it: 64 bands every 10 ms."""

    kind: Literal["yamnet_logmel"] = "yamnet_logmel"
    """yamnet_logmel: the mel spectrum that YAMNet takes"""

    @property
    def frame_samples(self) -> int:
        """Samples of a frame."""
        return N_FFT

    @property
    def hop_samples(self) -> int:
        """Samples from one frame to the next."""
        return HOP


def bins(settings: Settings) -> int:
    """Features in a frame: one per band."""
    return BANDS


check = pretrained.check


def compute(windows: np.ndarray, rate: int, settings: Settings) -> np.ndarray:
    """Logarithms of the magnitudes in each band."""
    bank = mel_bank().T

    def of_power(power: np.ndarray) -> np.ndarray:
        return np.log(np.sqrt(power) @ bank + np.float32(LOG_OFFSET))

    frames = 1 + (windows.shape[1] - N_FFT) // HOP
    values = np.empty((len(windows), frames, BANDS), np.float32)
    parts = [(slice(None), of_power)]
    fill(values, windows, parts, n_fft=N_FFT, hop=HOP, window=hann(FRAME))
    return values


def reference(samples: np.ndarray, rate: int, settings: Settings) -> np.ndarray:
    """Compute them with TensorFlow's own front end, as YAMNet's authors do."""
    first = (N_FFT - FRAME) // 2
    return yamnet_spectrum.tensorflow_log_mel(samples[..., first : samples.shape[-1] - first])


def front_end(rate: int, settings: Settings) -> list[Part]:
    """Compute the same on the board."""
    arguments = {**bank_arguments(mel_bank()), "offset": np.float32(LOG_OFFSET)}
    return [Part("w2n_log_magnitudes", BANDS, arguments, n_fft=N_FFT, window=FRAME)]


def add_gain(values: np.ndarray, gain_db: np.ndarray, settings: Settings) -> None:
    """Multiply the magnitudes by the gain."""
    magnitudes = np.exp(values) - np.float32(LOG_OFFSET)
    magnitudes *= np.exp(NEPERS_PER_DECIBEL * gain_db)[:, np.newaxis, np.newaxis]
    np.log(np.maximum(magnitudes, 0) + np.float32(LOG_OFFSET), out=values)
