"""What is played to the simulated board."""

from typing import Annotated

from pydantic import Field

from wav2nano.settings.base import Seed, Settings


class SimulationSettings(Settings):
    """What is played to the simulated board."""

    recordings: Annotated[int, Field(ge=1)] = 40
    """test recordings played one by one"""

    track_seconds: Annotated[float, Field(ge=1, le=3600)] = 60.0
    """length of a long track of test recordings, seconds"""

    seed: Seed = 1
    """seed of their choice and order"""
