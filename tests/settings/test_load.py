"""Settings from files: defaults, what differs, and plain messages for what is wrong."""

from pathlib import Path

import pytest

from wav2nano.errors import UserError
from wav2nano.models import ARCHITECTURES
from wav2nano.settings.dataset import DatasetSettings
from wav2nano.settings.experiment import Params
from wav2nano.settings.load import combine, load_dataset, load_experiment, load_yaml, parse

ROOT = Path(__file__).resolve().parents[2]
DEFAULTS = load_yaml(ROOT / "params.yaml")
FILE = "config/experiments/x.yaml"


@pytest.mark.parametrize("path", sorted((ROOT / "config/experiments").glob("*.yaml")), ids=str)
def test_every_experiment_is_valid(path):
    experiment = load_experiment(path.stem, DEFAULTS, root=ROOT)
    load_dataset(experiment.dataset, root=ROOT)


def test_params_hold_the_defaults_of_the_model():
    assert Params.model_validate(DEFAULTS) == Params()


CNN = {"architecture": "cnn", "filters": [8], "pool": 3}


@pytest.mark.parametrize(
    ("models", "expected"),
    [
        # Of the defaults, which are for another architecture, nothing is left.
        ([{"architecture": "cnn", "pool": 3}], {"architecture": "cnn", "pool": 3}),
        ([{"dropout": 0.5}, {"architecture": "cnn"}], {"architecture": "cnn"}),
        ([CNN, {"architecture": "dense"}], {"architecture": "dense"}),
        ([CNN, {"dropout": 0.5}], CNN | {"dropout": 0.5}),
        ([CNN, {"architecture": "cnn", "pool": 4}], CNN | {"pool": 4}),
        # What a layer said of this architecture still holds, whatever stands between.
        ([CNN, {"architecture": "lstm"}], {"architecture": "lstm", "units": [99]}),
        ([{}, CNN, {"architecture": "dense"}, {"architecture": "cnn"}], CNN),
    ],
)
def test_another_architecture_starts_from_its_own_defaults(models, expected):
    defaults = DEFAULTS | {"model": {"architecture": "lstm", "units": [99]}}
    layers = [(FILE, {"model": model}) for model in models]
    model = combine(("params.yaml", defaults), *layers).model
    assert model == ARCHITECTURES[model.architecture].Settings(**expected)


def test_what_another_kind_does_not_know_is_left_out_of_the_defaults():
    defaults = DEFAULTS | {"features": DEFAULTS["features"] | {"n_fft": 1024}}
    differing = {"features": {"kind": "logmel", "f_min": 50}, "model": {"architecture": "dense"}}
    experiment = combine(("params.yaml", defaults), (FILE, differing))
    assert experiment.features.model_dump() == {
        "kind": "logmel",
        "window_normalization": "none",
        "n_fft": 1024,
        "hop": 320,
        "mel_bands": 40,
        "f_min": 50.0,
        "f_max": 7600.0,
        "floor_db": -70.0,
    }
    assert experiment.model.model_dump() == {
        "architecture": "dense",
        "units": [64],
        "dropout": 0.3,
    }


@pytest.mark.parametrize(
    ("differing", "message"),
    [
        ({"training": {"epoch": 3}}, "training.epoch is not a setting. Settings here are: batch_"),
        ({"training": {"epochs": 0}}, "training.epochs: 0 should be at least 1 (maximum passes"),
        ({"training": {"epochs": 1.5}}, "training.epochs: 1.5 should be a whole number"),
        ({"training": 3}, "training: 3 should be `key: value` lines"),
        ({"labels": ["yes", False]}, "labels.1: false should be text, in quotes if YAML"),
        ({"labels": []}, "labels: needs at least 1 entry"),
        ({"goal": "fame"}, "goal: 'fame' is not one of: firmware, evaluation"),
        ({"features": {"kind": "plp"}}, "features.kind: 'plp' is not one of: centroid, chroma, "),
        (
            {"features": {"kind": "logmel", "coefficients": 3}},
            "features.coefficients is not a setting. Settings here are: deltas, f_max, f_min",
        ),
        (
            {"model": {"architecture": "dense", "filters": [8]}},
            "model.filters is not a setting. Settings here are: architecture, dropout, units",
        ),
        ({"chunking": {"rate": float("nan")}}, "chunking.rate: .nan should be a whole number"),
        ({"listener": {"threshold": 1.5}}, "listener.threshold: 1.5 should be at most 1"),
        ({"listener": {"quiet_seconds": 1e9}}, "listener.quiet_seconds: 1000000000.0 should be at"),
        (
            {"training": {"learning_rate": 1e30}},
            "training.learning_rate: 1.0e+30 should be at most",
        ),
        ({"training": {"learning_rate": "1e-3"}}, "YAML takes it for text. Write 0.001"),
        ({"training": {"seed": -1}}, "training.seed: -1 should be at least 0"),
        ({"split": {"seed": 2**32}}, "split.seed: 4294967296 should be less than 4,294,967,296"),
    ],
)
def test_what_is_wrong_is_told(differing, message):
    with pytest.raises(UserError) as raised:
        combine(("params.yaml", DEFAULTS), (FILE, differing))
    assert str(raised.value).startswith(f"{FILE}:\n")
    assert message in str(raised.value)


def test_the_file_that_is_wrong_is_named():
    defaults = DEFAULTS | {"training": DEFAULTS["training"] | {"epochs": 0}}
    with pytest.raises(UserError) as raised:
        combine(("params.yaml", defaults), (FILE, {"training": {"patience": 0}}))
    text = str(raised.value)
    assert f"{FILE}:\n  training.patience: 0" in text
    assert "params.yaml:\n  training.epochs: 0" in text


def test_an_experiment_that_is_not_there():
    with pytest.raises(UserError, match=r"no experiment nowhere.*There are: digits, .*emergency"):
        load_experiment("nowhere", DEFAULTS, root=ROOT)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pattern": "{speaker}_{number}"}, "pattern: '{speaker}_{number}' should have {label} in"),
        ({"pattern": "{label}", "table": {"file": "a.csv"}}, "leave out one"),
        ({"split": {"policy": "official"}}, "split: policy official needs the names of the folds"),
        ({"split": {"policy": "random"}}, "not one of: group, recording, official, time"),
        ({"split": {"policy": "official", "validation": [9], "test": ["1"]}}, "validation.0: 9"),
        ({"download": {"url": "http://x", "megabytes": 1, "unpacked_megabytes": 1}}, "checksum"),
        ({"shards": 0}, "shards: 0 should be at least 1"),
    ],
)
def test_wrong_data_sets_are_told(change, message):
    dataset = load_yaml(ROOT / "config/datasets/own.yaml")
    with pytest.raises(UserError) as raised:
        parse(DatasetSettings, dataset | change, source="own.yaml")
    assert message in str(raised.value)
