"""Noises, computed: int samples in, float64 [samples] of unit power out."""

from collections.abc import Callable, Sequence

import numpy as np

Noise = Callable[[np.random.Generator, int, int], np.ndarray]


def coloured(rng: np.random.Generator, samples: int, exponent: float) -> np.ndarray:
    """Noise whose power falls as frequency to the -`exponent`: 0 white, 1 pink, 2 brown."""
    spectrum = np.fft.rfft(rng.standard_normal(samples))
    bins = np.maximum(np.arange(len(spectrum)), 1)
    return _unit_power(np.fft.irfft(spectrum * bins ** (-exponent / 2), samples))


def white(rng: np.random.Generator, samples: int, rate: int) -> np.ndarray:
    """Hiss: of about the same power at all frequencies."""
    return coloured(rng, samples, rng.uniform(0, 0.5))


def pink(rng: np.random.Generator, samples: int, rate: int) -> np.ndarray:
    """Noise of about the same power in each octave."""
    return coloured(rng, samples, rng.uniform(0.7, 1.4))


def brown(rng: np.random.Generator, samples: int, rate: int) -> np.ndarray:
    """Rumble, as of wind and traffic."""
    return coloured(rng, samples, rng.uniform(1.7, 2.4))


def hum(rng: np.random.Generator, samples: int, rate: int) -> np.ndarray:
    """Mains hum of 50 or 60 Hz with overtones, over a little hiss."""
    harmonics = np.arange(1, 16)
    weights = rng.uniform(0, 1, len(harmonics)) * harmonics ** -rng.uniform(0.3, 1.5)
    times = np.arange(samples) / rate
    angles = 2 * np.pi * rng.choice([50.0, 60.0]) * harmonics[:, None] * times
    tones = weights @ np.sin(angles + rng.uniform(0, 2 * np.pi, (len(harmonics), 1)))
    return _unit_power(_unit_power(tones) + 0.1 * coloured(rng, samples, 1.0))


def fan(rng: np.random.Generator, samples: int, rate: int) -> np.ndarray:
    """Fan or motor: air noise in a band, swelling at the blades' pace, with their tone."""
    low = rng.uniform(60, 400)
    high = rng.uniform(1200, 5000)
    spectrum = np.fft.rfft(rng.standard_normal(samples))
    frequencies = np.fft.rfftfreq(samples, 1 / rate)
    band = 1 / (1 + (low / np.maximum(frequencies, 1.0)) ** 2) / (1 + (frequencies / high) ** 4)
    air = _unit_power(np.fft.irfft(spectrum * band, samples))
    blades = 2 * np.pi * rng.uniform(15, 250) * np.arange(samples) / rate + rng.uniform(0, 6.3)
    swell = 1 + rng.uniform(0.0, 0.7) * np.sin(blades)
    return _unit_power(air * swell + rng.uniform(0.0, 0.7) * np.sin(blades))


def clicks(rng: np.random.Generator, samples: int, rate: int) -> np.ndarray:
    """Taps, keys and knocks: short decaying resonances, over a little noise of a room."""
    out = np.zeros(samples)
    for _ in range(rng.integers(1, 9)):
        start = int(rng.integers(samples))
        times = np.arange(min(samples - start, rate // 8)) / rate
        decay = np.exp(-times / rng.uniform(0.001, 0.02))
        ring = np.sin(2 * np.pi * np.exp(rng.uniform(np.log(150), np.log(6000))) * times)
        burst = rng.standard_normal(len(times))
        mix = rng.uniform()
        out[start : start + len(times)] += (
            rng.uniform(0.2, 1) * decay * (mix * ring + (1 - mix) * burst)
        )
    return _unit_power(_unit_power(out) + 0.05 * coloured(rng, samples, 1.0))


def music(rng: np.random.Generator, samples: int, rate: int) -> np.ndarray:
    """Chords of decaying notes with overtones; the pace and the key are random."""
    out = np.zeros(samples)
    scale = np.array([0, 2, 4, 5, 7, 9, 11])
    root = rng.uniform(90, 250)
    step = int(rate * rng.uniform(0.12, 0.5))
    for start in range(-int(rng.integers(step)), samples, step):
        begin = max(start, 0)
        times = (np.arange(begin, min(start + 2 * step, samples)) - start) / rate
        envelope = np.exp(-times / rng.uniform(0.05, 0.6)) * np.minimum(times / 0.01, 1)
        for _ in range(rng.integers(1, 4)):
            pitch = root * 2 ** ((rng.choice(scale) + 12 * rng.integers(0, 3)) / 12)
            overtones = np.arange(1, 9)
            overtones = overtones[overtones * pitch < 0.45 * rate]
            weights = overtones ** -rng.uniform(0.7, 2.0)
            notes = weights @ np.sin(2 * np.pi * pitch * overtones[:, None] * times)
            out[begin : begin + len(times)] += rng.uniform(0.3, 1) * envelope * notes
    return _unit_power(out)


def events(rng: np.random.Generator, samples: int, rate: int) -> np.ndarray:
    """Sounds that begin and end: barks, horns, sirens, drills, shots and what is like none of them.

    Each is a harmonic tone, noise in a band, or both; how pitch and level move is random.
    """
    out = 10 ** rng.uniform(-3, -1) * coloured(rng, samples, rng.uniform(0, 2))
    for _ in range(rng.integers(1, 6)):
        length = min(samples, int(rate * np.exp(rng.uniform(np.log(0.03), np.log(1.0)))))
        start = int(rng.integers(samples - length + 1))
        out[start : start + length] += 10 ** rng.uniform(-1, 0) * _event(rng, length, rate)
    return _unit_power(out)


def _event(rng: np.random.Generator, samples: int, rate: int) -> np.ndarray:
    times = np.arange(samples) / rate
    # From pitch to pitch, with vibrato.
    ends = np.log2(np.exp(rng.uniform(np.log(60), np.log(2500)))) + rng.uniform(-1, 1, 3)
    pitch = np.interp(np.arange(samples), np.linspace(0, samples, 3), ends)
    pitch += rng.uniform(0, 0.1) * np.sin(2 * np.pi * rng.uniform(2, 12) * times)
    phase = 2 * np.pi * np.cumsum(2**pitch) / rate
    overtones = np.arange(1, 1 + max(1, int(0.45 * rate / 2 ** pitch.max())))[:24]
    weights = rng.uniform(0, 1, len(overtones)) * overtones ** -rng.uniform(0, 2)
    tone = _unit_power(weights @ np.sin(phase * overtones[:, None]))
    spectrum = np.fft.rfft(rng.standard_normal(samples))
    middle = np.exp(rng.uniform(np.log(100), np.log(6000)))
    octaves = np.log2(np.maximum(np.fft.rfftfreq(samples, 1 / rate), 1.0) / middle)
    band = np.exp(-((octaves / rng.uniform(0.2, 3)) ** 2))
    noise = _unit_power(np.fft.irfft(spectrum * band, samples))
    mix = rng.uniform(-0.5, 1.5)
    # A rise and a fall, and swells between them.
    attack, decay = np.exp(rng.uniform(np.log(0.001), np.log(0.2), 2))
    level = np.minimum(1, times / attack) * np.minimum(1, (times[-1] - times) / decay)
    level *= np.exp(-times * rng.choice([0.0, rng.uniform(1, 30)]))
    level *= 1 + rng.uniform(0, 1) * np.sin(2 * np.pi * rng.uniform(2, 60) * times)
    return _unit_power(level * (min(1, max(0, mix)) * tone + min(1, max(0, 1 - mix)) * noise))


def babble(speech: Sequence[np.ndarray]) -> Noise:
    """Several people talking at once, made from `speech`, float64 [samples] each.

    It is played backwards: the spectrum and the rhythm are those of speech, but no keyword can
    be heard in it.
    """

    def mixed(rng: np.random.Generator, samples: int, rate: int) -> np.ndarray:
        out = np.zeros(samples)
        for _ in range(rng.integers(2, 8)):
            talk = speech[int(rng.integers(len(speech)))]
            start = rng.integers(max(len(talk) - samples, 0) + 1)
            part = talk[start : start + samples][::-1]
            out[: len(part)] += 10 ** rng.uniform(-0.5, 0) * _unit_power(part)
        return _unit_power(out)

    return mixed


COMPUTED: dict[str, Noise] = {
    "white": white,
    "pink": pink,
    "brown": brown,
    "hum": hum,
    "fan": fan,
    "clicks": clicks,
    "music": music,
    "events": events,
}
KINDS = (*COMPUTED, "babble")


def _unit_power(x: np.ndarray) -> np.ndarray:
    power = np.mean(x * x)
    return x / np.sqrt(power) if power > 0 else x
