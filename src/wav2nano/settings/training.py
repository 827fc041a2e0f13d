"""How the classifier is trained."""

from typing import Annotated

from pydantic import Field

from wav2nano.settings.base import Seed, Settings


class TrainingSettings(Settings):
    """How the classifier is trained."""

    epochs: Annotated[int, Field(ge=1, le=100_000)] = 30
    """maximum passes over the training set; over these the learning rate falls as a cosine"""

    batch_size: Annotated[int, Field(ge=1, le=65_536)] = 32
    """windows per step"""

    learning_rate: Annotated[float, Field(gt=0, le=1)] = 0.003
    """initial learning rate of Adam"""

    patience: Annotated[int, Field(ge=1, le=100_000)] = 12
    """epochs without a better validation loss before stopping"""

    shift_frames: Annotated[int, Field(ge=0, le=1000)] = 8
    """each view of a window in training is shifted in time by up to this,"""

    gain_db: Annotated[float, Field(ge=0, le=30)] = 6.0
    """made louder or softer by up to this, dB,"""

    response: Annotated[float, Field(ge=0, le=2)] = 0.3
    """given a different frequency response, in standard deviations of each bin,"""

    mask_frames: Annotated[int, Field(ge=0, le=1000)] = 8
    """and has up to this many frames hidden"""

    seed: Seed = 1
    """seed of the weights, the views and their order"""
