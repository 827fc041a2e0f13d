"""The trained model in Keras."""

from pathlib import Path

import numpy as np

from wav2nano.keras_runtime import load_model
from wav2nano.masking import hide
from wav2nano.runtimes import KERAS_BATCH, Scorer, require_labels, require_windows
from wav2nano.tables.preprocessing import Preprocessing


def load(model: Path, preprocessing: Preprocessing) -> Scorer:
    """Load a Keras model as a function from features to scores."""
    network = load_model(model)
    require_labels(network.output_shape[-1], preprocessing)

    def score(values: np.ndarray, heard: np.ndarray) -> np.ndarray:
        require_windows(network.input_shape[1:], values)
        inputs = hide(preprocessing.normalize(values), heard)
        return network.predict(inputs, batch_size=KERAS_BATCH, verbose=0)

    return score
