"""Step quantize-model: the trained model as a full-integer TFLite model, int8 in and out."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from wav2nano.errors import UserError
from wav2nano.files import atomic_path, write_csv
from wav2nano.keras_runtime import load_model, native_messages_hidden
from wav2nano.labelled_windows import Windows, load_windows
from wav2nano.models import AnyModel, build_model, weights_by_layer
from wav2nano.quantization.choose_ranges import choose_ranges
from wav2nano.quantization.graph import clear_unused, operations
from wav2nano.quantization.share_ranges import share_ranges
from wav2nano.settings.quantization import QuantizationSettings
from wav2nano.tables.preprocessing import read_preprocessing

QUANTIZER_TRIES = 20  # of which one in five fails, for some unrolled networks


def quantize_model(
    *,
    model: Path,
    preprocessing: Path,
    split: Path,
    features: list[Path],
    labels: list[str] | None,
    model_settings: AnyModel,
    settings: QuantizationSettings,
    out: Path,
    calibration: Path,
) -> None:
    """Convert the trained model to int8, calibrated on training windows.

    The ranges of all tensors are chosen by the windows that `calibration` lists: the same number of
    each label, evenly spaced in the order of the recordings.

    Parameters
    ----------
    model
        Keras file of the trained model.
    preprocessing
        JSON file of what stands between audio and the model.
    split
        CSV file of the split.
    features
        HDF5 files of features.
    labels
        `labels` of the experiment: what to tell apart, or null for every label.
    model_settings
        `model` of the experiment.
    settings
        `quantization` of the experiment.
    out
        TFLite file to write.
    calibration
        CSV file to write: the windows that measured the ranges.
    """
    order, parts = load_windows(features, split, labels)
    between = read_preprocessing(preprocessing, labels=order)
    train = parts["train"]
    chosen = calibration_list(train.target, settings.calibration_windows)
    _write_calibration(calibration, train, chosen)
    trained = load_model(model)
    content = convert(
        weights_by_layer(trained),
        train.features.shape,
        len(between.labels),
        model_settings,
        [
            between.normalize(window[:frames])
            for window, frames in zip(train.take(chosen), train.heard[chosen], strict=True)
        ],
    )
    with atomic_path(out) as temporary:
        temporary.write_bytes(content)
    print(f"{len(content):,} bytes, calibrated on {len(chosen)} windows", file=sys.stderr)


def calibration_list(target: np.ndarray, count: int) -> np.ndarray:
    """List indices of about `count` windows, as many of each class, evenly spaced."""
    classes = np.unique(target)
    share = max(1, count // len(classes))
    chosen = []
    for number in classes:
        inside = np.flatnonzero(target == number)
        chosen.append(inside[np.unique(np.linspace(0, len(inside) - 1, share).round().astype(int))])
    return np.sort(np.concatenate(chosen))


def convert(
    weights: dict[str, list[np.ndarray]],
    shape: tuple[int, int],
    classes: int,
    model_settings: AnyModel,
    calibration: Sequence[np.ndarray],
) -> bytes:
    """Convert trained weights, by the names of their layers, to a full-integer TFLite model.

    The converter turns LSTM layers of tf_keras with a batch of one into single LSTM operators; of
    Keras 3 it makes loops over tensor lists, which no microcontroller runs.

    Parameters
    ----------
    weights
        Of each layer.
    shape
        (frames, bins) of a window's features.
    classes
        Number of labels.
    model_settings
        Of the architecture.
    calibration : sequence of numpy.ndarray [shape=(frames, bins)]
        Normalised features, float32, that measure the ranges. Those of a network that takes any
        number of frames may have less than `shape`.

    Raises
    ------
    UserError
        If the weights are of another network, or the converter refuses it.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf
    import tf_keras

    model = build_model(tf_keras, shape, classes, model_settings, batch_size=1)
    try:
        for layer in model.layers:
            layer.set_weights(weights[layer.name])
    except (KeyError, ValueError) as error:
        raise UserError(
            f"The trained model is not of these features, labels and settings ({error}). Train it "
            "again."
        ) from None
    function = tf.function(model, input_signature=[tf.TensorSpec((1, *shape), tf.float32)])
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [function.get_concrete_function()], model
    )
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([window[None]] for window in calibration)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    # The converter has no place for what comes between calibration and quantisation, and calibrates
    # with windows of one length.
    converter._quantize = lambda content, *_: _quantize(
        share_ranges(choose_ranges(_calibrate(content, calibration), calibration))
    )
    try:
        with native_messages_hidden():
            return converter.convert()
    except Exception as error:  # the converter raises many types, with pages of text
        reason = str(error).strip().splitlines()[0]
        raise UserError(f"The TFLite converter refused the model: {reason}") from error


def _calibrate(content: bytes, windows: Sequence[np.ndarray]) -> bytes:
    """Measure the range of each tensor on windows; those of one length are fed one after another.

    The calibrator takes the shape of the first window that it is fed, and keeps what it measured.
    """
    from tensorflow.lite.python.optimize import calibrator  # type: ignore[import-untyped]

    calibrating = calibrator.Calibrator(calibrator.add_intermediate_tensors(content))
    for frames in sorted({len(window) for window in windows}):
        same = [[window[None]] for window in windows if len(window) == frames]
        calibrated: bytes = calibrating.calibrate(lambda same=same: iter(same))
    return calibrated


def _quantize(calibrated: bytes) -> bytes:
    """Quantise a calibrated model.

    Where operations pass on what they get, as a split does, the order in which the quantiser
    settles their scales is that of addresses in memory. Now and then it settles too little of a
    layer that was unrolled and computes that in float, between DEQUANTIZE and QUANTIZE. All other
    results are the same to the byte, so that trying again gives the same model everywhere.
    """
    import tensorflow as tf
    from tensorflow.lite.python.convert import (  # type: ignore[import-untyped]
        mlir_quantize,
    )

    for _ in range(QUANTIZER_TRIES):
        quantized: bytes = mlir_quantize(
            calibrated, input_data_type=tf.int8, output_data_type=tf.int8
        )
        if not operations(quantized) & {"DEQUANTIZE", "QUANTIZE"}:
            break
    return clear_unused(quantized)


def _write_calibration(path: Path, train: Windows, chosen: np.ndarray) -> None:
    rows = zip(train.recording[chosen], train.start[chosen], strict=True)
    write_csv(path, ["recording", "start"], rows)
