"""Features of audio, for training here and on the board; each kind is a file in `kinds/`."""

from typing import TYPE_CHECKING, Annotated, Union, cast

import numpy as np
from pydantic import Field

from wav2nano.errors import UserError
from wav2nano.features.base import FeatureSettings, Kind
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
        If such features do not exist, or a window is shorter than one frame.

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
    return 1 + (samples - frame) // settings.hop_samples, bins(settings)


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
        If the settings are not valid, or a window is shorter than one frame.

    Examples
    --------
    >>> settings = KINDS["mfcc"].Settings()
    >>> compute(np.zeros((2, 16000), np.int16), 16000, settings).shape
    (2, 49, 13)
    """
    _require_int16(windows)
    shape(windows.shape[1], rate, settings)
    return KINDS[settings.kind].compute(windows, rate, settings)


def reference(windows: np.ndarray, rate: int, settings: FeatureSettings) -> np.ndarray:
    """Features as librosa or scipy computes them: what `compute` and the board are compared with.

    Parameters, shapes and types are those of `compute`.
    """
    return KINDS[settings.kind].reference(windows, rate, settings)


def add_gain(values: np.ndarray, gain_db: np.ndarray, settings: FeatureSettings) -> None:
    """Change features, in place, to those of louder or softer audio.

    Parameters
    ----------
    values : numpy.ndarray [shape=(n, frames, bins)]
        float32, not normalised.
    gain_db : numpy.ndarray [shape=(n,)]
        float32.
    settings : FeatureSettings
        Of the features.
    """
    KINDS[settings.kind].add_gain(values, gain_db, settings)


def _require_int16(windows: np.ndarray) -> None:
    if windows.dtype != np.int16 or windows.ndim != 2:
        raise ValueError(f"windows are {windows.dtype} {windows.shape}, not int16 [n, samples]")
