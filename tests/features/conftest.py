"""Real recordings and hard signals."""

import numpy as np
import pytest
from feature_cases import SAMPLES, recordings


@pytest.fixture(scope="session")
def real_windows(shared_data) -> dict[int, np.ndarray]:
    """Recordings of speech and of the city by rate: int16 [n, SAMPLES]."""
    return {
        16000: np.concatenate(
            [
                recordings(shared_data / "speech_commands_v1_300", "*.flac", 60),
                recordings(shared_data / "urbansound8k_folds_1_2", "*.ogg", 40),
            ]
        ),
        8000: recordings(shared_data / "fsdd", "*.flac", 60),
    }


@pytest.fixture(scope="session")
def hard_windows() -> dict[str, np.ndarray]:
    """Signals at the limits of 16 bits, by name: int16 [n, SAMPLES]."""
    random = np.random.default_rng(7)
    time = np.arange(SAMPLES) / 16000
    tones = np.sin(2 * np.pi * np.array([[100], [440], [1000], [1234.5], [3000], [7500]]) * time)
    last_bit = random.integers(-1, 2, (3, SAMPLES))
    signals = {
        "full-scale tones": 32767 * tones,
        "digital silence": np.zeros((1, SAMPLES)),
        "constants": np.array([[1], [1000], [-32768], [32767]]) * np.ones(SAMPLES),
        "clipped noise": 1e5 * random.standard_normal((3, SAMPLES)),
        "clipped tones": 1e9 * tones,
        "noise in the last bit": last_bit,
        "tone and noise in the last bit": 20000 * tones[1] + last_bit,
        "offset and noise in the last bit": 3000 + last_bit,
        "large offset and noise in the last bit": 30000 + last_bit,
        "impulse": 32767 * (np.arange(SAMPLES) == 8000)[np.newaxis],
    }
    return {
        name: np.clip(np.rint(signal), -32768, 32767).astype(np.int16)
        for name, signal in signals.items()
    }
