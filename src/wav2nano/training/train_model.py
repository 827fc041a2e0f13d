"""Step train-model: fit a classifier; validation chooses the weights, the test set is not seen."""

import math
import platform
import sys
from pathlib import Path
from typing import Any

import numpy as np

from wav2nano.features import AnyFeatures, add_gain
from wav2nano.files import write_csv, write_json
from wav2nano.keras_runtime import THREADS, import_keras, save_model
from wav2nano.labelled_windows import Windows, load_windows
from wav2nano.models import AnyModel, build_model
from wav2nano.settings.chunking import ChunkingSettings
from wav2nano.settings.training import TrainingSettings
from wav2nano.tables.preprocessing import Preprocessing, write_preprocessing

# Extensions of the instruction set that matter for training.
EXTENSIONS = ("AVX", "FMA3", "AVX2", "AVX512F", "NEON", "SVE")


def train_model(
    *,
    split: Path,
    features: list[Path],
    labels: list[str] | None,
    chunking: ChunkingSettings,
    feature_settings: AnyFeatures,
    model_settings: AnyModel,
    settings: TrainingSettings,
    model: Path,
    history: Path,
    preprocessing: Path,
    environment: Path,
) -> None:
    """Train, and keep the weights of the epoch with the least validation loss.

    Parameters
    ----------
    split
        CSV file of the split.
    features
        HDF5 files of features.
    labels
        `labels` of the experiment: what to tell apart, or null for every label.
    chunking
        `chunking` of the experiment: how the windows were cut.
    feature_settings
        `features` of the experiment: how the features were made.
    model_settings
        `model` of the experiment.
    settings
        `training` of the experiment.
    model
        Keras file to write: the trained model.
    history
        CSV file to write: loss and accuracy of each epoch.
    preprocessing
        JSON file to write: all that stands between audio and the model.
    environment
        JSON file to write: what trained, as far as it can change the weights.
    """
    order, parts = load_windows(features, split, labels)
    train, validation = parts["train"], parts["validation"]
    mean = train.values.mean(axis=(0, 1), dtype=np.float64)
    std = np.maximum(train.values.std(axis=(0, 1), dtype=np.float64), 1e-3)
    between = Preprocessing(
        labels=order,
        chunking=chunking,
        features=feature_settings,
        mean=mean.tolist(),
        std=std.tolist(),
    )
    keras = import_keras(settings.seed)
    network = build_model(keras, train.values.shape[1:], len(order), model_settings)
    network.compile(
        optimizer=keras.optimizers.Adam(settings.learning_rate, clipnorm=1.0),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    print(
        f"training {network.count_params():,} parameters on {len(train.target)} windows, "
        f"validating on {len(validation.target)}",
        file=sys.stderr,
    )
    epochs = _fit(keras, network, train, validation, between, settings)
    write_history(history, epochs)
    write_preprocessing(preprocessing, between)
    write_json(environment, describe_environment())
    save_model(model, network)


def describe_environment() -> dict[str, Any]:
    """Tell what trains here, as far as it can change the last digits of the weights."""
    import keras
    import tensorflow
    from numpy._core._multiarray_umath import __cpu_features__ as processor

    return {
        "tensorflow": tensorflow.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "system": platform.system(),
        "machine": platform.machine(),
        "extensions": [name for name in EXTENSIONS if processor.get(name)],
        "threads": THREADS,
    }


def write_history(path: Path, history: list[dict[str, float]]) -> None:
    """Write one row an epoch: loss and accuracy in training and validation, and the best epoch."""
    write_csv(path, history[0], ([epoch[name] for name in history[0]] for epoch in history))


def augment(
    values: np.ndarray,
    random: np.random.Generator,
    preprocessing: Preprocessing,
    settings: TrainingSettings,
) -> np.ndarray:
    """Make another view of each window, as another microphone at another time would give it.

    In this order: a shift in time, a gain, a constant offset of each bin (another frequency
    response of room and microphone), a stretch of frames set to the mean (SpecAugment's time
    mask, Park et al. 2019).

    Parameters
    ----------
    values : np.ndarray [shape=(windows, frames, bins)]
        Features, not normalised.

    Returns
    -------
    np.ndarray of the same shape
    """
    count, frames, bins = values.shape
    shift = random.integers(-settings.shift_frames, settings.shift_frames + 1, (count,))
    index = np.clip(np.arange(frames) - shift[:, None], 0, frames - 1)
    view = np.take_along_axis(values, index[:, :, None], axis=1)
    gain = random.uniform(-settings.gain_db, settings.gain_db, (count,)).astype(np.float32)
    add_gain(view, gain, preprocessing.features)
    std = settings.response * np.array(preprocessing.std, np.float32)
    view += random.standard_normal((count, 1, bins), dtype=np.float32) * std
    start = random.integers(0, frames, (count, 1))
    stop = start + random.integers(0, settings.mask_frames + 1, (count, 1))
    place = np.arange(frames)
    view[(place >= start) & (place < stop)] = np.array(preprocessing.mean, np.float32)
    return view


def _fit(
    keras: Any,
    model: Any,
    train: Windows,
    validation: Windows,
    preprocessing: Preprocessing,
    settings: TrainingSettings,
) -> list[dict[str, float]]:
    random = np.random.default_rng(settings.seed)
    size = settings.batch_size
    steps = math.ceil(len(train.target) / size)
    schedule = keras.optimizers.schedules.CosineDecay(
        settings.learning_rate, settings.epochs * steps, alpha=0.02
    )
    model.optimizer.learning_rate = settings.learning_rate
    held_out = preprocessing.normalize(validation.values)
    weight = _class_weights(train.target)
    history, best, best_weights = [], math.inf, None
    for epoch in range(1, settings.epochs + 1):
        model.optimizer.learning_rate = float(schedule((epoch - 1) * steps))
        order = random.permutation(len(train.target))
        values = augment(train.values[order], random, preprocessing, settings)
        target = train.target[order]
        fitted = model.fit(
            preprocessing.normalize(values),
            target,
            sample_weight=weight[target],
            batch_size=size,
            shuffle=False,
            verbose=0,
        )
        loss, accuracy = model.evaluate(held_out, validation.target, batch_size=256, verbose=0)
        better = loss < best
        if better:
            best, best_weights, best_epoch = loss, model.get_weights(), epoch
        history.append(
            {
                "epoch": epoch,
                "loss": fitted.history["loss"][0],
                "accuracy": fitted.history["accuracy"][0],
                "validation_loss": loss,
                "validation_accuracy": accuracy,
            }
        )
        if epoch % 5 == 0 or epoch in (1, settings.epochs):
            print(
                f"epoch {epoch}/{settings.epochs}: training accuracy "
                f"{history[-1]['accuracy']:.3f}, validation {accuracy:.3f} (loss {loss:.3f}, "
                f"best {best:.3f} at epoch {best_epoch})",
                file=sys.stderr,
                flush=True,
            )
        if epoch - best_epoch >= settings.patience:
            print(f"no better validation loss since epoch {best_epoch}: done", file=sys.stderr)
            break
    model.set_weights(best_weights)
    return [{**row, "best": int(row["epoch"] == best_epoch)} for row in history]


def _class_weights(target: np.ndarray) -> np.ndarray:
    """Weight of each class, so that rare classes count as much as frequent ones."""
    count = np.bincount(target)
    return (len(target) / (len(count) * np.maximum(count, 1))).astype(np.float32)
