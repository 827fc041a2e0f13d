"""Step augment-windows: altered copies of windows of audio, for training only."""

import hashlib
import sys
from pathlib import Path

import numpy as np
import soxr

from wav2nano.acoustics import FULL_SCALE, between, reverberate, room_impulse, to_samples
from wav2nano.noise import COMPUTED
from wav2nano.settings.augmentation import AugmentationSettings
from wav2nano.tables.windows import AudioWindows, read_windows, write_windows


def augment_windows(*, windows: Path, rate: int, settings: AugmentationSettings, out: Path) -> None:
    """Alter every window of a file as often as the settings say.

    Parameters
    ----------
    windows
        HDF5 file of windows to read.
    rate
        Sampling rate of the windows, Hz.
    settings
        `augmentation` of the experiment.
    out
        HDF5 file to write: the copies of a window one after another, with its recording and start.
    """
    source = read_windows(windows)
    copies = settings.copies
    audio = np.zeros((len(source.audio), copies, *source.audio.shape[1:]), np.int16)
    heard = source.samples_heard()
    for row, window in enumerate(source.audio):
        count = heard[row]
        # Each copy has random numbers of its own: they are the same whatever else is in the file.
        name = f"{source.recording[row]}\n{source.start[row]}".encode()
        key = int.from_bytes(hashlib.sha256(name).digest()[:8], "big")
        for copy in range(copies):
            rng = np.random.default_rng([settings.seed, key, copy])
            audio[row, copy, :count] = alter(window[:count], rate, settings, rng)
    again = np.repeat(np.arange(len(audio)), copies)
    altered = AudioWindows(
        audio=audio.reshape(-1, source.audio.shape[1]),
        recording=np.asarray(source.recording)[again],
        label=np.asarray(source.label)[again],
        start=source.start[again],
        heard=None if source.heard is None else source.heard[again],
    )
    write_windows(out, altered, {"rate": rate, **settings.model_dump(include={"copies", "seed"})})
    print(f"{len(again)} copies of {len(audio)} windows", file=sys.stderr)


def alter(
    window: np.ndarray, rate: int, settings: AugmentationSettings, rng: np.random.Generator
) -> np.ndarray:
    """Play a window at another speed, in a room, over noise.

    Another speed moves pitch and resonances by the same factor (Ko et al., "Audio augmentation for
    speech recognition", 2015), about the middle of the window; what is missing at its ends is
    mirrored. The level is kept, unless the peaks leave no room for it.

    Parameters
    ----------
    window : np.ndarray [shape=(samples,)]
        int16.
    rate : int
        Samples a second.

    Returns
    -------
    np.ndarray [shape=(samples,)]
        int16.
    """
    sound = window / FULL_SCALE
    level = np.sqrt(np.mean(sound * sound))
    if level == 0:
        return window
    sound = change_speed(sound, between(settings.speed, rng))
    if rng.uniform() < settings.room:
        impulse = room_impulse(rng, rate, settings.reverberation_s, settings.distance_m)
        sound = reverberate(sound, impulse)
    sound *= level / max(np.sqrt(np.mean(sound * sound)), 1e-9)
    if rng.uniform() < settings.noise:
        noise = COMPUTED[str(rng.choice(settings.noise_kinds))](rng, len(sound), rate)
        sound += level * 10 ** (-between(settings.snr_db, rng) / 20) * noise
    return to_samples(sound, np.abs(sound).max())


def change_speed(sound: np.ndarray, factor: float) -> np.ndarray:
    """Play a sound `factor` times as fast about its middle, in as many samples.

    What is missing at its ends is mirrored.

    Parameters
    ----------
    sound : np.ndarray [shape=(samples,)]
        float64.

    Examples
    --------
    >>> change_speed(np.ones(1000), 1.25).shape
    (1000,)
    """
    faster = soxr.resample(sound, factor, 1.0)
    if not len(faster):  # of a few samples nothing is left
        return sound
    surplus = len(faster) - len(sound)
    if surplus >= 0:
        first = surplus // 2
        return faster[first : first + len(sound)]
    return np.pad(faster, (-surplus // 2, -surplus - (-surplus // 2)), mode="reflect")
