"""How detection in a stream of sound is measured."""

from typing import Annotated

from pydantic import Field

from wav2nano.settings.base import Seed, Settings, Text


class DetectionSettings(Settings):
    """How detection in a stream of sound is measured: the firmware's C listens on this machine."""

    hours: Annotated[float, Field(ge=0.01, le=100)] = 1.0
    """length of the track, hours: the test set, which repeats when all of it was heard; whole
    recordings where `evaluation.answers` are recordings, else windows"""

    seconds_per_target: Annotated[float, Field(gt=0, le=3600)] = 10.0
    """one target in so many seconds on average; between them what is not to be reported, or a
    quiet room"""

    background: Text | None = None
    """folder of recordings without any of the labels, such as evenings in the room: the track is
    made of them, with targets put in. Of the folders in it the first half, by name, chooses
    thresholds and the rest tests, so give each evening one; without two folders, of the files.
    `null`: the track is made of what the split has"""

    seed: Seed = 1
    """seed of the recordings' order"""
