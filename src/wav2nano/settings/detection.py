"""How detection in a stream of sound is measured."""

from typing import Annotated

from pydantic import Field

from wav2nano.settings.base import Seed, Settings


class DetectionSettings(Settings):
    """How detection in a stream of sound is measured: the firmware's C listens on this machine."""

    hours: Annotated[float, Field(ge=0.01, le=100)] = 1.0
    """length of the track, hours: recordings of the test set, which repeat when all were heard"""

    seconds_per_target: Annotated[float, Field(gt=0, le=3600)] = 10.0
    """one target in so many seconds on average; the rest is what is not to be reported"""

    seed: Seed = 1
    """seed of the recordings' order"""
