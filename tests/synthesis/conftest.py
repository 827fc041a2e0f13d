import copy
import shutil

import pytest

SETTINGS = {
    "seed": 1,
    "rate": 16000,
    "words": ["never", "only"],
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


@pytest.fixture
def settings() -> dict:
    """Small settings with espeak-ng alone, which comes with the Python packages."""
    return copy.deepcopy(SETTINGS)


@pytest.fixture
def all_engines(settings) -> dict:
    """The same with all three engines; nothing is run by this."""
    settings["engines"]["flite"] = copy.deepcopy(FLITE)
    settings["engines"]["festival"] = copy.deepcopy(FESTIVAL)
    return settings


@pytest.fixture(params=["espeak", "flite", "festival"])
def installed_engine(request) -> str:
    engine = request.param
    if engine != "espeak" and not shutil.which(engine):
        pytest.skip(f"{engine} is not installed")
    return engine
