"""Features in and scores out of an int8 model, as the firmware does it."""

from collections.abc import Callable

import numpy as np

from wav2nano.features.quantize import quantization_tables, quantize
from wav2nano.litert import LiteRtModel, Quantization
from wav2nano.runtimes import Scorer, require_labels, require_windows
from wav2nano.tables.preprocessing import Preprocessing


def int8_scorer(
    invoke: Callable[[np.ndarray], np.ndarray], model: LiteRtModel, preprocessing: Preprocessing
) -> Scorer:
    """Make a function from features to scores of one from int8 to int8; `model` has the scales.

    `invoke` takes windows of as many frames as are heard of them, int8 [windows, frames * bins].
    """
    scale, offset = input_tables(preprocessing, model.input)
    require_labels(model.classes, preprocessing)

    def score(values: np.ndarray, heard: np.ndarray) -> np.ndarray:
        require_windows(model.input_shape, values)
        inputs = quantize(values, scale, offset)
        scores = np.empty((len(values), model.classes), np.int8)
        for frames in np.unique(heard):
            same = heard == frames
            scores[same] = invoke(inputs[same, :frames].reshape(same.sum(), -1))
        return model.output.dequantize(scores)

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
