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
    layers
        (the namespace `layers` of Keras 3 or tf_keras, settings) to the layers between the
        features and the last, which gives the scores.
    """

    Settings: type[ModelSettings]
    check: Callable[..., None]
    layers: Callable[..., list[Any]]
