"""The trained model in Keras."""

from pathlib import Path

from wav2nano.keras_runtime import import_keras
from wav2nano.runtimes import KERAS_BATCH, Scorer
from wav2nano.tables.preprocessing import Preprocessing


def load(model: Path, preprocessing: Preprocessing) -> Scorer:
    """Load a Keras model as a function from features to scores."""
    network = import_keras(0).saving.load_model(model, compile=False)
    return lambda values: network.predict(
        preprocessing.normalize(values), batch_size=KERAS_BATCH, verbose=0
    )
