"""The int8 model in LiteRT."""

from pathlib import Path

from wav2nano.litert import LiteRtModel
from wav2nano.runtimes import Scorer
from wav2nano.runtimes.int8 import int8_scorer
from wav2nano.tables.preprocessing import Preprocessing


def load(model: Path, preprocessing: Preprocessing) -> Scorer:
    """Load a TFLite model as a function from features to scores."""
    litert = LiteRtModel(model)
    return int8_scorer(litert.invoke, litert, preprocessing)
