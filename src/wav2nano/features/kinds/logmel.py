"""Log-mel features: the power of the bands of Slaney's mel bank, in decibels of full scale."""

from typing import Literal

import numpy as np

from wav2nano.features import deltas, mel, spectrum
from wav2nano.features.base import Part


class Settings(mel.MelSettings):
    """Power of mel bands, dB, as librosa defines them (Slaney mel, no centring)."""

    kind: Literal["logmel"] = "logmel"
    """logmel: power of mel bands"""

    floor_db: mel.FloorDb = mel.FLOOR_DB
    """lower limit of each band's level, dB of full scale"""


def bins(settings: Settings) -> int:
    """Features in a frame: one per band, and their deltas."""
    return settings.mel_bands * (1 + settings.deltas)


check = mel.check


def of_power(rate: int, settings: Settings) -> spectrum.OfPower:
    """Bands in decibels; see `wav2nano.features.spectrum.decibels`."""
    bands = spectrum.decibels(mel.bank(rate, settings), settings.floor_db)
    return deltas.following(bands, settings.deltas)


def reference(samples: np.ndarray, rate: int, settings: Settings) -> np.ndarray:
    """Compute them by librosa's own functions."""
    values = mel.librosa_decibels(samples, rate, settings, floor_db=settings.floor_db)
    return deltas.reference(values, settings.deltas)


def front_end(rate: int, settings: Settings) -> list[Part]:
    """Compute the same on the board."""
    bank = mel.bank(rate, settings)
    return [spectrum.decibels_part(bank, settings.floor_db, deltas=settings.deltas)]


def add_gain(values: np.ndarray, gain_db: np.ndarray, settings: Settings) -> None:
    """Add the gain's decibels to each band; no delta changes."""
    values[..., : settings.mel_bands] += gain_db[:, np.newaxis, np.newaxis]
