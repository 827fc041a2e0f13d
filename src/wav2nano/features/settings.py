"""Settings of the features: which can be computed, here and on the board, and what comes out."""

from typing import Any

import numpy as np

from wav2nano.errors import UserError
from wav2nano.features.filters import mel_bank

KINDS = ("mfcc", "logmel")
FFT_SIZES = (256, 512, 1024)
MAX_MEL_BANDS = 128
FLOOR_DB = (-120.0, 0.0)


def validate(rate: int, settings: dict[str, Any]) -> None:
    """Check that these features exist, and that the board can compute them.

    Parameters
    ----------
    rate : int
        Samples a second.
    settings : dict
        kind : "mfcc" or "logmel".
        n_fft : samples in a frame, 256, 512 or 1024.
        hop : samples from one frame to the next, at most n_fft.
        mel_bands : 1 to 128.
        f_min, f_max : edges of the mel bank in hertz.
        coefficients : of the MFCC (only there), at most mel_bands.
        floor_db : least level of a mel band, in decibels of full scale squared; -70 is the value
            to use. Noise of one unit in the last of 16 bits makes at most -77 dB in a band at
            n_fft 512 and -72 at 1024, so that with this floor all silence is the same, however
            it was rounded, dithered or resampled. And single precision, here and on the board,
            stays within 1e-4 of the features' range down to there even beside a tone at full
            scale (whose error is white and about 120 dB below it). On recordings of speech and
            of cities it does so with -80, too.

    Raises
    ------
    UserError
        Naming the setting and what would be right.
    """
    if settings["kind"] not in KINDS:
        _refuse("kind", settings, f"one of {', '.join(KINDS)}")
    n_fft, bands = settings["n_fft"], settings["mel_bands"]
    if n_fft not in FFT_SIZES:
        _refuse("n_fft", settings, f"one of {', '.join(map(str, FFT_SIZES))}")
    if not 1 <= settings["hop"] <= n_fft:
        _refuse("hop", settings, f"1 to n_fft ({n_fft}): a longer hop leaves samples unheard")
    if not 1 <= bands <= MAX_MEL_BANDS:
        _refuse("mel_bands", settings, f"1 to {MAX_MEL_BANDS}")
    if not 0 <= settings["f_min"] < settings["f_max"]:
        _refuse("f_min", settings, f"0 or more and less than f_max ({settings['f_max']:g} Hz)")
    if settings["f_max"] > rate / 2:
        _refuse("f_max", settings, f"at most {rate / 2:g} Hz, half of the {rate} samples a second")
    if settings["kind"] == "mfcc" and not 1 <= settings["coefficients"] <= bands:
        _refuse("coefficients", settings, f"1 to mel_bands ({bands})")
    if not FLOOR_DB[0] <= settings["floor_db"] <= FLOOR_DB[1]:
        _refuse("floor_db", settings, f"{FLOOR_DB[0]:g} to {FLOOR_DB[1]:g}")
    _refuse_empty_bands(rate, settings)


def shape(samples: int, rate: int, settings: dict[str, Any]) -> tuple[int, int]:
    """Frames and bins of a window of `samples` samples.

    Raises
    ------
    UserError
        If the settings are not valid, or a window is shorter than one frame.
    """
    validate(rate, settings)
    n_fft, hop = settings["n_fft"], settings["hop"]
    if samples < n_fft:
        raise UserError(
            f"A window of {samples} samples ({samples / rate:.3g} s) is shorter than one feature "
            f"frame. Set chunking.window_seconds to {n_fft / rate:.3g} or more, or a smaller "
            "features.n_fft."
        )
    return 1 + (samples - n_fft) // hop, bin_count(settings)


def bin_count(settings: dict[str, Any]) -> int:
    """Features in a frame."""
    return settings["coefficients"] if settings["kind"] == "mfcc" else settings["mel_bands"]


def _refuse(name: str, settings: dict[str, Any], right: str) -> None:
    raise UserError(f"Setting features.{name}: {settings[name]!r} is not possible; use {right}.")


def _refuse_empty_bands(rate: int, settings: dict[str, Any]) -> None:
    n_fft, bands = settings["n_fft"], settings["mel_bands"]
    bank = mel_bank(rate, n_fft, bands, settings["f_min"], settings["f_max"])
    empty = np.flatnonzero(~bank.any(axis=1))
    if len(empty):
        raise UserError(
            f"Settings features: {len(empty)} of {bands} mel bands lie between two bins of the FFT "
            f"and would be empty (first: band {empty[0]}). Use fewer mel_bands, a larger n_fft, or "
            "a wider range from f_min to f_max."
        )
