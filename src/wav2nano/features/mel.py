"""The mel spectrum in decibels, from which log-mel features and MFCC are made."""

from typing import Annotated

import numpy as np
from pydantic import Field

from wav2nano.errors import UserError
from wav2nano.features.deltas import DeltaSettings
from wav2nano.features.filters import mel_bank
from wav2nano.features.spectrum import check_hop

MAX_BANDS = 128

# Noise of one unit in the last of 16 bits makes at most -77 dB in a band at n_fft 512 and -72 at
# 1024, so that at -70 all silence is the same, however it was rounded, dithered or resampled. And
# single precision, here and on the board, stays within 1e-4 of the features' range down to there
# even beside a tone at full scale (whose error is white and about 120 dB below it). On recordings
# of speech and of cities it even does so at -80. Each doubling of n_fft gives noise 3 dB
# more and a tone 6: above 1024 the same holds of such recordings, but not beside a tone at full
# scale.
FloorDb = Annotated[float, Field(ge=-120, le=-40)]
FLOOR_DB = -70.0


class MelSettings(DeltaSettings):
    """Settings of the mel spectrum."""

    mel_bands: Annotated[int, Field(ge=4, le=MAX_BANDS)] = 40
    """bands of the mel filter bank"""

    f_min: Annotated[float, Field(ge=0)] = 80.0
    """lower edge of the first band, Hz"""

    f_max: Annotated[float, Field(gt=0)] = 7600.0
    """upper edge of the last band, Hz; at most half of chunking.rate"""


def check(rate: int, settings: MelSettings) -> None:
    """Check that every band lies below half of the rate, and that no sample is skipped.

    Raises
    ------
    UserError
        Naming the setting and what would be right.
    """
    check_hop(rate, settings)
    if settings.f_min >= settings.f_max:
        raise UserError(
            f"features.f_min: {settings.f_min:g} is not possible; use less than f_max "
            f"({settings.f_max:g} Hz)."
        )
    if settings.f_max > rate / 2:
        raise UserError(
            f"features.f_max: {settings.f_max:g} is not possible; use at most {rate / 2:g} Hz, "
            f"half of the {rate} samples a second."
        )
    empty = np.flatnonzero(~bank(rate, settings).any(axis=1))
    if len(empty):
        raise UserError(
            f"features.mel_bands: {len(empty)} of {settings.mel_bands} mel bands lie between two "
            f"bins of the FFT and would be empty (first: band {empty[0]}). Use fewer mel_bands, a "
            "larger n_fft, or a wider range from f_min to f_max."
        )


def bank(rate: int, settings: MelSettings) -> np.ndarray:
    """Weights of the mel bank, float32 [mel_bands, n_fft // 2 + 1]."""
    return mel_bank(rate, settings.n_fft, settings.mel_bands, settings.f_min, settings.f_max)


def librosa_decibels(
    samples: np.ndarray, rate: int, settings: MelSettings, *, floor_db: float
) -> np.ndarray:
    """Give what `spectrum.decibels` gives with `bank`, by librosa's own functions.

    Of float32 [..., samples] to float32 [..., frames, bands].
    """
    import librosa

    power = librosa.feature.melspectrogram(
        y=samples,
        sr=rate,
        n_fft=settings.n_fft,
        hop_length=settings.hop,
        window="hann",
        center=False,
        power=2.0,
        n_mels=settings.mel_bands,
        fmin=settings.f_min,
        fmax=settings.f_max,
    )
    amin = 10 ** (floor_db / 10)
    decibels = librosa.power_to_db(power, ref=1.0, amin=amin, top_db=None)
    return np.swapaxes(decibels, -1, -2).astype(np.float32)
