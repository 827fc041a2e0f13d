"""How the classifier is trained."""

from typing import Annotated

from pydantic import Field

from wav2nano.settings.base import Settings


class TrainingSettings(Settings):
    """How the classifier is trained."""

    epochs: Annotated[int, Field(ge=1)] = 30
    """most passes over the training set; the learning rate falls as a cosine over them"""

    batch_size: Annotated[int, Field(ge=1)] = 32
    """windows in one step"""

    learning_rate: Annotated[float, Field(gt=0)] = 0.003
    """of Adam, at the beginning"""

    patience: Annotated[int, Field(ge=1)] = 12
    """epochs without a better validation loss before stopping"""

    shift_frames: Annotated[int, Field(ge=0)] = 8
    """each time a window is seen it is another view: shifted in time by up to this,"""

    gain_db: Annotated[float, Field(ge=0, le=30)] = 6.0
    """louder or softer by up to this, dB,"""

    response: Annotated[float, Field(ge=0, le=2)] = 0.3
    """with another frequency response, in standard deviations of each bin,"""

    mask_frames: Annotated[int, Field(ge=0)] = 8
    """and with up to so many frames hidden"""

    seed: int = 1
    """of the weights, the views and their order"""
