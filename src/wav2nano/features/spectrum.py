"""The power spectrum of many windows at once, in bands and decibels."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from wav2nano.errors import UserError
from wav2nano.features.base import Argument, FeatureSettings, Part
from wav2nano.features.filters import centre, hann

# What makes features, [k, frames, bins], of the power spectra of all frames of k windows, float32
# [k, frames, n_fft // 2 + 1] of samples of +-1, which it leaves as they are.
OfPower = Callable[[np.ndarray], np.ndarray]

BLOCK_FRAMES = 256  # frames at a time: their spectra stay in the processor's cache


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
    samples: np.ndarray,
    settings: SpectralSettings,
    **arguments: Any,
) -> np.ndarray:
    """Compute features of frames by one of librosa's functions.

    Parameters
    ----------
    function
        Of `librosa.feature`.
    samples : numpy.ndarray [shape=(..., samples)]
        float32, of +-1.
    settings
        Of the kind.
    arguments
        The function's others.

    Returns
    -------
    numpy.ndarray [shape=(..., frames, bins)]
        float32.
    """
    values = function(y=samples, hop_length=settings.hop, center=False, **arguments)
    return np.swapaxes(values, -1, -2).astype(np.float32)


def fill(
    values: np.ndarray,
    windows: np.ndarray,
    parts: Sequence[tuple[slice, OfPower]],
    *,
    n_fft: int,
    hop: int,
    window: np.ndarray | None = None,
) -> None:
    """Compute several features from one power spectrum of each frame, a block of windows at a time.

    Frame i covers the samples from i * hop to i * hop + n_fft (no padding), under a window.

    Parameters
    ----------
    values : numpy.ndarray [shape=(n, frames, bins)]
        float32, to write to.
    windows : numpy.ndarray [shape=(n, samples)]
        int16.
    parts
        For some of the bins, what makes them of the power.
    n_fft, hop : int
        Samples of a frame, and from one to the next.
    window : numpy.ndarray [shape=(at most n_fft,)], optional
        For the samples in the middle of a frame, the others having no weight; without it a periodic
        Hann window for all.
    """
    scaled = centre(hann(n_fft) if window is None else window, n_fft) / np.float32(32768)
    audio = np.lib.stride_tricks.sliding_window_view(windows, n_fft, axis=1)[:, ::hop]
    block = max(1, min(BLOCK_FRAMES // values.shape[1], len(windows)))
    # Used again by each block: new memory has new pages, which take longer than what is computed.
    frames = np.empty((block, *audio.shape[1:]), np.float32)
    power = np.empty((*frames.shape[:2], n_fft // 2 + 1), np.float32)
    for first in range(0, len(windows), block):
        some = slice(first, min(first + block, len(windows)))
        count = some.stop - first
        np.multiply(audio[some], scaled, out=frames[:count])
        _power_spectrum(frames[:count], out=power[:count])
        for bins, of_power in parts:
            values[some, :, bins] = of_power(power[:count])


def decibels(bank: np.ndarray, floor_db: float, transform: np.ndarray | None = None) -> OfPower:
    """Power of bands of each frame, in decibels.

    The power spectrum is summed by the bank and taken to decibels of full scale squared, not below
    `floor_db`. In librosa's terms: `melspectrogram(y=windows / 32768, center=False)`,
    `power_to_db(ref=1, amin=10 ** (floor_db / 10), top_db=None)`.

    Parameters
    ----------
    bank : numpy.ndarray [shape=(bands, n_fft // 2 + 1) or (n_fft // 2 + 1,)]
        Weights of the spectrum's bins in each band, float32; with one weight for each bin, a bin is
        a band.
    floor_db : float
        Least value.
    transform : numpy.ndarray [shape=(bands, bins)], optional
        What the decibels of a frame are multiplied with; without it the bins are the bands.
    """
    groups = _band_groups(bank) if bank.ndim == 2 else None
    floor_power = _floor_power(floor_db)

    def of_power(power: np.ndarray) -> np.ndarray:
        values = power * bank if groups is None else _band_power(power, groups)
        np.maximum(values, floor_power, out=values)
        np.log(values, out=values)  # in single precision four times as fast as np.log10
        values *= np.float32(10 / np.log(10))
        return values if transform is None else values @ transform

    return of_power


def decibels_part(bank: np.ndarray, floor_db: float, *, deltas: int) -> Part:
    """Compute on the board what `decibels` gives without a transform, and deltas."""
    arguments = {**bank_arguments(bank), "floor_power": _floor_power(floor_db)}
    n_fft = 2 * (bank.shape[1] - 1)
    return Part("w2n_decibels", len(bank), arguments, n_fft=n_fft, deltas=deltas)


def bank_arguments(bank: np.ndarray) -> dict[str, Argument]:
    """Give the bands of a bank as C takes them: spans of bins, and only the weights in these."""
    used = bank != 0
    first = used.argmax(axis=1)
    stop = bank.shape[1] - used[:, ::-1].argmax(axis=1)
    return {
        "bands": len(bank),
        "spans": np.stack([first, stop - first], axis=1).astype(np.uint16),
        "weights": np.concatenate([row[a:b] for row, a, b in zip(bank, first, stop, strict=True)]),
    }


def _floor_power(floor_db: float) -> np.float32:
    return np.float32(10 ** (floor_db / 10))


def _power_spectrum(frames: np.ndarray, *, out: np.ndarray) -> None:
    """Write the power of frames, whose values are lost, float32 [..., n_fft // 2 + 1]."""
    from scipy.fft import rfft  # half a second that only the first call should take

    spectrum = rfft(frames, overwrite_x=True)
    np.square(spectrum.real, out=out)
    out += np.square(spectrum.imag, out=frames[..., : out.shape[-1]])


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
