"""What computes the scores: Keras, LiteRT, and the generated C on this machine; a module each."""

import math
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Literal, cast

import numpy as np

from wav2nano.errors import UserError
from wav2nano.tables.preprocessing import Preprocessing

Runtime = Literal["float", "litert", "c"]
# From features, float32 [windows, frames, bins], and how many frames of each window are heard, int
# [windows], to scores, float32 [windows, labels].
Scorer = Callable[[np.ndarray, np.ndarray], np.ndarray]

KERAS_BATCH = 256  # windows that Keras scores at a time


def load_runtime(runtime: Runtime, model: Path, preprocessing: Preprocessing) -> Scorer:
    """Make a function from features, and how many frames are heard, to scores: see `Scorer`.

    Parameters
    ----------
    runtime
        float (Keras), litert (the int8 model in LiteRT) or c (the generated C, built for here).
    model
        Of Keras for float, else the int8 TFLite model.
    preprocessing
        That the model was trained with.
    """
    # By name, so that a change in one runtime does not score the others again.
    module = import_module(f"{__name__}.{runtime}")
    return cast(Scorer, module.load(model, preprocessing))


def require_labels(classes: int, preprocessing: Preprocessing) -> None:
    """Check that a model tells as many labels apart as its preprocessing names.

    Raises
    ------
    UserError
        If it is of another training.
    """
    if classes != len(preprocessing.labels):
        raise UserError(
            f"The model tells {classes} labels apart, and preprocessing.json names "
            f"{len(preprocessing.labels)}: they are not of the same training. Train again."
        )


def require_windows(shape: Sequence[int], values: np.ndarray) -> None:
    """Check that features [windows, frames, bins] are of the shape that a model takes.

    Raises
    ------
    UserError
        If it is of other features.
    """
    # A dense network may take all values of a window in a row.
    if math.prod(shape) != math.prod(values.shape[1:]):
        raise UserError(
            f"The model takes windows of {' x '.join(map(str, shape))} values, and these features "
            f"have {' x '.join(map(str, values.shape[1:]))}: it was trained with others. Train "
            "again."
        )
