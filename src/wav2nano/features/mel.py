"""The mel spectrum in decibels, of which log-mel features and MFCC are made."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from wav2nano.errors import UserError
from wav2nano.features.base import FeatureSettings
from wav2nano.features.filters import hann, mel_bank

MAX_BANDS = 128

# Noise of one unit in the last of 16 bits makes at most -77 dB in a band at n_fft 512 and -72 at
# 1024, so that at -70 all silence is the same, however it was rounded, dithered or resampled. And
# single precision, here and on the board, stays within 1e-4 of the features' range down to there
# even beside a tone at full scale (whose error is white and about 120 dB below it). On recordings
# of speech and of cities it does so at -80, too.
FloorDb = Annotated[float, Field(ge=-120, le=-40)]
FLOOR_DB = -70.0

BLOCK_FRAMES = 512  # frames at a time: their spectra stay in the processor's cache


class MelSettings(FeatureSettings):
    """Settings of the mel spectrum."""

    n_fft: Literal[256, 512, 1024] = 512
    """samples of a frame"""

    hop: Annotated[int, Field(ge=16)] = 320
    """samples from one frame to the next, at most n_fft"""

    mel_bands: Annotated[int, Field(ge=4, le=MAX_BANDS)] = 40
    """bands of the mel filter bank"""

    f_min: Annotated[float, Field(ge=0)] = 80.0
    """lower edge of the first band, Hz"""

    f_max: Annotated[float, Field(gt=0)] = 7600.0
    """upper edge of the last band, Hz; at most half of chunking.rate"""

    @property
    def frame_samples(self) -> int:
        """Samples of a frame."""
        return self.n_fft

    @property
    def hop_samples(self) -> int:
        """Samples from one frame to the next."""
        return self.hop


def check(rate: int, settings: MelSettings) -> None:
    """Check that every band has a place below half of the rate, and that no sample is unheard.

    Raises
    ------
    UserError
        Naming the setting and what would be right.
    """
    if settings.hop > settings.n_fft:
        raise UserError(
            f"features.hop: {settings.hop} is not possible; use at most n_fft ({settings.n_fft}): "
            "a longer hop leaves samples unheard."
        )
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


def band_decibels(
    windows: np.ndarray,
    rate: int,
    settings: MelSettings,
    *,
    floor_db: float,
    transform: np.ndarray | None = None,
) -> np.ndarray:
    """Power of the mel bands of each frame, in decibels.

    Frame i covers the samples from i * hop to i * hop + n_fft (no padding). Its power spectrum,
    under a periodic Hann window, is summed by Slaney's mel bank and taken to decibels of full
    scale squared, not below `floor_db`. In librosa's terms:
    `melspectrogram(y=windows / 32768, center=False)`,
    `power_to_db(ref=1, amin=10 ** (floor_db / 10), top_db=None)`.

    Parameters
    ----------
    windows : numpy.ndarray [shape=(n, samples)]
        int16.
    rate : int
        Samples a second.
    settings : MelSettings
        Of the mel spectrum.
    floor_db : float
        Least value.
    transform : numpy.ndarray [shape=(mel_bands, bins)], optional
        What the decibels of a frame are multiplied with.

    Returns
    -------
    numpy.ndarray [shape=(n, frames, bins)]
        float32; without a transform the bins are the bands.
    """
    n_fft, hop, bands = settings.n_fft, settings.hop, settings.mel_bands
    frames = 1 + (windows.shape[1] - n_fft) // hop
    window = hann(n_fft) / np.float32(32768)
    groups = _band_groups(bank(rate, settings))
    floor_power = np.float32(10 ** (floor_db / 10))

    bins = bands if transform is None else transform.shape[1]
    features = np.empty((len(windows), frames, bins), np.float32)
    audio = np.lib.stride_tricks.sliding_window_view(windows, n_fft, axis=1)[:, ::hop]
    block = max(1, BLOCK_FRAMES // frames)
    for first in range(0, len(windows), block):
        power = _power_spectrum(audio[first : first + block] * window)
        decibels = _decibels(_band_power(power, groups), floor_power)
        features[first : first + block] = decibels if transform is None else decibels @ transform
    return features


def bank(rate: int, settings: MelSettings) -> np.ndarray:
    """Weights of the mel bank, float32 [mel_bands, n_fft // 2 + 1]."""
    return mel_bank(rate, settings.n_fft, settings.mel_bands, settings.f_min, settings.f_max)


def librosa_decibels(
    windows: np.ndarray, rate: int, settings: MelSettings, *, floor_db: float
) -> np.ndarray:
    """Give what `band_decibels` gives, by librosa's own functions; float32 [n, frames, bands]."""
    import librosa

    power = librosa.feature.melspectrogram(
        y=windows.astype(np.float32) / 32768,
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


def _power_spectrum(frames: np.ndarray) -> np.ndarray:
    from scipy.fft import rfft  # half a second that only the first call should take

    spectrum = rfft(frames, overwrite_x=True)
    power = np.square(spectrum.real)
    power += np.square(spectrum.imag)
    return power


def _band_groups(bank: np.ndarray) -> list[tuple[slice, slice, np.ndarray]]:
    """Ten bands at a time, the bins they need, and the weights [bins, bands] from these to those.

    Most of the bank is zero; in groups it is multiplied in half the time.
    """
    groups = []
    for first in range(0, len(bank), 10):
        bands = slice(first, min(first + 10, len(bank)))
        used = np.flatnonzero(bank[bands].any(axis=0))
        bins = slice(used[0], used[-1] + 1)
        groups.append((bands, bins, bank[bands, bins].T))
    return groups


def _band_power(power: np.ndarray, groups: list[tuple[slice, slice, np.ndarray]]) -> np.ndarray:
    band_power = np.empty((*power.shape[:-1], groups[-1][0].stop), np.float32)
    for bands, bins, weights in groups:
        band_power[..., bands] = power[..., bins] @ weights
    return band_power


def _decibels(power: np.ndarray, floor_power: np.float32) -> np.ndarray:
    # np.log in single precision is four times as fast as np.log10.
    decibels = np.log(np.maximum(power, floor_power))
    decibels *= np.float32(10 / np.log(10))
    return decibels
