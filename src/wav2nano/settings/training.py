"""How the classifier is trained."""

from typing import Annotated, Literal

from pydantic import Field

from wav2nano.settings.base import Seed, Settings


class TeacherSettings(Settings):
    """A network that was trained on speech, Google's speech embedding, as the teacher."""

    weight: Annotated[float, Field(gt=0, le=1)] = 0.9
    """share of each target that is the teacher's judgement; the rest is the label"""

    embedding_weight: Annotated[float, Field(ge=0, le=100)] = 0.0
    """weight of the squared error of a projection of what the last layer takes to the teacher's
    embedding; 0 for none"""

    units: Annotated[int, Field(ge=1, le=4096)] = 128
    """of the layer between the embedding and the teacher's scores, which is trained first"""

    epochs: Annotated[int, Field(ge=1, le=1000)] = 30
    """maximum passes over the training set to train it; it stops when validation is no better"""


class TrainingSettings(Settings):
    """How the classifier is trained."""

    epochs: Annotated[int, Field(ge=1, le=100_000)] = 30
    """maximum passes over the training set"""

    batch_size: Annotated[int, Field(ge=1, le=65_536)] = 32
    """windows per step"""

    optimizer: Literal["adam", "adamw", "rmsprop", "sgd"] = "adam"
    """rule of the steps, with the constants of Keras; sgd with a momentum of 0.9"""

    learning_rate: Annotated[float, Field(gt=0, le=1)] = 0.003
    """initial learning rate"""

    schedule: Literal["cosine", "constant"] = "cosine"
    """of the learning rate: it falls along a cosine to a fiftieth at the last epoch, or stays"""

    patience: Annotated[int, Field(ge=1, le=100_000)] | None = 12
    """epochs without a better validation loss before stopping; `null`: all epochs"""

    weights: Literal["best", "last"] = "best"
    """which are kept: those of the epoch with the best validation loss, or of the last epoch, for
    which set `patience: null`, too"""

    class_weights: Literal["balanced", "none"] = "balanced"
    """balanced: rare labels count as much as frequent ones; none: every window counts the same"""

    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """share of each target that is spread over all labels"""

    shift_frames: Annotated[int, Field(ge=0, le=1000)] = 8
    """each view of a window in training is shifted in time by up to this,"""

    gain_db: Annotated[float, Field(ge=0, le=30)] = 6.0
    """made louder or softer by up to this, dB,"""

    response: Annotated[float, Field(ge=0, le=2)] = 0.3
    """given a different frequency response, in standard deviations of each bin,"""

    mask_frames: Annotated[int, Field(ge=0, le=1000)] = 8
    """has up to this many frames hidden,"""

    mask_bins: Annotated[int, Field(ge=0, le=1000)] = 0
    """and up to this many bins (of MFCC: coefficients) in all frames"""

    teacher: TeacherSettings | None = None
    """`null`: the labels alone are learnt; {}: a large network, too, teaches what it makes of each
    window, which helps most where all training speech is synthetic"""

    seed: Seed = 1
    """seed of the weights, the views and their order"""
