"""The classifiers; each architecture is a file in `architectures/`."""

from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any, Union, cast

import numpy as np
from pydantic import Field

from wav2nano.errors import UserError
from wav2nano.features.base import FeatureSettings
from wav2nano.masking import HIDDEN
from wav2nano.models.base import Architecture, ModelSettings
from wav2nano.registry import entries

ARCHITECTURES = cast(dict[str, Architecture], entries("wav2nano.models.architectures"))

if TYPE_CHECKING:
    AnyModel = ModelSettings
else:
    # Distinguished by `architecture`: a setting of one does not exist for another.
    AnyModel = Annotated[
        Union[tuple(entry.Settings for entry in ARCHITECTURES.values())],  # noqa: UP007
        Field(discriminator="architecture"),
    ]


def check(shape: tuple[int, int], settings: ModelSettings, features: FeatureSettings) -> None:
    """Check that the network can be built for these features, of this shape (frames, bins).

    Raises
    ------
    UserError
        Naming the setting and what would be right.
    """
    architecture = ARCHITECTURES[settings.architecture]
    wanted = getattr(architecture, "FEATURES", features.kind)
    if features.kind != wanted:
        raise UserError(
            f"model.architecture: {settings.architecture} was trained on other features than "
            f"{features.kind}. Set features.kind: {wanted}."
        )
    if hasattr(architecture, "FEATURES") and features.window_normalization != "none":
        raise UserError(
            f"model.architecture: {settings.architecture} was trained on features as they are. Set "
            "features.window_normalization: none."
        )
    architecture.check(shape, settings)


def frames_per_column(settings: ModelSettings) -> int | None:
    """Frames of a column of the network, which a stream can compute alone; None if it cannot."""
    architecture = ARCHITECTURES[settings.architecture]
    found: int | None = getattr(architecture, "frames_per_column", lambda _: None)(settings)
    return found


def check_any_length(settings: ModelSettings) -> None:
    """Check that the network takes any number of frames, in Keras and in int8.

    Raises
    ------
    UserError
        Naming the setting and what would be right.
    """
    can = [name for name, entry in ARCHITECTURES.items() if hasattr(entry, "ANY_LENGTH")]
    if settings.architecture not in can:
        raise UserError(
            "chunking.short: mask gives the network as many frames as a recording has, and "
            f"model.architecture: {settings.architecture} takes a fixed number. Set "
            f"model.architecture: {' or '.join(can)} with model.filters: [], or chunking.short: "
            "pad."
        )
    if filters := getattr(settings, "filters", []):
        raise UserError(
            "chunking.short: mask hides from the network what is after a recording's end, and the "
            f"convolutions of model.filters: {filters} hear it. Set model.filters: [], or "
            "chunking.short: pad."
        )


def build_model(
    keras: ModuleType,
    shape: tuple[int, int],
    classes: int,
    settings: ModelSettings,
    *,
    batch_size: int | None = None,
    masked: bool = False,
) -> Any:
    """Build the network, to be trained or converted.

    Parameters
    ----------
    keras
        `keras` (3), which trains, or `tf_keras`, which converts: layers and weights are the same
        in both.
    shape
        (frames, bins) of a window's features.
    classes
        Number of labels.
    settings
        Of the architecture.
    batch_size
        A fixed batch size, which the converter needs; None for any.
    masked
        Whether it skips frames that are hidden, as `masking.hide` does it. Keras hands the mask on
        from layer to layer; a recurrent layer keeps its state where a frame is hidden.
    """
    if batch_size is None:
        inputs = keras.layers.Input(shape, name="features")
    else:
        inputs = keras.layers.Input(batch_shape=(batch_size, *shape), name="features")
    architecture = ARCHITECTURES[settings.architecture]
    x = keras.layers.Masking(HIDDEN, name="masking")(inputs) if masked else inputs
    last = architecture.connect(keras.layers, x, settings)
    scores = keras.layers.Dense(classes, activation="softmax", name="scores")(last)
    return keras.Model(inputs, scores, name=settings.architecture)


def pretrained(settings: ModelSettings) -> dict[str, list[np.ndarray]]:
    """Weights that a network begins with, by the names of its layers; others are drawn at random.

    Raises
    ------
    UserError
        If the file that has them is not there, or is another one.
    """
    architecture = ARCHITECTURES[settings.architecture]
    found: dict[str, list[np.ndarray]] = getattr(architecture, "pretrained", lambda _: {})(settings)
    return found


def weights_by_layer(model: Any) -> dict[str, list[np.ndarray]]:
    """Weights of a network by the names of its layers.

    The order of layers that are side by side is not the same in Keras 3 and tf_keras.
    """
    return {layer.name: layer.get_weights() for layer in model.layers}
