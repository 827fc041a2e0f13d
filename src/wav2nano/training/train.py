"""Step train-model: fit a classifier; validation chooses the weights, the test set is not seen."""

import json
import math
import os
import platform
import re
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from wav2nano.files import atomic_path, write_csv, write_json
from wav2nano.training.architectures import build_model
from wav2nano.training.windows import Preprocessing, Windows, load_windows, write_preprocessing

# In floating point the order of a sum counts. It follows the number of threads, so this is fixed:
# a machine with two cores trains the same model as one with eight. And it follows the kernels that
# TensorFlow chooses for the processor: without oneDNN's operations, which it uses on some only, and
# with no wider vectors than AVX2 in the products of matrices.
THREADS = 4
KERNELS = {"TF_ENABLE_ONEDNN_OPTS": "0", "ONEDNN_MAX_CPU_ISA": "AVX2"}
# Extensions of the instruction set that matter for training.
EXTENSIONS = ("AVX", "FMA3", "AVX2", "AVX512F", "NEON", "SVE")


def train_model(
    features: Sequence[Path],
    split: Path,
    *,
    words: list[str] | None,
    chunking: dict[str, Any],
    feature_settings: dict[str, Any],
    model_settings: dict[str, Any],
    settings: dict[str, Any],
    out: Path,
) -> None:
    """Train and write `model.keras` and what belongs to it into the folder `out`.

    That is `history.csv`, `preprocessing.json` and `environment.json`. The weights kept are those
    of the epoch with the least validation loss.
    """
    labels, parts = load_windows(features, split, words)
    train, validation = parts["train"], parts["validation"]
    mean = train.values.mean(axis=(0, 1), dtype=np.float64)
    std = np.maximum(train.values.std(axis=(0, 1), dtype=np.float64), 1e-3)
    preprocessing = Preprocessing(
        labels, chunking, feature_settings, mean.astype(float).tolist(), std.astype(float).tolist()
    )
    keras = import_keras(settings["seed"])
    model = build_model(keras, train.values.shape[1:], len(labels), model_settings)
    model.compile(
        optimizer=keras.optimizers.Adam(settings["learning_rate"], clipnorm=1.0),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    print(
        f"training {model.count_params():,} parameters on {len(train.target)} windows, "
        f"validating on {len(validation.target)}",
        file=sys.stderr,
    )
    history = _fit(keras, model, train, validation, preprocessing, settings)
    write_history(out / "history.csv", history)
    write_preprocessing(out / "preprocessing.json", preprocessing)
    write_json(out / "environment.json", describe_environment())
    save_model(out / "model.keras", model)


def import_keras(seed: int) -> Any:
    """Import Keras 3 on TensorFlow, quiet, and with the same numbers in every run."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ |= {"TF_NUM_INTRAOP_THREADS": str(THREADS), **KERNELS}
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with native_messages_hidden():
        import keras
        import tensorflow

    keras.utils.set_random_seed(seed)
    tensorflow.config.experimental.enable_op_determinism()
    return keras


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


def save_model(path: Path, model: Any) -> None:
    """Save a Keras model; the same model gives the same bytes.

    Keras itself writes the time, and addresses in memory as numbers of shared objects.
    """
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "model.keras"
        model.save(saved)
        with zipfile.ZipFile(saved) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
    numbers: dict[bytes, bytes] = {}
    members["config.json"] = re.sub(
        rb'(?<="shared_object_id": )\d+',
        lambda match: numbers.setdefault(match[0], b"%d" % len(numbers)),
        members["config.json"],
    )
    metadata = json.loads(members["metadata.json"])
    members["metadata.json"] = json.dumps({**metadata, "date_saved": ""}).encode()
    with atomic_path(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name, content in members.items():
            # A ZipInfo that is made by hand has a fixed date.
            archive.writestr(zipfile.ZipInfo(name), content)


@contextmanager
def native_messages_hidden() -> Iterator[None]:
    """Hide what TensorFlow's C++ writes to standard error, whatever its log level says.

    Without a GPU it tells so several times before it reads its own log level. Errors are Python
    exceptions, which are not hidden.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def write_history(path: Path, history: list[dict[str, float]]) -> None:
    """Write one row an epoch: loss and accuracy in training and validation, and the best epoch."""
    write_csv(path, history[0], ([epoch[name] for name in history[0]] for epoch in history))


def augment(
    values: np.ndarray,
    random: np.random.Generator,
    preprocessing: Preprocessing,
    settings: dict[str, Any],
) -> np.ndarray:
    """Make another view of each window, as another microphone at another time would give it.

    In this order: a shift in time, a gain, a constant offset of each bin (another frequency
    response of room and microphone), a stretch of frames set to the mean (SpecAugment's time
    mask, Park et al. 2019).

    Parameters
    ----------
    values : np.ndarray [shape=(windows, frames, bins)]
        Features, not normalised. A gain adds the same number of decibels to each mel band; of
        MFCCs (an orthonormal DCT of the bands) it changes the first only.

    Returns
    -------
    np.ndarray of the same shape
    """
    count, frames, bins = values.shape
    shift = random.integers(-settings["shift_frames"], settings["shift_frames"] + 1, count)
    index = np.clip(np.arange(frames) - shift[:, None], 0, frames - 1)
    view = np.take_along_axis(values, index[:, :, None], axis=1)
    gain = random.uniform(-settings["gain_db"], settings["gain_db"], (count, 1)).astype(np.float32)
    feature = preprocessing.features
    if feature["kind"] == "mfcc":
        view[:, :, 0] += gain * math.sqrt(feature["mel_bands"])
    else:
        view += gain[:, :, None]
    std = settings["response"] * np.float32(preprocessing.std)
    view += random.standard_normal((count, 1, bins), dtype=np.float32) * std
    start = random.integers(0, frames, (count, 1))
    stop = start + random.integers(0, settings["mask_frames"] + 1, (count, 1))
    place = np.arange(frames)
    view[(place >= start) & (place < stop)] = np.float32(preprocessing.mean)
    return view


def _fit(
    keras: Any,
    model: Any,
    train: Windows,
    validation: Windows,
    preprocessing: Preprocessing,
    settings: dict[str, Any],
) -> list[dict[str, float]]:
    random = np.random.default_rng(settings["seed"])
    size = settings["batch_size"]
    steps = math.ceil(len(train.target) / size)
    schedule = keras.optimizers.schedules.CosineDecay(
        settings["learning_rate"], settings["epochs"] * steps, alpha=0.02
    )
    model.optimizer.learning_rate = settings["learning_rate"]
    held_out = preprocessing.normalize(validation.values)
    weight = _class_weights(train.target)
    history, best, best_weights = [], math.inf, None
    for epoch in range(1, settings["epochs"] + 1):
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
        if epoch % 5 == 0 or epoch in (1, settings["epochs"]):
            print(
                f"epoch {epoch}/{settings['epochs']}: training accuracy "
                f"{history[-1]['accuracy']:.3f}, validation {accuracy:.3f} (loss {loss:.3f}, "
                f"best {best:.3f} at epoch {best_epoch})",
                file=sys.stderr,
                flush=True,
            )
        if epoch - best_epoch >= settings["patience"]:
            print(f"no better validation loss since epoch {best_epoch}: done", file=sys.stderr)
            break
    model.set_weights(best_weights)
    return [{**row, "best": int(row["epoch"] == best_epoch)} for row in history]


def _class_weights(target: np.ndarray) -> np.ndarray:
    """Weight of each class, so that rare classes count as much as frequent ones."""
    count = np.bincount(target)
    return (len(target) / (len(count) * np.maximum(count, 1))).astype(np.float32)
