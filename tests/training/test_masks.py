"""Recordings of any length: what is after their end has no influence, from audio to int8."""

import h5py
import numpy as np
import pytest
import soundfile
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from wav2nano.dataset.augment_windows import augment_windows
from wav2nano.dataset.extract_features import extract_features
from wav2nano.errors import UserError
from wav2nano.evaluation.score_model import score_model
from wav2nano.features import KINDS
from wav2nano.features.quantize import quantize
from wav2nano.files import read_csv
from wav2nano.keras_runtime import import_keras, load_model
from wav2nano.labelled_windows import load_windows
from wav2nano.litert import LiteRtModel, Quantization
from wav2nano.masking import hide
from wav2nano.models import ARCHITECTURES, build_model, weights_by_layer
from wav2nano.predict import score_files
from wav2nano.quantization.quantize_model import convert, quantize_model
from wav2nano.runtimes import load_runtime
from wav2nano.runtimes.int8 import input_tables
from wav2nano.settings.augmentation import AugmentationSettings
from wav2nano.settings.chunking import ChunkingSettings
from wav2nano.settings.quantization import QuantizationSettings
from wav2nano.settings.training import TrainingSettings
from wav2nano.tables.preprocessing import read_preprocessing
from wav2nano.tables.split import SplitRow, write_split
from wav2nano.tables.windows import AudioWindows, read_windows, write_windows
from wav2nano.training.train_model import augment, draw_views, measure, train_model

RATE = 4000
FEATURES = KINDS["logmel"].Settings(n_fft=256, hop=128, mel_bands=6, f_max=1900.0, deltas=1)
CHUNKING = ChunkingSettings(rate=RATE, short="mask")
COUNT, FRAMES = 48, 1 + (RATE - 256) // 128
TRAINING = TrainingSettings(epochs=2, batch_size=16)
MODELS = {
    "lstm": ARCHITECTURES["lstm"].Settings(filters=[], units=[7, 6], dense=[5]),
    "bilstm": ARCHITECTURES["bilstm"].Settings(filters=[], units=[6, 5]),
}
LABELS = ["high", "low"]


def write_files(folder, beyond):
    """Windows, altered copies and features of tones of any length; `beyond` is after their ends."""
    random = np.random.default_rng(4)
    heard = np.concatenate([[1, 255, 1300, RATE], random.integers(1, RATE + 1, COUNT - 4)])
    label = [LABELS[i % 2] for i in range(COUNT)]
    time = np.arange(RATE) / RATE
    pitch = [900 if name == "high" else 300 for name in label]
    audio = 8000 * np.sin(2 * np.pi * np.outer(pitch, time)) + random.normal(0, 900, (COUNT, RATE))
    audio[np.arange(RATE) >= heard[:, None]] = 0
    names = [f"{i:02}.wav" for i in range(COUNT)]
    windows = AudioWindows(audio.astype(np.int16), names, label, np.zeros(COUNT, int), heard)
    folder.mkdir()
    write_windows(folder / "windows.h5", windows, {})
    altered = AugmentationSettings(copies=1, speed=[0.5, 2.0], room=0.5)
    augment_windows(
        windows=folder / "windows.h5", rate=RATE, settings=altered, out=folder / "altered.h5"
    )
    for name in ("windows", "altered"):
        features = folder / f"{name}_features.h5"
        extract_features(windows=folder / f"{name}.h5", rate=RATE, settings=FEATURES, out=features)
        with h5py.File(features, "r+") as file:
            inside = np.arange(FRAMES) < file["heard"][:][:, None]
            file["features"][:] = np.where(inside[..., None], file["features"][:], beyond)
    part = [("train", "train", "validation", "test")[i // 2 % 4] for i in range(COUNT)]
    rows = zip(names, label, part, strict=True)
    write_split(folder / "split.csv", [SplitRow(n, la, n, "own", p) for n, la, p in rows])
    return folder


def run(folder, model_settings, out):
    """Train, quantise and score; gives the trained network."""
    out.mkdir()
    common = {"split": folder / "split.csv", "features": [folder / "windows_features.h5"]}
    files = {"model": out / "model.keras", "preprocessing": out / "preprocessing.json"}
    train_model(
        **common,
        **files,
        augmented=[folder / "altered_features.h5"],
        embeddings=[],
        augmented_embeddings=[],
        labels=None,
        chunking=CHUNKING,
        feature_settings=FEATURES,
        model_settings=model_settings,
        settings=TRAINING,
        history=out / "history.csv",
        environment=out / "environment.json",
    )
    quantize_model(
        **common,
        **files,
        labels=None,
        model_settings=model_settings,
        settings=QuantizationSettings(calibration_windows=20),
        out=out / "model_int8.tflite",
        calibration=out / "calibration.csv",
    )
    for runtime, name in (("float", "model.keras"), ("litert", "model_int8.tflite")):
        score_model(
            **common,
            runtime=runtime,
            model=out / name,
            preprocessing=out / "preprocessing.json",
            labels=None,
            out=out / f"{runtime}.csv",
        )
    return load_model(out / "model.keras")


@pytest.fixture(scope="module", params=MODELS)
def trained(request, tmp_path_factory):
    """An architecture's settings, its data, results, and results with garbage after the ends."""
    folder = tmp_path_factory.mktemp(request.param)
    settings = MODELS[request.param]
    clean = write_files(folder / "clean", 0.0)
    run(clean, settings, folder / "results")
    run(write_files(folder / "dirty", np.float32(1e20)), settings, folder / "dirty_results")
    return settings, clean, folder / "results", folder / "dirty_results"


def heard_windows(folder):
    """Features of the test's windows, and how many frames of each are heard."""
    _, parts = load_windows([folder / "windows_features.h5"], folder / "split.csv", None)
    test = parts["test"]
    return test.take(np.arange(len(test.target))), test.heard


def interpreter(results):
    return Interpreter(
        str(results / "model_int8.tflite"),
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )


def written_scores(path):
    return [
        [row[f"score {label}"] for label in LABELS]
        for row in read_csv(path)
        if row["part"] == "test"
    ]


def test_nothing_after_the_end_has_any_influence(trained):
    *_, results, dirty = trained
    files = {path.name for path in results.iterdir()}
    assert {"model.keras", "model_int8.tflite", "float.csv", "litert.csv"} < files
    # The second model of a process has other numbers in the names that Keras and TensorFlow give.
    for name in files - {"model.keras", "model_int8.tflite"}:
        assert (results / name).read_bytes() == (dirty / name).read_bytes(), name
    one, other = (load_model(folder / "model.keras").get_weights() for folder in (results, dirty))
    for ours, theirs in zip(one, other, strict=True):
        np.testing.assert_array_equal(ours, theirs, strict=True)
    scales = [
        [tensor["quantization"] for tensor in interpreter(folder).get_tensor_details()]
        for folder in (results, dirty)
    ]
    assert scales[0] == scales[1]


def test_float_scores_are_those_of_the_frames_alone(trained):
    settings, data, results, _ = trained
    values, heard = heard_windows(data)
    normalized = read_preprocessing(results / "preprocessing.json").normalize(values)
    weights = weights_by_layer(load_model(results / "model.keras"))
    expected = []
    for window, frames in zip(normalized, heard, strict=True):
        network = build_model(import_keras(0), (frames, window.shape[1]), 2, settings)
        for layer in network.layers:
            layer.set_weights(weights[layer.name])
        expected.append(np.asarray(network(window[None, :frames]))[0])
    found = np.array(written_scores(results / "float.csv"), float)
    assert len(set(heard.tolist())) > 4
    np.testing.assert_allclose(found, expected, atol=2e-6)


def test_int8_scores_are_those_of_the_frames_alone(trained):
    _, data, results, _ = trained
    values, heard = heard_windows(data)
    between = read_preprocessing(results / "preprocessing.json")
    model = interpreter(results)
    [taken], [made] = model.get_input_details(), model.get_output_details()
    scale, zero_point = taken["quantization"]
    expected = []
    steps = quantize(values, *input_tables(between, Quantization(scale, zero_point)))
    for window, frames in zip(steps, heard, strict=True):
        model.resize_tensor_input(taken["index"], (1, frames, window.shape[1]))
        model.allocate_tensors()
        model.reset_all_variables()
        model.set_tensor(taken["index"], window[None, :frames])
        model.invoke()
        expected.append(model.get_tensor(made["index"])[0])
    scale, zero_point = made["quantization"]
    found = np.array(written_scores(results / "litert.csv"), float)
    np.testing.assert_array_equal(np.rint(found / scale + zero_point), expected)


@pytest.mark.parametrize("runtime", ["float", "litert"])
def test_a_file_has_the_scores_of_its_recording(trained, runtime, tmp_path):
    _, data, results, _ = trained
    windows = read_windows(data / "windows.h5")
    rows = [row for row in read_csv(results / f"{runtime}.csv") if row["part"] == "test"]
    files = []
    for row in rows:
        number = int(row["recording"].removesuffix(".wav"))
        files.append(tmp_path / row["recording"])
        soundfile.write(files[-1], windows.audio[number, : windows.heard[number]], RATE)
    labels, scores = score_files(files, results, runtime=runtime)
    written = [[float(row[f"score {label}"]) for label in labels] for row in rows]
    np.testing.assert_allclose(np.concatenate(scores), written, atol=2e-6)


def test_c_takes_whole_windows_only(trained):
    *_, results, _ = trained
    between = read_preprocessing(results / "preprocessing.json")
    with pytest.raises(UserError, match=r"chunking\.short: mask .* C takes whole windows\. Use"):
        load_runtime("c", results / "model_int8.tflite", between)


@pytest.mark.parametrize("name", MODELS)
def test_a_resized_model_is_the_one_that_is_converted_for_that_length(name, tmp_path):
    random = np.random.default_rng(2)
    network = build_model(import_keras(3), (20, 4), 3, MODELS[name])
    network.set_weights([w + random.normal(0, 0.3, w.shape) for w in network.get_weights()])
    windows = list(random.normal(size=(40, 7, 4)).astype(np.float32))
    scores = []
    for frames in (20, 7):
        path = tmp_path / f"{frames}.tflite"
        content = convert(weights_by_layer(network), (frames, 4), 3, MODELS[name], windows)
        path.write_bytes(content)
        model = LiteRtModel(path)
        scores.append(model.invoke(model.input.quantize(np.array(windows))))
    np.testing.assert_array_equal(*scores)
    assert np.ptp(scores[0].astype(int), axis=0).max() > 20


def test_calibration_takes_windows_of_all_lengths():
    """The least and the greatest input are in windows of different lengths."""
    network = build_model(import_keras(3), (20, 4), 3, MODELS["lstm"])
    windows = [np.zeros((n, 4), np.float32) for n in (20, 3, 9, 3)]
    windows[1][0, 0], windows[2][5, 1] = -2.0, 3.1
    content = convert(weights_by_layer(network), (20, 4), 3, MODELS["lstm"], windows)
    taken = Interpreter(model_content=content).get_input_details()[0]
    scale, zero_point = taken["quantization"]
    assert scale == pytest.approx(5.1 / 255, rel=1e-4)
    assert (-128 - zero_point) * scale == pytest.approx(-2.0, abs=scale)


def test_statistics_are_of_heard_frames(trained):
    _, data, *_ = trained
    _, parts = load_windows([data / "windows_features.h5"], data / "split.csv", None)
    train = parts["train"]
    values = train.take(np.arange(len(train.target)))
    frames = np.concatenate([w[:n] for w, n in zip(values, train.heard, strict=True)])
    mean, std = measure(train)
    np.testing.assert_allclose(mean, frames.mean(axis=0, dtype=float), rtol=1e-9)
    np.testing.assert_allclose(std, frames.std(axis=0, dtype=float), rtol=1e-9)


def test_views_of_a_short_recording_are_those_of_a_window_of_its_length(trained):
    _, _, results, _ = trained
    between = read_preprocessing(results / "preprocessing.json")
    settings = TrainingSettings(shift_frames=8, mask_frames=8)
    random = np.random.default_rng(1)
    heard = random.integers(1, FRAMES + 1, 200)
    values = random.normal(0, 5, (200, FRAMES, 12)).astype(np.float32)
    views = draw_views(200, (FRAMES, 12), random, settings)
    made = augment(values, heard, views, between, settings)
    values[~(np.arange(FRAMES) < heard[:, None])] = np.nan
    again = augment(values, heard, views, between, settings)
    mean = np.array(between.mean, np.float32)
    for i, frames in enumerate(heard):
        np.testing.assert_array_equal(again[i, :frames], made[i, :frames])
        hidden = (made[i, :frames] == mean).all(axis=1).sum()
        assert hidden <= np.ceil(8 * frames / FRAMES)


def test_copies_are_as_long_as_their_recordings(trained):
    _, data, *_ = trained
    source, altered = read_windows(data / "windows.h5"), read_windows(data / "altered.h5")
    np.testing.assert_array_equal(altered.heard, source.heard)
    beyond = np.arange(RATE) >= altered.heard[:, None]
    assert not altered.audio[beyond].any()
    assert altered.audio[~beyond].any()


def test_hidden_frames_leave_the_state_of_a_layer():
    """The mask that Keras makes of hidden frames is that of the heard ones."""
    keras = import_keras(1)
    network = build_model(keras, (9, 4), 3, MODELS["bilstm"], masked=True)
    values = np.random.default_rng(0).normal(size=(4, 9, 4)).astype(np.float32)
    heard = np.array([1, 4, 8, 9])
    masking = keras.Model(network.input, network.get_layer("masking").output)
    made = masking(hide(values, heard))
    np.testing.assert_array_equal(made._keras_mask, np.arange(9) < heard[:, None])
    whole = network(hide(values, np.full(4, 9)))
    plain = build_model(keras, (9, 4), 3, MODELS["bilstm"])
    plain.set_weights(network.get_weights())
    np.testing.assert_allclose(whole, plain(values), atol=1e-6)
