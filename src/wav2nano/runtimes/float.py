"""The trained model in Keras."""

from pathlib import Path

from wav2nano.keras_runtime import load_model
from wav2nano.runtimes import KERAS_BATCH, Scorer
from wav2nano.tables.preprocessing import Preprocessing


def load(model: Path, preprocessing: Preprocessing) -> Scorer:
    """Load a Keras model as a function from features to scores."""
    network = load_model(model)
    return lambda values: network.predict(
        preprocessing.normalize(values), batch_size=KERAS_BATCH, verbose=0
    )
