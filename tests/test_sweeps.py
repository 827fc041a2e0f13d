"""Sweeps become variants with names, and are checked before any job."""

from pathlib import Path

import pytest
import yaml

from wav2nano.errors import UserError
from wav2nano.experiments import Experiments, named_in, sweeps_in
from wav2nano.hashes import hash_file
from wav2nano.settings.load import load_yaml
from wav2nano.settings.sweep import SweepSettings
from wav2nano.sweeps import LONG, list_variants, name_variants

ROOT = Path(__file__).resolve().parents[1]


def variants(**settings):
    return list_variants(SweepSettings(base="keywords", **settings))


@pytest.fixture
def checkout(tmp_path):
    """Read the variants of a sweep named `trial` over the experiment `keywords`."""
    for folder in ("datasets", "experiments"):
        path = tmp_path / "config" / folder / "keywords.yaml"
        path.parent.mkdir(parents=True)
        path.write_text((ROOT / "config" / folder / "keywords.yaml").read_text())
    (tmp_path / "config" / "sweeps").mkdir()

    def read(**settings):
        file = tmp_path / "config" / "sweeps" / "trial.yaml"
        file.write_text(yaml.safe_dump({"base": "keywords"} | settings))
        return Experiments(load_yaml(ROOT / "params.yaml"), sha256=hash_file, root=tmp_path)

    return read


def test_a_product_is_every_combination_with_every_row():
    table = [{"model.units": [8]}, {"model": {"units": [16], "dropout": 0.1}}]
    found = variants(table=table, product={"training.epochs": [1, 2]})
    assert found == [
        {"model.units": [8], "training.epochs": 1},
        {"model.units": [8], "training.epochs": 2},
        {"model.units": [16], "model.dropout": 0.1, "training.epochs": 1},
        {"model.units": [16], "model.dropout": 0.1, "training.epochs": 2},
    ]


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({"product": {"model.units": [[8], [16, 8], []]}}, ["units-8", "units-16-8", "units-none"]),
        # What all have alike is left out, and what one lacks.
        (
            {"table": [{"a.x": 1, "a.y": 0.5}, {"a.x": 1, "a.y": True}, {"a.x": 1}]},
            ["y-0.5", "y-true", "base"],
        ),
        (
            {"product": {"split.seed": [1, 2], "training.seed": [3]}},
            ["split.seed-1", "split.seed-2"],
        ),
        (
            {"product": {"features.kind": ["mfcc", "logmel"], "model.architecture": ["cnn"]}},
            ["mfcc", "logmel"],
        ),
        ({"table": [{"labels": ["ja", "né"]}, {"labels": None}]}, ["labels-ja-n-", "labels-null"]),
        # Not what another split of a variant is named.
        (
            {"product": {"labels": [["a.random_split"], ["b"]]}},
            ["labels-a.random_split-3525998e", "labels-b"],
        ),
    ],
)
def test_names_say_what_differs(settings, names):
    assert name_variants(variants(**settings)) == names


def test_names_are_short_and_differ():
    table = [{"labels": ["x" * 150, "a"]}, {"labels": ["x" * 150, "b"]}, {"labels": ["é"]}]
    names = name_variants(variants(table=[*table, {"labels": ["è"]}]))
    assert len(set(names)) == 4
    assert max(map(len, names)) < LONG + 10


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "nothing to vary"),
        ({"product": {"model.units": []}}, "product.*needs at least 1"),
        ({"product": {"a": [1, 2, 1]}}, "Two variants are alike: a: 1"),
        ({"product": {key: list(range(10)) for key in "abc"}}, "makes 1,000 variants; at most 500"),
        ({"table": [{"training": {"epochs": 1}, "training.epochs": 4}]}, "epochs is given twice"),
        ({"table": [{"a": 1}], "product": {"a": [2, 3]}}, "a is given twice for one variant"),
        ({"product": {"experiments": [["a"], ["b"]]}}, "experiments is not a setting"),
        ({"product": {"features.kind": [["mfcc"], "mfcc"]}}, "features.kind: .* is not one of"),
        ({"table": [{"model": 3, "model.units": [1]}]}, "model.units: model already has a value"),
        (
            {"product": {"model.unit": [[3]]}},
            r"trial.yaml, model.unit: \[3\]:\n  model.unit is not",
        ),
        ({"product": {"features.f_max": [9e3]}}, r"f_max: 9000.0:\n  features.f_max: 9000 is not"),
        ({"base": "nobody", "product": {"a": [1]}}, "There is no experiment nobody"),
        ({"table": [{"dataset": "nothing"}]}, "There is no data set nothing"),
    ],
)
def test_what_is_wrong_names_the_sweep(checkout, settings, message):
    experiments = checkout(**settings)
    with pytest.raises(UserError, match=f"(?s){message}"):
        [experiments[name] for name in experiments.variants("trial")]


def test_a_mistake_in_the_base_names_the_base(checkout, tmp_path):
    experiments = checkout(product={"training.epochs": [1, 2]})
    base = tmp_path / "config" / "experiments" / "keywords.yaml"
    base.write_text(base.read_text() + "split: {seed: no}\n")
    with pytest.raises(UserError, match=r"experiments/keywords.yaml:\n  split.seed"):
        experiments["trial.epochs-1"]


def test_there_is_no_such_sweep_or_variant(checkout):
    experiments = checkout(product={"training.epochs": [1, 2]})
    with pytest.raises(UserError, match=r"no sweep other: .* There are: trial"):
        experiments.variants("other")
    with pytest.raises(UserError, match=r"no variant trial.epochs-3. Its variants are: trial.ep"):
        experiments["trial.epochs-3"]


def test_variants_are_experiments_that_share(checkout):
    experiments = checkout(
        product={"features.kind": ["mfcc", "logmel"], "model.architecture": ["cnn", "dense"]}
    )
    assert experiments.names() == ["keywords", *experiments.variants("trial")]
    found = [experiments[name] for name in experiments.variants("trial")]
    assert len({tuple(one.features()) for one in found}) == 2
    assert len({tuple(one.windows()) for one in found}) == 1
    assert found[0].archives == experiments["keywords"].archives
    assert [one.settings.model.architecture for one in found] == ["cnn", "dense", "cnn", "dense"]


@pytest.mark.parametrize("name", ["x.y", "sp ace", "-x", "comparison"])
def test_names_that_cannot_be_are_told(tmp_path, name):
    folder = tmp_path / "config" / ("experiments" if name == "comparison" else "sweeps")
    folder.mkdir(parents=True)
    (folder / f"{name}.yaml").write_text("base: keywords")
    with pytest.raises(UserError, match=rf"{name}.yaml: .* Rename the file"):
        Experiments({}, sha256=hash_file, root=tmp_path).names()


def test_a_broken_sweep_leaves_others_alone(checkout, tmp_path):
    experiments = checkout(product={"training.epochs": [1, 2]})
    (tmp_path / "config" / "sweeps" / "broken.yaml").write_text("base: [")
    found = experiments.find("this", lambda e: e.settings.training.epochs == 2)
    assert found.name == "trial.epochs-2"
    with pytest.raises(UserError, match=r"broken\.yaml"):
        experiments.names()


@pytest.mark.parametrize("path", sorted((ROOT / "config/sweeps").glob("*.yaml")), ids=str)
def test_every_sweep_is_valid(path):
    experiments = Experiments(load_yaml(ROOT / "params.yaml"), sha256=hash_file, root=ROOT)
    for name in experiments.variants(path.stem):
        experiments.settings(name)


def test_what_a_command_line_asks_for():
    assert named_in(["results/trial.units-8/split.csv", "metrics/trial.units-0.5.json"]) == {
        "trial.units-8",
        "trial.units-0.5",
    }
    assert not named_in(["results/comparison/sweep_trial.csv"])
    assert sweeps_in(["sweep_trial", "./results/comparison/sweep_x.csv", "--cores"]) == {
        "trial",
        "x",
    }


SHIPPED = Experiments(
    load_yaml(ROOT / "params.yaml"), sha256=hash_file, need_recordings=False, root=ROOT
)


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "config/sweeps").iterdir()))
def test_every_variant_of_every_sweep_is_possible(name):
    base = SHIPPED[load_yaml(ROOT / f"config/sweeps/{name}.yaml")["base"]]
    settings = [SHIPPED[variant].settings for variant in SHIPPED.variants(name)]
    assert len({one.model_dump_json() for one in settings}) == len(settings) > 1
    assert {one.dataset for one in settings} == {base.settings.dataset}


def test_the_sampling_rates_are_compared_on_the_same_seconds():
    variants = SHIPPED.variants("digits_original_rate")
    settings = [SHIPPED[variant].settings for variant in variants]
    assert [one.chunking.rate for one in settings] == [8000, 16000, 44100]
    assert {one.features.hop_samples / one.chunking.rate for one in settings} == {0.02}
    assert {one.goal for one in settings} == {"evaluation"}
