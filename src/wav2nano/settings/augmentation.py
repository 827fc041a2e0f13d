"""Altered copies of the windows, for training only."""

from typing import Annotated, Literal

from pydantic import Field

from wav2nano.settings.base import Probability, Seed, Settings
from wav2nano.settings.synthesis import Decibels, Factors, Metres, Seconds

ComputedNoise = Literal["white", "pink", "brown", "hum", "fan", "clicks", "music", "events"]


class AugmentationSettings(Settings):
    """Altered copies of the windows, for training only."""

    copies: Annotated[int, Field(ge=0, le=100)] = 0
    """copies of each window; each epoch takes one of them, or the window itself. 0 for none"""

    speed: Factors = Field(default=[0.9, 1.1])
    """played so many times as fast, which moves the pitch and the resonances, too"""

    room: Probability = 0.3
    """share of the copies that are played in a room"""

    reverberation_s: Seconds = Field(default=[0.1, 0.5])
    """its reverberation time, seconds"""

    distance_m: Metres = Field(default=[0.2, 2.0])
    """from the source to the microphone, metres"""

    noise: Probability = 0.5
    """share of the copies with noise behind them"""

    noise_kinds: Annotated[list[ComputedNoise], Field(min_length=1)] = Field(
        default=["white", "pink", "brown", "hum", "fan", "clicks", "music"]
    )
    """one of them in each of these"""

    snr_db: Decibels = Field(default=[5.0, 30.0])
    """from most to least noise, dB of the window over the noise"""

    seed: Seed = 1
    """seed of everything random"""
