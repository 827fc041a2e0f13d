"""From dry speech to what a microphone in a room delivers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from wav2nano.noise import Noise, coloured
from wav2nano.settings.synthesis import AcousticsSettings

SPEED_OF_SOUND = 343.0  # m/s
FULL_SCALE = 32768.0


@dataclass(frozen=True)
class Heard:
    """One recording as the microphone delivers it.

    Attributes
    ----------
    samples : np.ndarray
        int16 [samples].
    noise : str
        Kind of noise, or "none".
    snr_db : float
        Power of the speech while it lasts, over the power of the noise; infinite without noise.
    level_db : float
        Level of the whole before clipping, relative to full scale.
    start : int
        First sample of the speech.
    """

    samples: np.ndarray
    noise: str
    snr_db: float
    level_db: float
    start: int


def record(
    speech: np.ndarray,
    samples: int,
    rate: int,
    settings: AcousticsSettings,
    noises: Mapping[str, Noise],
    rng: np.random.Generator,
) -> Heard:
    """Place dry speech somewhere in a recording and play it through room, noise and microphone.

    Parameters
    ----------
    speech : np.ndarray
        float64 [at most `samples`], trimmed to the word.
    samples, rate : int
        Length and rate in Hz of the recording.
    settings
        The `synthesis.acoustics` section.
    noises
        Noise by kind, for the kinds in the settings.
    rng
        The recording's own random numbers.
    """
    start = int(rng.integers(samples - len(speech) + 1))
    sound = np.zeros(samples)
    sound[start : start + len(speech)] = speech
    if rng.uniform() < settings.room.probability:
        impulse = room_impulse(rng, rate, settings.room.reverberation_s, settings.room.distance_m)
        sound = reverberate(sound, impulse)
    lasting = sound[start : start + len(speech)]
    sound /= np.sqrt(np.mean(lasting * lasting))

    kind, snr = "none", np.inf
    if rng.uniform() < settings.noise.probability:
        kind = str(rng.choice(settings.noise.kinds))
        snr = between(settings.noise.snr_db, rng)
        sound = sound + 10 ** (-snr / 20) * noises[kind](rng, samples, rate)
    sound = colour(sound, rate, settings, rng)
    heard, level = digitize(sound, settings, settings.level_db, rng)
    return Heard(heard, kind, snr, level, start)


def record_noise(
    kind: str,
    samples: int,
    rate: int,
    settings: AcousticsSettings,
    noises: Mapping[str, Noise],
    session: np.random.Generator,
    rng: np.random.Generator,
    level_db: Sequence[float],
) -> Heard:
    """Record noise alone, at a level within `level_db`, through the microphone of a session."""
    sound = noises[kind](rng, samples, rate)
    # A knock or a voice may come or go within the second.
    if rng.uniform() < 0.3:
        edge = rng.integers(samples)
        sound = sound * (1 / (1 + np.exp((edge - np.arange(samples)) / rng.uniform(20, 800))))
    sound = colour(sound, rate, settings, session)
    heard, level = digitize(sound, settings, level_db, rng)
    return Heard(heard, kind, -np.inf, level, 0)


def room_impulse(
    rng: np.random.Generator,
    rate: int,
    reverberation_s: Sequence[float],
    distance_m: Sequence[float],
) -> np.ndarray:
    """Impulse response of a random rectangular room, float64 [samples].

    Early reflections by the image-source method (Allen and Berkley, 1979) up to the second
    order, then an exponentially decaying diffuse tail. Direct sound arrives at sample 0 with
    amplitude 1.

    Parameters
    ----------
    reverberation_s
        Bounds of the reverberation time RT60, seconds.
    distance_m
        Bounds of the distance from mouth to microphone, metres.
    """
    size = rng.uniform((2.0, 2.0, 2.2), (8.0, 7.0, 3.5))
    reverberation = between(reverberation_s, rng)
    volume, surface = size.prod(), 2 * (size * np.roll(size, 1)).sum()
    # Sabine's formula gives the absorption that makes this reverberation time.
    reflection = np.sqrt(1 - min(0.161 * volume / (surface * reverberation), 0.95))
    microphone = rng.uniform(0.3, size - 0.3)
    direction = rng.standard_normal(3)
    distance = between(distance_m, rng)
    mouth = microphone + distance * direction / np.linalg.norm(direction)
    mouth = np.clip(mouth, 0.1, size - 0.1)

    orders = np.arange(-2, 3)
    grid = np.stack(np.meshgrid(orders, orders, orders, indexing="ij"), -1).reshape(-1, 3)
    bounces = np.abs(grid).sum(1)
    grid, bounces = grid[bounces <= 2], bounces[bounces <= 2]
    images = np.where(grid % 2, (grid + 1) * size - mouth, grid * size + mouth)
    distances = np.linalg.norm(images - microphone, axis=1)
    direct = max(float(np.linalg.norm(mouth - microphone)), 0.05)
    delays = np.rint((distances - direct) / SPEED_OF_SOUND * rate).astype(int)
    gains = reflection**bounces * direct / np.maximum(distances, direct)

    length = int(rate * min(reverberation, 0.6))
    impulse = np.zeros(length)
    early = (delays >= 0) & (delays < length)
    np.add.at(impulse, delays[early], gains[early])
    times = np.arange(length) / rate
    tail = rng.standard_normal(length) * 10 ** (-3 * times / reverberation)
    # The diffuse field grows in over the first 20 ms or so, while the images still dominate.
    tail *= 1 - np.exp(-times / 0.02)
    # Ratio of direct to diffuse energy at this distance (critical distance after Sabine).
    critical = 0.057 * np.sqrt(volume / reverberation)
    energy = (direct / critical) ** 2
    tail *= np.sqrt(energy / max(np.sum(tail * tail), 1e-12))
    return impulse + tail


def reverberate(sound: np.ndarray, impulse: np.ndarray) -> np.ndarray:
    """Convolve a sound with a room's impulse response; it keeps its length."""
    # Not scipy.signal: its import takes longer than a hundred recordings.
    size = 1 << (len(sound) + len(impulse) - 1).bit_length()
    spectrum = np.fft.rfft(sound, size) * np.fft.rfft(impulse, size)
    return np.fft.irfft(spectrum, size)[: len(sound)]


def colour(
    sound: np.ndarray, rate: int, settings: AcousticsSettings, rng: np.random.Generator
) -> np.ndarray:
    """Apply a random smooth frequency response and band limits, without phase shift."""
    frequencies = np.fft.rfftfreq(len(sound), 1 / rate)
    octaves = np.log2(np.maximum(frequencies, 20.0) / 20.0)
    knots = np.linspace(0, octaves[-1], 7)
    decibels = rng.uniform(-1, 1, len(knots)) * settings.equalizer_db
    gain = 10 ** (_smooth(octaves, knots, decibels) / 20)
    low = np.exp(rng.uniform(*np.log(settings.low_cut_hz)))
    high = np.exp(rng.uniform(*np.log(settings.high_cut_hz)))
    gain *= 1 / np.sqrt(1 + (low / np.maximum(frequencies, 1e-3)) ** 4)
    gain *= 1 / np.sqrt(1 + (frequencies / high) ** 8)
    return np.fft.irfft(np.fft.rfft(sound) * gain, len(sound))


def digitize(
    sound: np.ndarray,
    settings: AcousticsSettings,
    level_db: Sequence[float],
    rng: np.random.Generator,
) -> tuple[np.ndarray, float]:
    """Set a level within `level_db`, add the microphone's own noise, clip now and then.

    The samples are rounded to int16.

    Returns
    -------
    samples, level_db
        int16 [samples], and the level of `sound` relative to full scale.
    """
    level = between(level_db, rng)
    sound = sound * (10 ** (level / 20) / max(np.sqrt(np.mean(sound * sound)), 1e-9))
    hiss = 10 ** (between(settings.microphone_noise_db, rng) / 20)
    sound = sound + hiss * coloured(rng, len(sound), rng.uniform(0, 0.5))
    peak = np.abs(sound).max()
    if rng.uniform() < settings.clip_probability:
        limit = peak * rng.uniform(0.3, 0.9)
        sound = np.clip(sound, -limit, limit)
        peak = limit
    return to_samples(sound, peak), level


def to_samples(sound: np.ndarray, peak: float) -> np.ndarray:
    """Round to int16; a level that leaves no room for the peak is lowered, and nothing clipped."""
    sound *= min(1.0, (1 - 1 / FULL_SCALE) / max(peak, 1e-9))
    return np.rint(sound * FULL_SCALE).astype(np.int16)


def between(bounds: Sequence[float], rng: np.random.Generator) -> float:
    """Draw a number between two bounds."""
    low, high = bounds
    return rng.uniform(low, high)


def _smooth(x: np.ndarray, knots: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Interpolate between knots along half cosines: no corners for the ear."""
    place = np.clip(np.searchsorted(knots, x) - 1, 0, len(knots) - 2)
    along = np.clip((x - knots[place]) / (knots[place + 1] - knots[place]), 0, 1)
    along = (1 - np.cos(np.pi * along)) / 2
    return values[place] * (1 - along) + values[place + 1] * along
