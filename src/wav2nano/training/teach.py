"""What a teacher makes of each window: a frozen network that was trained on speech, and a head.

The head learns the labels from the network's embeddings, of which it takes few windows: what the
network was trained on makes up for voices that the training set lacks. The classifier then learns
the head's soft labels (Hinton et al., "Distilling the Knowledge in a Neural Network", 2015) and,
if asked, to foretell the embedding (Romero et al., "FitNets: Hints for Thin Deep Nets", 2015).
"""

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from wav2nano.errors import UserError
from wav2nano.keras_runtime import import_keras, test_on, train_on
from wav2nano.labelled_windows import Windows
from wav2nano.masking import is_heard
from wav2nano.settings.training import TeacherSettings

BATCH = 32  # windows at a time
LEARNING_RATE = 0.001
PATIENCE = 5  # epochs without a better validation loss
DROPOUT = 0.3


@dataclass(frozen=True)
class Targets:
    """What the network is to give for each window.

    `labels` are float32 [windows, classes]; `embedding` is float32 [windows, values], or None if
    it is not to be learnt.
    """

    labels: np.ndarray
    embedding: np.ndarray | None = None

    def take(self, chosen: np.ndarray) -> Any:
        """Give those of the windows `chosen`, as Keras takes them."""
        if self.embedding is None:
            return self.labels[chosen]
        return self.labels[chosen], self.embedding[chosen]


def teach(
    train: Windows,
    validation: Windows,
    weight: np.ndarray,
    settings: TeacherSettings,
    seed: int,
) -> Targets:
    """Train the head, and let it judge every window of the training set.

    Parameters
    ----------
    train, validation
        Windows, those for training with their copies; their features are the embeddings, [windows,
        times, values].
    weight
        Of each class.
    settings
        `training.teacher` of the experiment.
    seed
        Of the head's weights and the order of the windows.
    """
    head = _build(import_keras(seed), train, len(weight), settings)
    accuracy, epochs = _fit(head, train, validation, weight, settings, seed)
    print(
        f"the teacher, after {epochs} epochs: validation accuracy {accuracy:.3f}",
        file=sys.stderr,
        flush=True,
    )
    soft = np.concatenate([head.predict_on_batch(values) for values in _times(train)])
    hard = one_hot(train.target, len(weight))
    labels = settings.weight * soft + (1 - settings.weight) * hard
    return Targets(labels, _maxima(train) if settings.embedding_weight else None)


def one_hot(target: np.ndarray, classes: int) -> np.ndarray:
    """Give 1 for the class of each window and 0 for others: float32 [windows, classes]."""
    return np.eye(classes, dtype=np.float32)[target]


def with_embedding(keras: Any, network: Any, values: int) -> Any:
    """Give a network that shares all layers, and foretells the embedding from what its last takes.

    The layer that does is for training alone.
    """
    foretell = keras.layers.Dense(values, name="embedding")
    return keras.Model(network.input, [network.output, foretell(network.layers[-1].input)])


def require_same(train: Windows, embedded: Windows) -> None:
    """Check that embeddings are of the same windows, in the same order.

    Raises
    ------
    UserError
        If they are not.
    """
    if not (
        np.array_equal(train.recording, embedded.recording)
        and np.array_equal(train.start, embedded.start)
    ):
        raise UserError(
            f"{embedded.features.paths[0]} and the teacher's other files are of other windows than "
            f"{train.features.paths[0]}. Delete them, then run the workflow again."
        )


def _build(keras: Any, train: Windows, classes: int, settings: TeacherSettings) -> Any:
    """Build the head: the same layer at each time, and the maximum over time."""
    layers = keras.layers
    mean, variance = _moments(train)
    head = keras.Sequential(
        [
            layers.Input(train.features.shape, name="embeddings"),
            layers.Normalization(mean=mean, variance=variance, name="normalize"),
            layers.Conv1D(settings.units, 1, activation="relu", name="hidden"),
            layers.GlobalMaxPooling1D(name="maximum"),
            layers.Dropout(DROPOUT, name="dropout"),
            layers.Dense(classes, activation="softmax", name="scores"),
        ]
    )
    head.compile(
        optimizer=keras.optimizers.Adam(LEARNING_RATE),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
    )
    return head


def _fit(
    head: Any,
    train: Windows,
    validation: Windows,
    weight: np.ndarray,
    settings: TeacherSettings,
    seed: int,
) -> tuple[float, int]:
    """Train until validation is no better; its accuracy then, and the number of epochs."""
    random = np.random.default_rng(seed)
    best, best_epoch = (math.inf, 0.0), 0
    for epoch in range(1, settings.epochs + 1):
        order = random.permutation(len(train.target))
        train_on(head, _labelled(train, weight, order))
        everyone = np.arange(len(validation.target))
        loss, accuracy = test_on(head, _labelled(validation, np.ones_like(weight), everyone))
        if loss < best[0]:
            best, best_epoch, weights = (loss, accuracy), epoch, head.get_weights()
        if epoch - best_epoch >= PATIENCE:
            break
    if not best_epoch:
        raise UserError(
            f"training.teacher: its head diverged, the validation loss is {loss}. Remove windows "
            "that are not speech or noise as a microphone hears it, or set training.teacher: null."
        )
    head.set_weights(weights)
    return best[1], epoch


def _times(windows: Windows, order: np.ndarray | None = None) -> Iterator[np.ndarray]:
    """Give the embeddings of each batch; for a time that is not heard, those of the first one.

    The maximum over time is the same.
    """
    heard = windows.heard if order is None else windows.heard[order]
    for number, values in enumerate(windows.batches(BATCH, order)):
        some = is_heard(heard[number * BATCH : (number + 1) * BATCH], values.shape[1])
        yield np.where(some[..., np.newaxis], values, values[:, :1])


def _labelled(
    windows: Windows, weight: np.ndarray, order: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Give embeddings, targets and weights of each batch."""
    for number, values in enumerate(_times(windows, order)):
        target = windows.target[order[number * BATCH : (number + 1) * BATCH]]
        yield values, one_hot(target, len(weight)), weight[target]


def _moments(windows: Windows) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of each value of the embeddings over all windows and times."""
    sums = sum(
        np.stack([values.mean(axis=1), np.square(values).mean(axis=1)]).sum(
            axis=1, dtype=np.float64
        )
        for values in _times(windows)
    )
    mean, square = sums / len(windows.target)
    return mean, square - np.square(mean)


def _maxima(windows: Windows) -> np.ndarray:
    """Give the maximum of each value over the times of a window, normalised over the windows."""
    maxima = np.concatenate([values.max(axis=1) for values in _times(windows)])
    return (maxima - maxima.mean(axis=0)) / np.maximum(maxima.std(axis=0), 1e-3)
