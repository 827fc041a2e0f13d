"""The generated C of the int8 model, built for this machine."""

from pathlib import Path

from wav2nano.codegen import HostModel
from wav2nano.litert import LiteRtModel
from wav2nano.runtimes import Scorer
from wav2nano.runtimes.int8 import int8_scorer
from wav2nano.tables.preprocessing import Preprocessing


def load(model: Path, preprocessing: Preprocessing) -> Scorer:
    """Generate C from a TFLite model, build it, and give a function from features to scores."""
    return int8_scorer(HostModel(model).invoke, LiteRtModel(model), preprocessing)
