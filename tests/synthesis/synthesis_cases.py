"""Small settings of speech synthesis that the tests share."""

from typing import Any

from wav2nano.settings.load import overlay
from wav2nano.settings.synthesis import SynthesisSettings

RATE = 16000
LABELS = ["never", "only"]
SETTINGS = {
    "seed": 1,
    "recordings": 12,
    "formants": [0.9, 1.1],
    "unknown": {"recordings": 12, "words": ["ever", "lonely", "river", "wall", "Only"]},
    "silence": {"recordings": 24, "level_db": [-90, -20]},
    "engines": {
        "espeak": {
            "accents": "all",
            "variants": ["m1", "f2", "klatt"],
            "rate": [0.8, 1.25],
            "pitch": [-3, 3],
            "range": [0.5, 1.5],
        },
    },
    "acoustics": {
        "room": {"probability": 0.5, "reverberation_s": [0.1, 0.5], "distance_m": [0.1, 2.0]},
        "noise": {
            "probability": 0.8,
            "kinds": ["white", "pink", "brown", "hum", "fan", "clicks", "music", "babble"],
            "snr_db": [0, 30],
        },
        "equalizer_db": 6,
        "low_cut_hz": [20, 300],
        "high_cut_hz": [3400, 8000],
        "level_db": [-40, -15],
        "microphone_noise_db": [-95, -65],
        "clip_probability": 0.05,
    },
}
MANNER = {"rate": [0.8, 1.25], "pitch": [-3, 3], "range": [0.5, 1.5]}
FLITE = {"voices": ["slt", "rms", "awb", "kal16"], **MANNER}
FESTIVAL = {"voices": ["kal_diphone", "ked_diphone", "cmu_us_slt_arctic_hts"], **MANNER}


def settings_with(**differing: Any) -> SynthesisSettings:
    """Settings with espeak-ng alone, which comes with the Python packages, and what differs."""
    return SynthesisSettings.model_validate(overlay(SETTINGS, differing))


def all_engines(**differing: Any) -> SynthesisSettings:
    """The same with all three engines; nothing is run by this."""
    engines = {"flite": FLITE, "festival": FESTIVAL}
    return settings_with(engines=engines, **differing)
