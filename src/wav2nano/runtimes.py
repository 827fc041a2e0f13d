"""What computes the scores: Keras, LiteRT, and the generated C on this machine."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np

from wav2nano.codegen import HostModel
from wav2nano.features.quantize import quantization_tables, quantize
from wav2nano.litert import LiteRtModel, Quantization
from wav2nano.tables.preprocessing import Preprocessing

Runtime = Literal["float", "litert", "c"]

KERAS_BATCH = 256  # windows that Keras scores at a time


def load_runtime(
    runtime: Runtime, model: Path, preprocessing: Preprocessing
) -> Callable[[np.ndarray], np.ndarray]:
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
    if runtime == "float":
        from wav2nano.keras_runtime import import_keras

        network = import_keras(0).saving.load_model(model, compile=False)
        return lambda values: network.predict(
            preprocessing.normalize(values), batch_size=KERAS_BATCH, verbose=0
        )
    litert = LiteRtModel(model)
    invoke = litert.invoke if runtime == "litert" else HostModel(model).invoke
    scale, offset = input_tables(preprocessing, litert.input)

    def score(values: np.ndarray) -> np.ndarray:
        inputs = quantize(values, scale, offset).reshape(len(values), -1)
        return litert.output.dequantize(invoke(inputs))

    return score


def input_tables(
    preprocessing: Preprocessing, quantization: Quantization
) -> tuple[np.ndarray, np.ndarray]:
    """Scale and offset of each bin from feature to int8 input, as the firmware has them."""
    return quantization_tables(
        np.array(preprocessing.mean),
        np.array(preprocessing.std),
        quantization.scale,
        quantization.zero_point,
    )
