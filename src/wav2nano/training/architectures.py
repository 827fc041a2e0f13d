"""The classifiers; each is built for any Keras: Keras 3 trains, tf_keras is what converts."""

from types import ModuleType
from typing import Any


def build_model(
    keras: ModuleType,
    shape: tuple[int, int],
    classes: int,
    settings: dict[str, Any],
    *,
    batch_size: int | None = None,
) -> Any:
    """Build the model that `settings["architecture"]` names.

    Parameters
    ----------
    keras
        `keras` (3) or `tf_keras`: layers and weights are the same in both.
    shape
        (frames, bins) of a window's features.
    classes
        Number of labels.
    settings
        `model` of the experiment.
    batch_size
        A fixed batch size, which the converter needs; None for any.
    """
    # Whatever the architecture, convolutions over time may come first (`filters`).
    builder = {"lstm": _lstm, "dense": _dense}[settings["architecture"]]
    model = keras.Sequential(name=settings["architecture"])
    if batch_size is None:
        model.add(keras.layers.Input(shape))
    else:
        model.add(keras.layers.Input(batch_shape=(batch_size, *shape)))
    for layer in [*_convolutions(keras.layers, settings), *builder(keras.layers, settings)]:
        model.add(layer)
    model.add(keras.layers.Dense(classes, activation="softmax", name="scores"))
    return model


def _convolutions(layers: ModuleType, settings: dict[str, Any]) -> list[Any]:
    """Conv1D layers with batch normalisation; the first halves the number of frames."""
    stack = []
    for index, filters in enumerate(settings["filters"]):
        stack += [
            layers.Conv1D(
                filters,
                settings["kernel"],
                strides=1 if index else 2,
                padding="same",
                use_bias=False,
                name=f"conv_{index}",
            ),
            layers.BatchNormalization(name=f"norm_{index}"),
            layers.ReLU(name=f"relu_{index}"),
            layers.SpatialDropout1D(0.1, name=f"spatial_dropout_{index}"),
        ]
    return stack


def _lstm(layers: ModuleType, settings: dict[str, Any]) -> list[Any]:
    *inner, last = settings["units"]
    stack = []
    for index, units in enumerate(inner):
        stack.append(layers.LSTM(units, return_sequences=True, name=f"lstm_{index}"))
        stack.append(layers.Dropout(settings["dropout"], name=f"dropout_{index}"))
    stack.append(layers.LSTM(last, name=f"lstm_{len(inner)}"))
    stack.append(layers.Dropout(settings["dropout"], name=f"dropout_{len(inner)}"))
    return stack


def _dense(layers: ModuleType, settings: dict[str, Any]) -> list[Any]:
    stack = [layers.Flatten(name="flatten")]
    for index, units in enumerate(settings["units"]):
        stack.append(layers.Dense(units, activation="relu", name=f"dense_{index}"))
        stack.append(layers.Dropout(settings["dropout"], name=f"dropout_{index}"))
    return stack
