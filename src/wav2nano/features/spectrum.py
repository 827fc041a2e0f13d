"""The power spectrum of many windows at once, in bands and decibels."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from wav2nano.errors import UserError
from wav2nano.features.base import Argument, FeatureSettings, Part
from wav2nano.features.filters import centre, hann

BLOCK_FRAMES = 512  # frames at a time: their spectra stay in the processor's cache


class SpectralSettings(FeatureSettings):
    """Settings of features that are computed from the spectrum of frames."""

    # Powers of two, and 10, 12.5, 20, 25, 40, 50, 80 and 100 ms at 16 kHz: 2^a 5^b, as w2n_fft.h
    # takes it.
    n_fft: Literal[
        64, 128, 160, 200, 256, 320, 400, 512, 640, 800, 1024, 1280, 1600, 2048, 4096, 8192
    ] = 512
    """samples in a frame"""

    hop: Annotated[int, Field(ge=16)] = 320
    """samples from one frame to the next, at most n_fft"""

    @property
    def frame_samples(self) -> int:
        """Samples of a frame."""
        return self.n_fft

    @property
    def hop_samples(self) -> int:
        """Samples from one frame to the next."""
        return self.hop


def check_hop(rate: int, settings: SpectralSettings) -> None:
    """Check that no sample is skipped; the `check` of kinds that need no more.

    Raises
    ------
    UserError
        Naming the setting and what would be right.
    """
    if settings.hop > settings.n_fft:
        raise UserError(
            f"features.hop: {settings.hop} is not possible; use at most n_fft ({settings.n_fft}): "
            "a longer hop skips samples."
        )


def of_librosa(
    function: Callable[..., np.ndarray],
    windows: np.ndarray,
    settings: SpectralSettings,
    **arguments: Any,
) -> np.ndarray:
    """Compute features of frames by one of librosa's functions.

    Parameters
    ----------
    function
        Of `librosa.feature`.
    windows : numpy.ndarray [shape=(n, samples)]
        int16.
    settings
        Of the kind.
    arguments
        The function's others.

    Returns
    -------
    numpy.ndarray [shape=(n, frames, bins)]
        float32.
    """
    samples = windows.astype(np.float32) / 32768
    values = function(y=samples, hop_length=settings.hop, center=False, **arguments)
    return np.swapaxes(values, -1, -2).astype(np.float32)


def band_decibels(
    windows: np.ndarray,
    bank: np.ndarray,
    *,
    hop: int,
    floor_db: float,
    transform: np.ndarray | None = None,
) -> np.ndarray:
    """Power of bands of each frame, in decibels.

    Frame i covers the samples from i * hop to i * hop + n_fft (no padding). Its power spectrum,
    under a periodic Hann window, is summed by the bank and taken to decibels of full scale
    squared, not below `floor_db`. In librosa's terms:
    `melspectrogram(y=windows / 32768, center=False)`,
    `power_to_db(ref=1, amin=10 ** (floor_db / 10), top_db=None)`.

    Parameters
    ----------
    windows : numpy.ndarray [shape=(n, samples)]
        int16.
    bank : numpy.ndarray [shape=(bands, n_fft // 2 + 1) or (n_fft // 2 + 1,)]
        Weights of the spectrum's bins in each band, float32; with one weight for each bin, a bin is
        a band.
    hop : int
        Samples from one frame to the next.
    floor_db : float
        Least value.
    transform : numpy.ndarray [shape=(bands, bins)], optional
        What the decibels of a frame are multiplied with.

    Returns
    -------
    numpy.ndarray [shape=(n, frames, bins)]
        float32; without a transform the bins are the bands.
    """
    groups = _band_groups(bank) if bank.ndim == 2 else None
    floor_power = _floor_power(floor_db)

    def of_power(power: np.ndarray) -> np.ndarray:
        band_power = power * bank if groups is None else _band_power(power, groups)
        decibels = _decibels(band_power, floor_power)
        return decibels if transform is None else decibels @ transform

    bins = len(bank) if transform is None else transform.shape[1]
    return of_power_spectra(windows, of_power, n_fft=2 * (bank.shape[-1] - 1), hop=hop, bins=bins)


def of_power_spectra(
    windows: np.ndarray,
    of_power: Callable[[np.ndarray], np.ndarray],
    *,
    n_fft: int,
    hop: int,
    bins: int,
    window: np.ndarray | None = None,
) -> np.ndarray:
    """Compute features from the power spectrum of each frame, a block of windows at a time.

    Parameters
    ----------
    windows : numpy.ndarray [shape=(n, samples)]
        int16.
    of_power : callable
        Power, float32 [k, frames, n_fft // 2 + 1] of samples of +-1, to features of these frames,
        [k, frames, bins].
    n_fft, hop : int
        Samples of a frame, and from one to the next.
    bins : int
        Features in a frame.
    window : numpy.ndarray [shape=(at most n_fft,)], optional
        What the samples in the middle of a frame are multiplied with, the others with 0; without
        it all, with a Hann window.

    Returns
    -------
    numpy.ndarray [shape=(n, frames, bins)]
        float32.
    """
    frames = 1 + (windows.shape[1] - n_fft) // hop
    scaled = centre(hann(n_fft) if window is None else window, n_fft) / np.float32(32768)
    features = np.empty((len(windows), frames, bins), np.float32)
    audio = np.lib.stride_tricks.sliding_window_view(windows, n_fft, axis=1)[:, ::hop]
    block = max(1, BLOCK_FRAMES // frames)
    for first in range(0, len(windows), block):
        power = _power_spectrum(audio[first : first + block] * scaled)
        features[first : first + block] = of_power(power)
    return features


def decibels_part(bank: np.ndarray, floor_db: float, *, deltas: int) -> Part:
    """Compute on the board what `band_decibels` gives without a transform, and deltas."""
    arguments = {**bank_arguments(bank), "floor_power": _floor_power(floor_db)}
    n_fft = 2 * (bank.shape[1] - 1)
    return Part("w2n_decibels", len(bank), arguments, n_fft=n_fft, deltas=deltas)


def bank_arguments(bank: np.ndarray) -> dict[str, Argument]:
    """Give the bands of a bank as C takes them: spans of bins, and only the weights in these."""
    used = list(map(np.flatnonzero, bank))
    spans = [(bins[0], bins[-1] + 1 - bins[0]) for bins in used]
    weights = [row[bins[0] : bins[-1] + 1] for row, bins in zip(bank, used, strict=True)]
    return {
        "bands": len(bank),
        "spans": np.array(spans, np.uint16),
        "weights": np.concatenate(weights),
    }


def _floor_power(floor_db: float) -> np.float32:
    return np.float32(10 ** (floor_db / 10))


def _power_spectrum(frames: np.ndarray) -> np.ndarray:
    from scipy.fft import rfft  # half a second that only the first call should take

    spectrum = rfft(frames, overwrite_x=True)
    power = np.square(spectrum.real)
    power += np.square(spectrum.imag)
    return power


def _band_groups(bank: np.ndarray) -> list[tuple[slice, slice, np.ndarray]]:
    """Give ten bands at a time, the bins they need, and the weights [bins, bands] between them.

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
