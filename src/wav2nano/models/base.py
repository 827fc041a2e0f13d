"""What all architectures have in common."""

from collections.abc import Callable
from typing import Any, Protocol

from wav2nano.settings.base import Settings


class ModelSettings(Settings):
    """Settings of an architecture; its own file adds `architecture` and what it needs."""

    architecture: str


class Architecture(Protocol):
    """What a module in `architectures/` has.

    Attributes
    ----------
    Settings
        Its settings, a `ModelSettings`.
    check
        (shape (frames, bins), settings); raises a `UserError` where the network cannot be built.
    connect
        (the namespace `layers` of Keras 3 or tf_keras, a window's features as a tensor of that
        Keras, settings) to the tensor from which the last layer makes the scores. Every layer has
        a name: by it the trained weights find their layer in the other Keras.

    One that a stream can run step by step, as all that it computes before it averages over time is
    convolutions without padding, has also:

    frames_per_column
        (settings) to the number of frames by which its convolutions move, together.

    One that without convolutions takes any number of frames, in int8, too, has also:

    ANY_LENGTH
        True.

    One that begins with weights that others trained has also:

    MODEL
        The `ModelFile` that they are in.
    FEATURES
        The kind of features that they were trained on, as they are, not normalised.
    pretrained
        (settings) to the weights by the names of the layers.
    """

    Settings: type[ModelSettings]
    check: Callable[..., None]
    connect: Callable[..., Any]
