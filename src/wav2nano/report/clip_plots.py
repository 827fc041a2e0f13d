"""Plots of a clip of audio: waveform, spectrogram, and what the network is given of it."""

import io
from pathlib import Path
from typing import Any

import numpy as np

from wav2nano.features import KINDS
from wav2nano.features.base import FeatureSettings
from wav2nano.plotting import FLOAT, TEST, figure, picture
from wav2nano.report.embed import data_uri, encode_flac, shrink_png

RANGE_DB = 80  # below the loudest, that a spectrogram shows
FRAME_SECONDS = 0.032  # of a spectrogram
COLUMNS = 300  # of a spectrogram, at most about
COLOURS = "magma"
FENCES = 1.5  # interquartile ranges from the quartiles, beyond which a bin is far from all others
# Of each kind of features: what its bins are, if it has several, and its values with their unit.
AXES = {
    "centroid": ("", "mean frequency (Hz)"),
    "chroma": ("semitone above C", "power (of the strongest)"),
    "logmel": ("mel band", "power (dB of full scale)"),
    "mfcc": ("coefficient", "coefficient (dB)"),
    "raw": ("sample of the frame", "amplitude (of full scale)"),
    "rms": ("", "amplitude (of full scale)"),
    "rolloff": ("", "roll-off (Hz)"),
    "spectrogram": ("bin of the spectrum", "power (dB of full scale)"),
    "speech_embedding": ("value of the embedding", "value (no unit)"),
    "yamnet": ("value of the embedding", "value (no unit)"),
    "yamnet_logmel": ("mel band", "magnitude (its logarithm)"),
    "zcr": ("", "zero crossings (a sample)"),
}


def plot_clip(audio: np.ndarray, rate: int) -> bytes:
    """Draw waveform and spectrogram of int16 samples; gives a PNG."""
    file = io.BytesIO()
    shape: dict[str, Any] = {"nrows": 2, "sharex": True, "height_ratios": (1, 2)}
    with picture(file, figsize=(4.6, 2.9), **shape) as (_, axes):
        _waveform(axes[0], audio, rate)
        _spectrogram(axes[1], audio, rate)
        axes[1].set_xlabel("time (s)")
    return file.getvalue()


def embed_clip(audio: np.ndarray, rate: int) -> dict[str, Any]:
    """Give what a page shows of int16 samples: their sound, how many bytes it has, and a plot."""
    sound = encode_flac(audio, rate)
    return {
        "bytes": len(sound),
        "sound": data_uri("audio/flac", sound),
        "picture": data_uri("image/png", shrink_png(plot_clip(audio, rate))),
    }


def plot_features(
    audio: np.ndarray,
    values: np.ndarray,
    rate: int,
    settings: FeatureSettings,
    path: Path,
    title: str,
    subtitle: str,
) -> None:
    """Draw a clip, and the features of each kind over the same time.

    Parameters
    ----------
    audio : numpy.ndarray [shape=(samples,)]
        int16.
    values : numpy.ndarray [shape=(frames, bins)]
        Its features.
    rate, settings
        Sampling rate in Hz, and how the features were computed.
    path, title, subtitle
        Of the PNG file.
    """
    panels = _panels(settings)
    rows = 2 + len(panels)
    shape: dict[str, Any] = {"nrows": rows, "sharex": True, "height_ratios": [1, *[2] * (rows - 1)]}
    with figure(path, title, subtitle, figsize=(9, 1.2 + 1.7 * rows), **shape) as (_, axes):
        _waveform(axes[0], audio, rate)
        power = _spectrogram(axes[1], audio, rate)
        axes[1].figure.colorbar(power, ax=axes[1], label="dB of full scale")
        first = 0
        for axis, (part, bins, order) in zip(axes[2:], panels, strict=True):
            end = first + bins
            _features(axis, values[:, first:end], rate, part, settings.window_normalization, order)
            first = end
        axes[-1].set_xlabel("time (s)")
        axes[0].set_xlim(0, len(audio) / rate)


def _panels(settings: FeatureSettings) -> list[tuple[FeatureSettings, int, int]]:
    """Give what is drawn apart: each kind, and each order of its deltas, with its bins."""
    parts: list[FeatureSettings] = getattr(settings, "parts", [settings])
    panels = []
    for part in parts:
        orders = range(1 + getattr(part, "deltas", 0))
        panels += [(part, KINDS[part.kind].bins(part) // len(orders), order) for order in orders]
    return panels


def _waveform(axis: Any, audio: np.ndarray, rate: int) -> None:
    axis.plot(np.arange(len(audio)) / rate, audio / 32768, color=FLOAT, linewidth=0.5)
    axis.set(ylabel="amplitude", xlim=(0, len(audio) / rate))
    limit = max(0.01, 1.05 * float(np.abs(audio / 32768).max()))
    axis.set_ylim(-limit, limit)


def _spectrogram(axis: Any, audio: np.ndarray, rate: int) -> Any:
    """Draw the power of frames under a Hann window, a full-scale sine being at 0 dB."""
    from scipy.signal import spectrogram
    from scipy.signal.windows import hann

    samples = min(len(audio), max(16, round(FRAME_SECONDS * rate)))
    hop = max(1, samples // 4, len(audio) // COLUMNS)
    window = hann(samples, sym=False)
    _, times, power = spectrogram(
        audio / 32768,
        rate,
        window,
        noverlap=max(0, samples - hop),
        detrend=False,
        scaling="spectrum",
        mode="psd",
    )
    level = 10 * np.log10(2 * power + 1e-12)
    half = hop / rate / 2
    image = axis.imshow(
        level,
        origin="lower",
        aspect="auto",
        cmap=COLOURS,
        vmin=level.max() - RANGE_DB,
        vmax=level.max(),
        extent=(times[0] - half, times[-1] + half, 0, rate / 2000),
    )
    axis.set(ylabel="kHz", ylim=(0, rate / 2000))
    return image


def _features(
    axis: Any,
    values: np.ndarray,
    rate: int,
    part: FeatureSettings,
    normalization: str,
    delta_order: int,
) -> None:
    """Draw one kind, or its deltas: bins over frames as an image, or a single bin as a line."""
    bins_are, values_are = AXES.get(part.kind, ("feature", "value"))
    if delta_order:
        values_are = ("slope (dB a frame)", "curvature (dB a frame²)")[delta_order - 1]
    if normalization != "none":
        values_are = "normalised over the window"
    middles = (np.arange(len(values)) * part.hop_samples + part.frame_samples / 2) / rate
    title = (part.kind, f"{part.kind}: deltas", f"{part.kind}: deltas of second order")[delta_order]
    axis.set_title(title, fontsize=10, loc="left")
    if values.shape[1] == 1:
        axis.plot(middles, values[:, 0], color=TEST, marker=".", markersize=3, linewidth=1)
        axis.set_ylabel(values_are)
        axis.grid(alpha=0.3)
        return
    half = part.hop_samples / rate / 2
    low, high = colour_limits(values)
    image = axis.imshow(
        values.T,
        vmin=low,
        vmax=high,
        origin="lower",
        aspect="auto",
        cmap=COLOURS,
        extent=(middles[0] - half, middles[-1] + half, -0.5, values.shape[1] - 0.5),
        interpolation="nearest",
    )
    axis.set_ylabel(bins_are)
    axis.yaxis.get_major_locator().set_params(integer=True)
    axis.figure.colorbar(image, ax=axis, label=values_are, extend="both")


def colour_limits(values: np.ndarray) -> tuple[float, float]:
    """Give the least and the greatest of the values [frames, bins] between which colours differ.

    The first cepstral coefficients are far from all others, which would have one colour: a bin
    counts if its median is within Tukey's fences of all bins' medians.
    """
    medians = np.median(values, axis=0)
    first, third = np.percentile(medians, (25, 75))
    reach = FENCES * (third - first)
    near = values[:, (first - reach <= medians) & (medians <= third + reach)]
    return float(near.min()), float(near.max())
