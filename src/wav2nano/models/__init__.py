"""The classifiers; each architecture is a file in `architectures/`."""

from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any, Union, cast

from pydantic import Field

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


def check(shape: tuple[int, int], settings: ModelSettings) -> None:
    """Check that the network can be built for features of this shape (frames, bins).

    Raises
    ------
    UserError
        Naming the setting and what would be right.
    """
    ARCHITECTURES[settings.architecture].check(shape, settings)


def build_model(
    keras: ModuleType,
    shape: tuple[int, int],
    classes: int,
    settings: ModelSettings,
    *,
    batch_size: int | None = None,
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
    """
    model = keras.Sequential(name=settings.architecture)
    if batch_size is None:
        model.add(keras.layers.Input(shape))
    else:
        model.add(keras.layers.Input(batch_shape=(batch_size, *shape)))
    for layer in ARCHITECTURES[settings.architecture].layers(keras.layers, settings):
        model.add(layer)
    model.add(keras.layers.Dense(classes, activation="softmax", name="scores"))
    return model
