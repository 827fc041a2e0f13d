"""Mel-frequency cepstral coefficients: the cosine transform of log-mel features."""

import math
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from wav2nano.errors import UserError
from wav2nano.features import deltas, mel, spectrum
from wav2nano.features.base import Part
from wav2nano.features.filters import dct


class Settings(mel.MelSettings):
    """Mel-frequency cepstral coefficients, as librosa defines them (Slaney mel, no centring)."""

    kind: Literal["mfcc"] = "mfcc"
    """mfcc: cepstral coefficients of mel bands"""

    coefficients: Annotated[int, Field(ge=2, le=mel.MAX_BANDS)] = 13
    """number of coefficients, at most mel_bands"""

    floor_db: mel.FloorDb = mel.FLOOR_DB
    """lower limit of each band's level, dB of full scale"""


def bins(settings: Settings) -> int:
    """Features in a frame: one per coefficient, and their deltas."""
    return settings.coefficients * (1 + settings.deltas)


def check(rate: int, settings: Settings) -> None:
    """Check as for log-mel, and that there are at least as many bands as coefficients."""
    mel.check(rate, settings)
    if settings.coefficients > settings.mel_bands:
        raise UserError(
            f"features.coefficients: {settings.coefficients} is not possible; use 2 to mel_bands "
            f"({settings.mel_bands})."
        )


def of_power(rate: int, settings: Settings) -> spectrum.OfPower:
    """Orthonormal DCT-II of the bands' decibels."""
    cosines = dct(settings.coefficients, settings.mel_bands)
    cepstrum = spectrum.decibels(mel.bank(rate, settings), settings.floor_db, cosines.T)
    return deltas.following(cepstrum, settings.deltas)


def reference(samples: np.ndarray, rate: int, settings: Settings) -> np.ndarray:
    """Compute them by librosa's own functions."""
    import librosa

    decibels = mel.librosa_decibels(samples, rate, settings, floor_db=settings.floor_db)
    features = librosa.feature.mfcc(S=np.swapaxes(decibels, -1, -2), n_mfcc=settings.coefficients)
    values = np.swapaxes(features, -1, -2).astype(np.float32)
    return deltas.reference(values, settings.deltas)


def front_end(rate: int, settings: Settings) -> list[Part]:
    """Compute the same on the board."""
    coefficients, bands = settings.coefficients, settings.mel_bands
    bank = mel.bank(rate, settings)
    decibels = spectrum.decibels_part(bank, settings.floor_db, deltas=settings.deltas)
    # The rows are symmetric about their middle, in sign or not: the library takes half of each.
    half_rows = dct(coefficients, bands)[:, : (bands + 1) // 2]
    return [
        replace(
            decibels,
            function="w2n_mfcc",
            bins=coefficients,
            arguments={**decibels.arguments, "coefficients": coefficients, "dct": half_rows},
            scratch=bands,
        )
    ]


def add_gain(values: np.ndarray, gain_db: np.ndarray, settings: Settings) -> None:
    """Change the first coefficient: the DCT's other rows sum to zero."""
    values[:, :, 0] += gain_db[:, np.newaxis] * math.sqrt(settings.mel_bands)
