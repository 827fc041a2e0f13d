"""A teacher's judgement of each window, and networks that learn from it."""

import re

import h5py
import numpy as np
import pytest

from wav2nano.errors import UserError
from wav2nano.features import KINDS
from wav2nano.keras_runtime import import_keras, load_model
from wav2nano.labelled_windows import load_windows
from wav2nano.models import ARCHITECTURES
from wav2nano.settings.chunking import ChunkingSettings
from wav2nano.settings.training import TeacherSettings, TrainingSettings
from wav2nano.tables.split import SplitRow, write_split
from wav2nano.training.teach import one_hot, teach
from wav2nano.training.train_model import train_model

LABELS = ["a", "b"]
RECORDINGS = [f"r{i:02}" for i in range(60)]
SHAPES = {"features": (20, 13), "embeddings": (3, 4)}
TEACHER = TeacherSettings(epochs=12, units=16)
NOBODY = {"embeddings": [], "augmented_embeddings": []}


def write(path, shape, copies, random):
    """Two classes that differ in the first value of every frame."""
    names = np.repeat(RECORDINGS, copies)
    values = random.normal(0, 1, (len(names), *shape)).astype(np.float32)
    values[..., 0] += 3 * np.array([int(name[1:]) % 2 for name in names])[:, None]
    with h5py.File(path, "w") as file:
        file["features"] = values
        file["start"] = np.zeros(len(names), np.int64)
        file.create_dataset("recording", data=list(names), dtype=h5py.string_dtype())
        file.attrs["rate"], file.attrs["samples"] = 16000, 16000
    return [path]


@pytest.fixture
def data(tmp_path, monkeypatch):
    """Features and embeddings of 60 windows and two copies of each; the split."""
    # These are few windows: a head would need many epochs.
    monkeypatch.setattr("wav2nano.training.teach.LEARNING_RATE", 0.02)
    random = np.random.default_rng(0)
    paths = {"split": tmp_path / "split.csv", "labels": None}
    for name, shape in SHAPES.items():
        paths[name] = write(tmp_path / f"{name}.h5", shape, 1, random)
        copies = "augmented" if name == "features" else f"augmented_{name}"
        paths[copies] = write(tmp_path / f"{copies}.h5", shape, 2, random)
    parts = ["train", "train", "validation", "test"]
    rows = [
        SplitRow(name, LABELS[i % 2], name, "own", parts[i // 2 % 4])
        for i, name in enumerate(RECORDINGS)
    ]
    write_split(paths["split"], rows)
    return paths


def embedded(data, *, copies=True):
    paths = [*data["embeddings"], *(data["augmented_embeddings"] if copies else [])]
    found = load_windows(paths, data["split"], None)[1]
    validation = load_windows(data["embeddings"], data["split"], None)[1]["validation"]
    return found["train"], validation


def train(data, folder, teacher, **changes):
    """Train a network; gives the bytes of its file."""
    import_keras(0).utils.clear_session()
    folder.mkdir()
    train_model(
        **data | changes,
        chunking=ChunkingSettings(),
        feature_settings=KINDS["mfcc"].Settings(),
        model_settings=ARCHITECTURES["dense"].Settings(units=[8], dropout=0.3),
        settings=TrainingSettings(epochs=2, teacher=teacher),
        model=folder / "model.keras",
        history=folder / "history.csv",
        preprocessing=folder / "preprocessing.json",
        environment=folder / "environment.json",
    )
    return (folder / "model.keras").read_bytes()


def test_each_window_and_copy_is_judged(data, capsys):
    windows = embedded(data)
    judged = {
        weight: teach(*windows, np.ones(2), TEACHER.model_copy(update={"weight": weight}), 1).labels
        for weight in (0.4, 1.0)
    }
    train, _ = windows
    assert judged[1.0].shape == (len(train.target), 2) == (32 * 3, 2)
    np.testing.assert_allclose(judged[1.0].sum(axis=1), 1, rtol=1e-5)
    assert np.mean(judged[1.0].argmax(axis=1) == train.target) > 0.9
    assert len(np.unique(judged[1.0], axis=0)) == len(train.target)  # no two sound the same
    expected = 0.4 * judged[1.0] + 0.6 * one_hot(train.target, 2)
    np.testing.assert_allclose(judged[0.4], expected, rtol=1e-6)
    assert re.search(
        r"the teacher, after \d+ epochs: validation accuracy [01]\.\d{3}\n", capsys.readouterr().err
    )


def test_the_embedding_is_the_maximum_normalised_over_the_windows(data):
    windows = embedded(data, copies=False)
    settings = TEACHER.model_copy(update={"embedding_weight": 1.0})
    found = teach(*windows, np.ones(2), settings, 1).embedding
    train, _ = windows
    maxima = train.take(np.arange(len(train.target))).max(axis=1)
    expected = (maxima - maxima.mean(axis=0)) / maxima.std(axis=0)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_what_is_not_heard_has_no_influence(data, tmp_path):
    settings = TEACHER.model_copy(update={"embedding_weight": 1.0})
    found = []
    for beyond in (0, 2):
        path = tmp_path / f"beyond_{beyond}.h5"
        write(path, (1, 4), 1, np.random.default_rng(3))
        with h5py.File(path, "r+") as file:
            values = np.pad(file["features"][:], ((0, 0), (0, beyond), (0, 0)), constant_values=99)
            del file["features"]
            file["features"] = values
            file["heard"] = np.ones(len(values), np.int64)
        windows = embedded(data | {"embeddings": [path]}, copies=False)
        found.append(teach(*windows, np.ones(2), settings, 1))
    np.testing.assert_allclose(found[1].embedding, found[0].embedding, atol=1e-5)
    np.testing.assert_allclose(found[1].labels, found[0].labels, atol=1e-4)


def test_a_teacher_that_learns_nothing_teaches_nothing(data, tmp_path):
    path = tmp_path / "endless.h5"
    write(path, (3, 4), 1, np.random.default_rng(3))
    with h5py.File(path, "r+") as file:
        file["features"][:] = np.inf
    windows = embedded(data | {"embeddings": [path]}, copies=False)
    with pytest.raises(UserError, match=r"its head diverged.*or set training.teacher: null"):
        teach(*windows, np.ones(2), TEACHER, 1)


def test_a_taught_network_is_like_any_other(data, tmp_path):
    both = TEACHER.model_copy(update={"embedding_weight": 0.5})
    alone = train(data, tmp_path / "alone", None, **NOBODY)
    soft = train(data, tmp_path / "soft", TEACHER)
    first, second = (train(data, tmp_path / name, both) for name in ("first", "second"))
    assert first == second
    assert len({alone, soft, first}) == 3
    models = [load_model(tmp_path / name / "model.keras") for name in ("alone", "soft", "first")]
    assert {model.output_shape for model in models} == {(None, 2)}
    assert len({tuple(layer.name for layer in model.layers) for model in models}) == 1
    for name in ("soft", "first"):
        header = (tmp_path / name / "history.csv").read_text().split("\n")[0]
        assert header == "epoch,loss,accuracy,validation_loss,validation_accuracy,kept"


def test_embeddings_of_other_windows_are_refused(data, tmp_path):
    with pytest.raises(UserError, match=r"embeddings.h5 and .* are of other windows than .*Delete"):
        train(data, tmp_path / "out", TEACHER, augmented_embeddings=[])
