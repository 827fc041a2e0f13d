"""What computes the scores: Keras, LiteRT, and the generated C on this machine; a module each."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Literal, cast

import numpy as np

from wav2nano.tables.preprocessing import Preprocessing

Runtime = Literal["float", "litert", "c"]
Scorer = Callable[[np.ndarray], np.ndarray]

KERAS_BATCH = 256  # windows that Keras scores at a time


def load_runtime(runtime: Runtime, model: Path, preprocessing: Preprocessing) -> Scorer:
    """Make a function from features [windows, frames, bins] to scores float [windows, labels].

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
