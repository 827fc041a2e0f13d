"""Step train-model: fit a classifier; validation may choose the weights, the test is not seen."""

import math
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wav2nano.errors import UserError
from wav2nano.features import AnyFeatures, add_gain, static
from wav2nano.files import write_csv, write_json
from wav2nano.keras_runtime import THREADS, import_keras, save_model, test_on, train_on
from wav2nano.labelled_windows import Windows, load_windows
from wav2nano.masking import hide, is_heard
from wav2nano.models import AnyModel, build_model, pretrained
from wav2nano.settings.chunking import ChunkingSettings
from wav2nano.settings.training import TrainingSettings
from wav2nano.tables.preprocessing import Preprocessing, write_preprocessing
from wav2nano.training.teach import Targets, one_hot, require_same, teach, with_embedding

# Extensions of the instruction set that matter for training.
EXTENSIONS = ("AVX", "FMA3", "AVX2", "AVX512F", "NEON", "SVE")

CLIP_NORM = 1.0  # of each layer's gradient
OPTIMIZERS: dict[str, Callable[[Any, float], Any]] = {
    "adam": lambda optimizers, rate: optimizers.Adam(rate, clipnorm=CLIP_NORM),
    "adamw": lambda optimizers, rate: optimizers.AdamW(rate, clipnorm=CLIP_NORM),
    "rmsprop": lambda optimizers, rate: optimizers.RMSprop(rate, clipnorm=CLIP_NORM),
    "sgd": lambda optimizers, rate: optimizers.SGD(rate, momentum=0.9, clipnorm=CLIP_NORM),
}

EVALUATED = 256  # windows at a time that validation scores
SUMMED = 256  # windows at a time of which the statistics are taken


def train_model(
    *,
    split: Path,
    features: list[Path],
    augmented: list[Path],
    embeddings: list[Path],
    augmented_embeddings: list[Path],
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
    """Train, and keep the weights of the epoch with the least validation loss, or of the last.

    Parameters
    ----------
    split
        CSV file of the split.
    features
        HDF5 files of features.
    augmented
        HDF5 files of features of altered copies of the windows, if there are any.
    embeddings
        HDF5 files of the teacher's embeddings of the windows, if there is a teacher.
    augmented_embeddings
        Those of the copies.
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
    order, train, validation, versions = _load(features, augmented, split, labels)
    mean, std = measure(train)
    measured = Preprocessing(
        labels=order,
        chunking=chunking,
        features=feature_settings,
        mean=mean.tolist(),
        std=np.maximum(std, 1e-3).tolist(),
    )
    start = pretrained(model_settings)
    bins = len(mean)
    # What was trained on features as they are needs them so.
    as_they_are = {"mean": [0.0] * bins, "std": [1.0] * bins}
    between = measured.model_copy(update=as_they_are) if start else measured
    weight = _class_weights(train.target, len(order), settings)
    targets = Targets(one_hot(train.target, len(order)))
    if settings.teacher:
        _, heard, held_out, _ = _load(embeddings, augmented_embeddings, split, labels)
        require_same(train, heard)
        targets = teach(heard, held_out, weight, settings.teacher, settings.seed)
    keras = import_keras(settings.seed)
    network = build_model(
        keras,
        train.features.shape,
        len(order),
        model_settings,
        masked=chunking.short == "mask",
    )
    for name, weights in start.items():
        network.get_layer(name).set_weights(weights)
    taught = _compile(keras, network, targets, settings)
    copies = f" in {versions} versions" if versions > 1 else ""
    trained = sum(math.prod(weights.shape) for weights in network.trainable_weights)
    print(
        f"training {trained:,} of {network.count_params():,} parameters on "
        f"{len(train.target) // versions} windows{copies}, validating on {len(validation.target)}",
        file=sys.stderr,
    )
    lesson = Lesson(train, versions, targets, weight, measured, between)
    epochs = _fit(keras, network, taught, lesson, validation, settings)
    write_history(history, epochs)
    write_preprocessing(preprocessing, between)
    write_json(environment, describe_environment())
    save_model(model, network)


def _load(
    plain: list[Path], altered: list[Path], split: Path, labels: list[str] | None
) -> tuple[list[str], Windows, Windows, int]:
    """Load windows to train on, with their altered copies, and to validate on.

    A window and its copies are neighbours: they are sorted by recording and start.

    Returns
    -------
    labels, train, validation, versions
        The last is how many a window and its copies are.
    """
    order, parts = load_windows(plain, split, labels)
    train = parts["train"]
    if altered:
        train = load_windows([*plain, *altered], split, labels)[1]["train"]
    return order, train, parts["validation"], len(train.target) // len(parts["train"].target)


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
    """Write one row an epoch: loss and accuracy in training and validation, and which was kept."""
    write_csv(path, history[0], ([epoch[name] for name in history[0]] for epoch in history))


def measure(windows: Windows) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each bin over the heard frames of all windows.

    They are, to the last digit, those that numpy gives for all features in one array.

    Returns
    -------
    mean, std : np.ndarray [shape=(bins,)]
        float64.
    """
    frames, bins = windows.features.shape
    heard = windows.heard
    count = heard.sum()

    def average(function: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        total = np.empty((0, bins))
        for number, values in enumerate(windows.batches(SUMMED)):
            some = heard[number * SUMMED : (number + 1) * SUMMED]
            rows = function(values[is_heard(some, frames)].astype(np.float64))
            # Row is added to row, as in one array: the order of a sum counts.
            total = np.concatenate([total, rows]).sum(axis=0, keepdims=True)
        return total[0] / count

    mean = average(lambda rows: rows)
    return mean, np.sqrt(average(lambda rows: np.square(rows - mean)))


@dataclass(frozen=True)
class Views:
    """How to change windows to what another microphone at another time would have heard.

    All have one entry a window: a shift in frames, a gain in decibels, an offset of each bin in its
    standard deviations, the first frame that is hidden and the one after the last, and the same of
    bins.
    """

    shift: np.ndarray
    gain: np.ndarray
    response: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    first_bin: np.ndarray
    stop_bin: np.ndarray

    def part(self, first: int, count: int) -> "Views":
        """Take the views of `count` windows from `first` on."""
        return Views(*(values[first : first + count] for values in vars(self).values()))


def draw_views(
    count: int,
    shape: tuple[int, int],
    random: np.random.Generator,
    settings: TrainingSettings,
) -> Views:
    """Draw views of `count` windows of `shape`, frames and bins."""
    frames, bins = shape
    shift = random.integers(-settings.shift_frames, settings.shift_frames + 1, count)
    gain = random.uniform(-settings.gain_db, settings.gain_db, count).astype(np.float32)
    response = random.standard_normal((count, 1, bins), dtype=np.float32)
    start = random.integers(0, frames, (count, 1))
    stop = start + random.integers(0, settings.mask_frames + 1, (count, 1))
    first_bin = stop_bin = np.zeros((count, 1), np.int64)
    if settings.mask_bins:
        first_bin = random.integers(0, bins, (count, 1))
        stop_bin = first_bin + random.integers(0, settings.mask_bins + 1, (count, 1))
    return Views(shift, gain, response, start, stop, first_bin, stop_bin)


def augment(
    values: np.ndarray,
    heard: np.ndarray,
    views: Views,
    preprocessing: Preprocessing,
    settings: TrainingSettings,
) -> np.ndarray:
    """Make another view of each window.

    In this order: a shift in time, a gain, a constant offset of each bin (another frequency
    response of room and microphone), a stretch of frames and one of bins set to the mean
    (SpecAugment's masks, Park et al. 2019). What is normalised within each window has no gain and
    no offset, and an offset does not change deltas. Where a window is heard in part, the shift and
    the stretch are as much shorter as this part is.

    Parameters
    ----------
    values : np.ndarray [shape=(windows, frames, bins)]
        Features, not normalised.
    heard : np.ndarray [shape=(windows,)]
        How many frames of each are heard: the first ones. No others come into them.
    views
        Of these windows.

    Returns
    -------
    np.ndarray of the same shape
    """
    frames = values.shape[1]
    shift = np.rint(views.shift * heard / frames).astype(np.int64)
    index = np.clip(np.arange(frames) - shift[:, None], 0, heard[:, None] - 1)
    view = np.take_along_axis(values, index[:, :, None], axis=1)
    add_gain(view, views.gain, preprocessing.features)
    if preprocessing.features.window_normalization == "none":
        spread = settings.response * np.array(preprocessing.std, np.float32)
        view += views.response * (spread * static(preprocessing.features))
    mean = np.array(preprocessing.mean, np.float32)
    start, stop = (edge * heard[:, None] // frames for edge in (views.start, views.stop))
    hidden = _between(frames, start, stop)[:, :, None]
    hidden = hidden | _between(values.shape[2], views.first_bin, views.stop_bin)[:, None]
    return np.where(hidden, mean, view)


def _between(count: int, start: np.ndarray, stop: np.ndarray) -> np.ndarray:
    """Tell which of `count` places are at `start` or after it, and before `stop`, for each."""
    place = np.arange(count)
    return (place >= start) & (place < stop)


@dataclass(frozen=True)
class Lesson:
    """What the network learns from.

    Attributes
    ----------
    train : Windows
        Each with its altered copies as neighbours.
    versions : int
        How many a window and its copies are; each epoch takes one of them.
    targets : Targets
        Of the windows.
    weight : np.ndarray
        Of each class.
    measured : Preprocessing
        Of the training set: what windows are altered by.
    preprocessing : Preprocessing
        What comes between the features and the network.
    """

    train: Windows
    versions: int
    targets: Targets
    weight: np.ndarray
    measured: Preprocessing
    preprocessing: Preprocessing


def _epoch(
    lesson: Lesson, random: np.random.Generator, settings: TrainingSettings
) -> Iterator[tuple[np.ndarray, Any, np.ndarray]]:
    """Give inputs, targets and weights of each batch of one pass over the training set."""
    train, versions = lesson.train, lesson.versions
    size = settings.batch_size
    order = random.permutation(len(train.target) // versions)
    if versions > 1:
        order = order * versions + random.integers(0, versions, len(order))
    # Drawn for the whole epoch at once: they are few numbers a window, and so they are the same
    # however many windows are in memory.
    views = draw_views(len(order), train.features.shape, random, settings)
    heard = train.heard[order]
    for number, values in enumerate(train.batches(size, order)):
        first = number * size
        chosen = order[first : first + size]
        some = heard[first : first + size]
        view = augment(values, some, views.part(first, size), lesson.measured, settings)
        inputs = hide(lesson.preprocessing.normalize(view), some)
        yield inputs, lesson.targets.take(chosen), lesson.weight[train.target[chosen]]


def _held_out(
    validation: Windows, preprocessing: Preprocessing
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Give inputs and targets of each batch of the validation set."""
    heard = validation.heard
    for number, values in enumerate(validation.batches(EVALUATED)):
        some = slice(number * EVALUATED, (number + 1) * EVALUATED)
        inputs = hide(preprocessing.normalize(values), heard[some])
        yield inputs, one_hot(validation.target[some], len(preprocessing.labels))


def _compile(keras: Any, network: Any, targets: Targets, settings: TrainingSettings) -> Any:
    """Prepare the network for validation; gives what is trained, which shares its layers."""
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=settings.label_smoothing)
    optimizer = OPTIMIZERS[settings.optimizer](keras.optimizers, settings.learning_rate)
    network.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"])
    if targets.embedding is None or settings.teacher is None:
        return network
    taught = with_embedding(keras, network, targets.embedding.shape[1])
    taught.compile(
        optimizer=OPTIMIZERS[settings.optimizer](keras.optimizers, settings.learning_rate),
        loss=[loss, "mean_squared_error"],
        loss_weights=[1.0, settings.teacher.embedding_weight],
        metrics=[["accuracy"], []],
    )
    return taught


def _fit(
    keras: Any,
    network: Any,
    taught: Any,
    lesson: Lesson,
    validation: Windows,
    settings: TrainingSettings,
) -> list[dict[str, float]]:
    """Train what is `taught`, which is the network or shares its layers; a row for each epoch."""
    random = np.random.default_rng(settings.seed)
    windows = len(lesson.train.target) // lesson.versions
    steps = math.ceil(windows / settings.batch_size)
    cosine = keras.optimizers.schedules.CosineDecay(
        settings.learning_rate, settings.epochs * steps, alpha=0.02
    )
    history, best, best_weights = [], math.inf, None
    for epoch in range(1, settings.epochs + 1):
        if settings.schedule == "cosine":
            taught.optimizer.learning_rate = float(cosine((epoch - 1) * steps))
        # With the embedding to learn, its loss and the labels' come between.
        learnt, *_, right = train_on(taught, _epoch(lesson, random, settings))
        loss, accuracy = test_on(network, _held_out(validation, lesson.preprocessing))
        if not math.isfinite(loss) and (best_weights is None or settings.weights == "last"):
            raise UserError(
                f"Training diverged in epoch {epoch}: the validation loss is {loss}. Set a lower "
                f"training.learning_rate than {settings.learning_rate:g}."
            )
        if loss < best:
            best, best_epoch = loss, epoch
            best_weights = network.get_weights() if settings.weights == "best" else None
        history.append(
            {
                "epoch": epoch,
                "loss": learnt,
                "accuracy": right,
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
        if settings.patience and epoch - best_epoch >= settings.patience:
            print(f"no better validation loss since epoch {best_epoch}: done", file=sys.stderr)
            break
    kept = history[-1]["epoch"]
    if settings.weights == "best":
        kept = best_epoch
        network.set_weights(best_weights)
    return [{**row, "kept": int(row["epoch"] == kept)} for row in history]


def _class_weights(target: np.ndarray, classes: int, settings: TrainingSettings) -> np.ndarray:
    """Weight of each class; if balanced, rare classes count as much as frequent ones."""
    if settings.class_weights == "none":
        return np.ones(classes, np.float32)
    count = np.bincount(target, minlength=classes)
    return (len(target) / (classes * np.maximum(count, 1))).astype(np.float32)
