"""Chroma: the power of the twelve semitones, over all octaves, relative to the strongest."""

from typing import Literal

import numpy as np

from wav2nano.features import spectrum
from wav2nano.features.base import Part
from wav2nano.features.spectrum import SpectralSettings, check_hop

SEMITONES = 12
A0_HERTZ = 27.5
CENTRE_OCTAVE, OCTAVE_WIDTH = 5.0, 2.0  # above A0: where the weights are greatest, and how broad


class Settings(SpectralSettings):
    """Power of the twelve semitones, C first, the strongest 1, as librosa defines it."""

    kind: Literal["chroma"] = "chroma"
    """chroma: power of the twelve semitones"""


def bins(settings: Settings) -> int:
    """Features in a frame: one per semitone."""
    return SEMITONES


check = check_hop


def of_power(rate: int, settings: Settings) -> spectrum.OfPower:
    """Sum the power spectrum by semitones and divide by the greatest sum, unless it is 0."""
    weights = chroma_bank(rate, settings.n_fft).T

    def chroma(power: np.ndarray) -> np.ndarray:
        semitones = power @ weights
        greatest = semitones.max(axis=-1, keepdims=True)
        return np.divide(semitones, greatest, out=np.zeros_like(semitones), where=greatest > 0)

    return chroma


def reference(samples: np.ndarray, rate: int, settings: Settings) -> np.ndarray:
    """Compute them by librosa's own function."""
    import librosa

    chroma = librosa.feature.chroma_stft(
        y=samples,
        sr=rate,
        n_fft=settings.n_fft,
        hop_length=settings.hop,
        center=False,
        tuning=0,
        n_chroma=SEMITONES,
    )
    return np.swapaxes(chroma, -1, -2).astype(np.float32)


def front_end(rate: int, settings: Settings) -> list[Part]:
    """Compute the same on the board."""
    bank = chroma_bank(rate, settings.n_fft)
    return [Part("w2n_chroma", SEMITONES, spectrum.bank_arguments(bank), n_fft=settings.n_fft)]


def add_gain(values: np.ndarray, gain_db: np.ndarray, settings: Settings) -> None:
    """Change nothing: the strongest semitone stays 1."""


def chroma_bank(rate: int, n_fft: int) -> np.ndarray:
    """Weights of the FFT's bins in each semitone, float32 [12, n_fft // 2 + 1].

    Each bin counts by a Gaussian of its distance from the semitone, half as wide as the bin is in
    semitones but not narrower than half a semitone; the weights of a bin have a norm of 1, times a
    Gaussian over the octaves (D. Ellis, Chroma feature analysis and synthesis, 2007). The values
    are those of ``librosa.filters.chroma`` with a tuning of 0, whose import takes seconds.
    """
    pitch = SEMITONES * np.log2(np.arange(1, n_fft // 2 + 2) * (rate / n_fft) / A0_HERTZ)
    # 0 Hz, which has no pitch, is put one and a half octaves below the first bin.
    pitch = np.concatenate([[pitch[0] - 1.5 * SEMITONES], pitch])
    width = np.maximum(np.diff(pitch), 1)
    pitch = pitch[:-1]
    distance = pitch - np.arange(SEMITONES)[:, np.newaxis]
    half = SEMITONES / 2
    distance = np.remainder(distance + half, SEMITONES) - half
    weights = np.exp(-0.5 * np.square(2 * distance / width))
    weights /= np.linalg.norm(weights, axis=0)
    weights *= np.exp(-0.5 * np.square((pitch / SEMITONES - CENTRE_OCTAVE) / OCTAVE_WIDTH))
    return np.roll(weights, -3, axis=0).astype(np.float32)  # from A to C
