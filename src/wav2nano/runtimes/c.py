"""The generated C of the int8 model, built for this machine."""

from pathlib import Path

from wav2nano.codegen import HostModel
from wav2nano.errors import UserError
from wav2nano.litert import LiteRtModel
from wav2nano.runtimes import Scorer
from wav2nano.runtimes.int8 import int8_scorer
from wav2nano.tables.preprocessing import Preprocessing


def load(model: Path, preprocessing: Preprocessing) -> Scorer:
    """Generate C from a TFLite model, build it, and give a function from features to scores.

    Raises
    ------
    UserError
        If the model was trained on recordings of any length.
    """
    if preprocessing.chunking.short == "mask":
        raise UserError(
            "chunking.short: mask gives the network recordings of any length, and the generated C "
            "takes whole windows. Use int8 or float, or set chunking.short: pad and train again."
        )
    return int8_scorer(HostModel(model).invoke, LiteRtModel(model), preprocessing)
