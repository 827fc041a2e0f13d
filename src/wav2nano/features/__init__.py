"""Features of audio, for training here and on the board; each kind is a file in `kinds/`."""

import math
from typing import TYPE_CHECKING, Annotated, Union, cast

import numpy as np
from pydantic import Field

from wav2nano.errors import UserError
from wav2nano.features import spectrum, window_normalization
from wav2nano.features.base import FeatureSettings, Kind, Part
from wav2nano.registry import entries

KINDS = cast(dict[str, Kind], entries("wav2nano.features.kinds"))

if TYPE_CHECKING:
    AnyFeatures = FeatureSettings
else:
    # Distinguished by `kind`: a setting of one kind does not exist for another.
    AnyFeatures = Annotated[
        Union[tuple(kind.Settings for kind in KINDS.values())],  # noqa: UP007
        Field(discriminator="kind"),
    ]


def bins(settings: FeatureSettings) -> int:
    """Features in a frame."""
    return KINDS[settings.kind].bins(settings)


def shape(samples: int, rate: int, settings: FeatureSettings) -> tuple[int, int]:
    """Frames and bins of a window of `samples` samples.

    Raises
    ------
    UserError
        If such features do not exist, or a window has too few frames for them.

    Examples
    --------
    One second at 16 kHz, in frames of 512 samples every 320:

    >>> shape(16000, 16000, KINDS["mfcc"].Settings(n_fft=512, hop=320, coefficients=13))
    (49, 13)
    """
    KINDS[settings.kind].check(rate, settings)
    frame = settings.frame_samples
    if samples < frame:
        raise UserError(
            f"A window of {samples} samples ({samples / rate:.3g} s) is shorter than one feature "
            f"frame of {frame}. Set chunking.window_seconds to {frame / rate:.3g} or more, or "
            "use a shorter frame in `features`."
        )
    hop, least = settings.hop_samples, settings.least_frames
    frames = 1 + (samples - frame) // hop
    if frames < least:
        milliseconds = math.ceil(1000 * (frame + (least - 1) * hop) / rate)
        raise UserError(
            f"features.deltas: a delta is computed from {least} frames, and a window of {samples} "
            f"samples ({samples / rate:.3g} s) has {frames}. Set chunking.window_seconds to "
            f"{milliseconds / 1000:g} or more, use a shorter hop in `features`, or set deltas: 0."
        )
    return frames, bins(settings)


def compute(windows: np.ndarray, rate: int, settings: FeatureSettings) -> np.ndarray:
    """Compute the features of windows of audio.

    Parameters
    ----------
    windows : numpy.ndarray [shape=(n, samples)]
        int16.
    rate : int
        Samples a second.
    settings : FeatureSettings
        Of the kind to compute.

    Returns
    -------
    numpy.ndarray [shape=(n, frames, bins)]
        float32.

    Raises
    ------
    UserError
        If the settings are not valid, or a window has too few frames for them.

    Examples
    --------
    >>> settings = KINDS["mfcc"].Settings()
    >>> compute(np.zeros((2, 16000), np.int16), 16000, settings).shape
    (2, 49, 13)
    """
    _require_int16(windows)
    frames_and_bins = shape(windows.shape[1], rate, settings)
    kind = KINDS[settings.kind]
    if hasattr(kind, "of_power"):
        values = np.empty((len(windows), *frames_and_bins), np.float32)
        parts = [(slice(None), kind.of_power(rate, settings))]
        n_fft, hop = settings.frame_samples, settings.hop_samples
        spectrum.fill(values, windows, parts, n_fft=n_fft, hop=hop)
    else:
        values = kind.compute(windows, rate, settings)
    window_normalization.normalize_windows(values, settings.window_normalization)
    return values


def compute_heard(
    windows: np.ndarray, samples: np.ndarray, rate: int, settings: FeatureSettings
) -> tuple[np.ndarray, np.ndarray]:
    """Compute the features of windows of which not all samples count.

    A frame is heard if all its samples count; in any window at least one frame is, and with deltas
    as many as a delta is computed from. The heard ones are computed as if the window ended after
    them, so that nothing beyond has any influence: neither on deltas nor on the normalisation of a
    window.

    Parameters
    ----------
    windows : numpy.ndarray [shape=(n, samples)]
        int16.
    samples : numpy.ndarray [shape=(n,)]
        How many of each window count, from its first one on.
    rate, settings
        As for `compute`.

    Returns
    -------
    values : numpy.ndarray [shape=(n, frames, bins)]
        float32; 0 in frames that are not heard.
    heard : numpy.ndarray [shape=(n,)]
        How many frames of each window are heard: its first ones.

    Examples
    --------
    >>> settings = KINDS["mfcc"].Settings(n_fft=512, hop=320)
    >>> windows = np.ones((2, 16000), np.int16)
    >>> values, heard = compute_heard(windows, np.array([16000, 832]), 16000, settings)
    >>> values.shape, heard.tolist()
    ((2, 49, 13), [49, 2])
    """
    frames, bins = shape(windows.shape[1], rate, settings)
    frame, hop = settings.frame_samples, settings.hop_samples
    heard = np.clip(1 + (samples - frame) // hop, settings.least_frames, frames)
    values = np.zeros((len(windows), frames, bins), np.float32)
    for count in np.unique(heard):
        same = heard == count
        end = frame + (count - 1) * hop
        values[same, :count] = compute(windows[same, :end], rate, settings)
    return values, heard


def reference(windows: np.ndarray, rate: int, settings: FeatureSettings) -> np.ndarray:
    """Features as librosa, scipy and scikit-learn compute them, to compare with `compute`.

    Parameters, shapes and types are those of `compute`.
    """
    values = KINDS[settings.kind].reference(windows / np.float32(32768), rate, settings)
    return window_normalization.reference(values, settings.window_normalization)


def front_end(rate: int, settings: FeatureSettings) -> list[Part]:
    """Name the parts that compute the same on the board.

    Raises
    ------
    UserError
        If the board cannot.
    """
    if settings.window_normalization != "none":
        raise UserError(
            f"features.window_normalization: {settings.window_normalization} needs all frames of a "
            "window before it can normalise the first, and the board keeps its frames as the int8 "
            "input of the network. Set goal: evaluation, or window_normalization: none."
        )
    return KINDS[settings.kind].front_end(rate, settings)


def static(settings: FeatureSettings) -> np.ndarray:
    """Tell which features of a frame are no deltas: bool [bins].

    Examples
    --------
    >>> static(KINDS["mfcc"].Settings(coefficients=3, deltas=1)).tolist()
    [True, True, True, False, False, False]
    """
    parts: list[FeatureSettings] = getattr(settings, "parts", [settings])
    return np.concatenate(
        [np.arange(bins(part)) < bins(part) // (1 + getattr(part, "deltas", 0)) for part in parts]
    )


def add_gain(values: np.ndarray, gain_db: np.ndarray, settings: FeatureSettings) -> None:
    """Change features, in place, to those of louder or softer audio.

    Parameters
    ----------
    values : numpy.ndarray [shape=(n, frames, bins)]
        float32, not normalised over the training set.
    gain_db : numpy.ndarray [shape=(n,)]
        float32.
    settings : FeatureSettings
        Of the features.
    """
    # A gain is the same in all frames: what normalises a window takes it out.
    if settings.window_normalization == "none":
        KINDS[settings.kind].add_gain(values, gain_db, settings)


def _require_int16(windows: np.ndarray) -> None:
    if windows.dtype != np.int16 or windows.ndim != 2:
        raise ValueError(f"windows are {windows.dtype} {windows.shape}, not int16 [n, samples]")
