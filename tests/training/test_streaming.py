"""Features are read a part at a time, with the numbers of all in one array and in less memory."""

import gc
import tracemalloc
import weakref

import h5py
import numpy as np
import pytest

from wav2nano import labelled_windows
from wav2nano.errors import UserError
from wav2nano.evaluation.score_model import score_model
from wav2nano.features import KINDS
from wav2nano.keras_runtime import import_keras
from wav2nano.labelled_windows import Windows, load_windows
from wav2nano.models import ARCHITECTURES, build_model
from wav2nano.quantization.quantize_model import quantize_model
from wav2nano.settings.chunking import ChunkingSettings
from wav2nano.settings.quantization import QuantizationSettings
from wav2nano.settings.training import TrainingSettings
from wav2nano.tables.features import read_features
from wav2nano.tables.preprocessing import Preprocessing, read_preprocessing
from wav2nano.tables.split import PARTS, SplitRow, write_split
from wav2nano.training import train_model as step
from wav2nano.training.teach import Targets, one_hot
from wav2nano.training.train_model import (
    Lesson,
    _epoch,
    augment,
    draw_views,
    measure,
    train_model,
)

SHAPE = (20, 13)
FEATURES = KINDS["mfcc"].Settings()
MODEL = ARCHITECTURES["dense"].Settings(units=[8], dropout=0.3)
TRAINING = TrainingSettings(epochs=2, batch_size=32)
RECORDINGS, FILES = 60, 3


def write_features(path, values, recording, start):
    with h5py.File(path, "w") as file:
        file["features"] = values
        file.create_dataset("recording", data=recording, dtype=h5py.string_dtype())
        file["start"] = start
        file.attrs["rate"], file.attrs["samples"] = 16000, 16000


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Files of features whose rows are in no order, their split, and all in one array, in order."""
    folder = tmp_path_factory.mktemp("data")
    random = np.random.default_rng(0)
    of_recording = random.integers(1, 30, RECORDINGS)
    recording = np.repeat([f"{i:02}.wav" for i in range(RECORDINGS)], of_recording).astype(object)
    start = np.concatenate([np.arange(n) * 16000 for n in of_recording])
    values = random.normal(0, 5, (len(start), *SHAPE)).astype(np.float32)
    where = random.integers(0, FILES, len(start))
    paths = [folder / f"{number}.h5" for number in range(FILES)]
    for number, path in enumerate(paths):
        rows = random.permutation(np.flatnonzero(where == number))
        write_features(path, values[rows], recording[rows], start[rows])
    rows = [
        SplitRow(f"{i:02}.wav", "ab"[i % 2], f"{i}", "own", PARTS[max(0, i % 5 - 2)])
        for i in range(RECORDINGS)
    ]
    write_split(folder / "split.csv", rows)
    return folder / "split.csv", paths, values


def load(data, part="train"):
    split, paths, values = data
    windows = load_windows(paths, split, None)[1][part]
    return windows, values[windows.index]


@pytest.mark.parametrize("near_bytes", [0, 5000, 2**17])
def test_windows_are_read_in_the_order_asked_for(data, monkeypatch, near_bytes):
    monkeypatch.setattr("wav2nano.tables.features.NEAR_BYTES", near_bytes)
    _, paths, values = data
    features = read_features(paths)
    assert features.shape == SHAPE
    chosen = np.random.default_rng(1).integers(0, len(values), 300)
    for indices in (chosen, chosen[:1], np.arange(len(values)), np.array([], dtype=int)):
        np.testing.assert_array_equal(features.take(indices), values[indices])


@pytest.mark.parametrize("block_bytes", [0, 30_000, 2**27])
def test_batches_are_those_of_one_array(data, monkeypatch, block_bytes):
    monkeypatch.setattr(labelled_windows, "BLOCK_BYTES", block_bytes)
    train, values = load(data)
    order = np.random.default_rng(1).permutation(len(values))
    batches = list(train.batches(7, order))
    assert {len(batch) for batch in batches[:-1]} == {7}
    np.testing.assert_array_equal(np.concatenate(batches), values[order])


@pytest.mark.parametrize("part", PARTS)
def test_statistics_have_every_digit_of_one_array(data, monkeypatch, part):
    monkeypatch.setattr(labelled_windows, "BLOCK_BYTES", 0)
    monkeypatch.setattr(step, "SUMMED", 10)
    windows, values = load(data, part)
    mean, std = measure(windows)
    np.testing.assert_array_equal(mean, values.mean(axis=(0, 1), dtype=np.float64), strict=True)
    np.testing.assert_array_equal(std, values.std(axis=(0, 1), dtype=np.float64), strict=True)


def steps(data, folder, settings=TRAINING):
    """Train, quantise and score; gives the bytes of all files."""
    split, paths, _ = data
    # The names of layers count models in this process.
    import_keras(0).utils.clear_session()
    files = {"split": split, "features": paths, "labels": None}
    model, preprocessing = folder / "model.keras", folder / "preprocessing.json"
    train_model(
        **files,
        augmented=[],
        embeddings=[],
        augmented_embeddings=[],
        chunking=ChunkingSettings(),
        feature_settings=FEATURES,
        model_settings=MODEL,
        settings=settings,
        model=model,
        history=folder / "history.csv",
        preprocessing=preprocessing,
        environment=folder / "environment.json",
    )
    quantize_model(
        **files,
        model=model,
        preprocessing=preprocessing,
        model_settings=MODEL,
        settings=QuantizationSettings(calibration_windows=50),
        out=folder / "model.tflite",
        calibration=folder / "calibration.csv",
    )
    for runtime, path in {"float": model, "litert": folder / "model.tflite"}.items():
        score_model(
            **files,
            runtime=runtime,
            model=path,
            preprocessing=preprocessing,
            out=folder / f"{runtime}.csv",
        )
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def made(data, tmp_path_factory):
    """Files that the steps write, with all features in memory at once."""
    folder = tmp_path_factory.mktemp("made")
    return folder, steps(data, folder)


def test_a_batch_at_a_time_makes_the_same_bytes(data, made, monkeypatch, tmp_path):
    monkeypatch.setattr(labelled_windows, "BLOCK_BYTES", 0)
    assert steps(data, tmp_path) == made[1]


def test_training_is_that_on_one_array(data, made):
    """Keras' own fit, with arrays, trains the same weights to the last bit, and so it scores."""
    folder, _ = made
    (train, values), (validation, held_out) = load(data), load(data, "validation")
    preprocessing = read_preprocessing(folder / "preprocessing.json")
    keras = import_keras(TRAINING.seed)
    model = build_model(keras, SHAPE, 2, MODEL)
    model.compile(
        optimizer=keras.optimizers.Adam(TRAINING.learning_rate, clipnorm=1.0),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    count = np.bincount(train.target)
    weight = (len(values) / (2 * count)).astype(np.float32)
    batches = -(-len(values) // TRAINING.batch_size)
    schedule = keras.optimizers.schedules.CosineDecay(
        TRAINING.learning_rate, TRAINING.epochs * batches, alpha=0.02
    )
    random = np.random.default_rng(TRAINING.seed)
    history, weights = [], []
    for epoch in range(TRAINING.epochs):
        model.optimizer.learning_rate = float(schedule(epoch * batches))
        order = random.permutation(len(values))
        views = draw_views(len(values), SHAPE, random, TRAINING)
        everything = np.full(len(values), SHAPE[0])
        seen = augment(values[order], everything, views, preprocessing, TRAINING)
        fitted = model.fit(
            preprocessing.normalize(seen),
            train.target[order],
            sample_weight=weight[train.target[order]],
            batch_size=TRAINING.batch_size,
            shuffle=False,
            verbose=0,
        )
        loss = model.evaluate(
            preprocessing.normalize(held_out), validation.target, batch_size=256, verbose=0
        )
        history.append([fitted.history["loss"][0], fitted.history["accuracy"][0], *loss])
        weights.append(model.get_weights())
    written = np.loadtxt(folder / "history.csv", delimiter=",", skiprows=1)
    # Keras adds up the means in single precision.
    np.testing.assert_allclose(written[:, 1:5], history, rtol=1e-6)
    saved = keras.saving.load_model(folder / "model.keras")
    best = weights[int(written[:, 5].argmax())]
    for ours, theirs in zip(saved.get_weights(), best, strict=True):
        np.testing.assert_array_equal(ours, theirs, strict=True)
    scores = saved.predict(preprocessing.normalize(held_out), batch_size=256, verbose=0)
    rows = np.loadtxt(folder / "float.csv", delimiter=",", skiprows=1, dtype=str)
    rows = rows[rows[:, 0] == "validation"]
    assert rows[:, -2:].tolist() == [[f"{score:.7g}" for score in row] for row in scores]


def test_the_last_weights_may_be_kept(data, tmp_path):
    # So fast that the last epoch is not the best.
    hasty = {"learning_rate": 0.5, "epochs": 3, "schedule": "constant", "weights": "last"}
    steps(data, tmp_path, TRAINING.model_copy(update=hasty))
    history = np.loadtxt(tmp_path / "history.csv", delimiter=",", skiprows=1)
    assert history[:, 5].tolist() == [0] * (len(history) - 1) + [1]
    assert history[:, 3].argmin() < len(history) - 1
    scores = np.loadtxt(tmp_path / "float.csv", delimiter=",", skiprows=1, dtype=str)
    scores = scores[scores[:, 0] == "validation"]
    validation, _ = load(data, "validation")
    right = scores[:, -2:].astype(float).argmax(axis=1) == validation.target
    assert right.mean() == pytest.approx(history[-1, 4], abs=1e-6)


def test_training_that_diverges_is_told(data, tmp_path, monkeypatch):
    nothing = np.full(2, np.nan, np.float32)
    monkeypatch.setattr(step, "_class_weights", lambda *_: nothing)
    with pytest.raises(UserError, match=r"diverged in epoch 1: the validation loss is nan. Set a"):
        steps(data, tmp_path)


def test_memory_does_not_grow_with_the_features(tmp_path, monkeypatch):
    """100 MB of features pass through 5 MB: with Keras, see benchmarks/bench_memory.py."""
    monkeypatch.setattr(labelled_windows, "BLOCK_BYTES", 5_000_000)
    count, shape = 20_000, (100, 13)
    with h5py.File(tmp_path / "features.h5", "w") as file:
        # Zeros that take no room on the disk.
        file.create_dataset("features", (count, *shape), "float32")
        names = np.full(count, "a.wav", dtype=object)
        file.create_dataset("recording", data=names, dtype=h5py.string_dtype())
        file["start"] = np.arange(count)
        file.attrs["rate"], file.attrs["samples"] = 16000, 16000
    features = read_features([tmp_path / "features.h5"])
    place, class_ = np.arange(count), np.zeros(count, dtype=int)
    windows = Windows(features, place, class_, names, features.start, names, names)
    preprocessing = Preprocessing(
        labels=["a"],
        chunking=ChunkingSettings(),
        features=FEATURES,
        mean=[0.0] * 13,
        std=[1.0] * 13,
    )
    random = np.random.default_rng(0)
    tracemalloc.start()
    measure(windows)
    targets, weight = Targets(one_hot(windows.target, 1)), np.ones(1, np.float32)
    lesson = Lesson(windows, 1, targets, weight, preprocessing, preprocessing)
    for _ in _epoch(lesson, random, TRAINING):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40_000_000


def test_no_epoch_leaves_its_windows_in_memory(data, tmp_path, monkeypatch):
    taken, take = [], Windows.take

    def watched(windows, chosen):
        values = take(windows, chosen)
        taken.append(weakref.ref(values))
        return values

    monkeypatch.setattr(Windows, "take", watched)
    steps(data, tmp_path, TRAINING.model_copy(update={"epochs": 4}))
    gc.collect()
    assert len(taken) >= 8
    assert sum(values() is not None for values in taken) == 0
