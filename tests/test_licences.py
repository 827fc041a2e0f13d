"""What licences allow: those of all that the project ships or fetches, and what is not known."""

from pathlib import Path

import pytest
import yaml

from wav2nano.experiments import Experiments
from wav2nano.licences import CLEAR, DOUBTFUL, REFUSED, commercial_use, hindrances
from wav2nano.model_files import SPEECH_EMBEDDING, YAMNET
from wav2nano.settings.load import load_dataset
from wav2nano.synthesis.voices import engine_voices

ROOT = Path(__file__).resolve().parents[1]
DATASETS = sorted(path.stem for path in (ROOT / "config" / "datasets").glob("*.yaml"))


@pytest.mark.parametrize("dataset", DATASETS)
def test_data_sets_that_must_not_be_sold_are_known(dataset):
    licence = load_dataset(dataset, root=ROOT).licence
    not_for_sale = {"esc50", "urbansound8k"}
    assert commercial_use(licence) == (REFUSED if dataset in not_for_sale else CLEAR)


@pytest.mark.parametrize("dataset", ["keywords", "digits"])
def test_voices_of_the_shipped_data_sets_are_clear(dataset):
    synthesis = load_dataset(dataset, root=ROOT).synthesis
    for engine, settings in synthesis.engines.chosen.items():
        for voices in engine_voices(engine, settings, "en"):
            assert {commercial_use(voice.licence) for voice in voices} == {CLEAR}, engine


@pytest.mark.parametrize("model", [SPEECH_EMBEDDING, YAMNET], ids=lambda model: model.name)
def test_a_network_of_others_is_clear(model):
    assert commercial_use(model.licence) == CLEAR


def test_what_is_not_known_is_not_clear():
    doubtful = ["", "all rights reserved", "for research", "CC BY 4.0, but for research"]
    doubtful += ["free use for teaching only", "MIT recordings, academic use", "not yours to sell"]
    for licence in doubtful:
        assert commercial_use(licence) == DOUBTFUL
    for licence in (
        "CC BY Non Commercial 4.0",
        "CC BY-NC-SA 4.0",
        "free for non-commercial use",
        "Apache-2.0, NC",
    ):
        assert commercial_use(licence) == REFUSED
    assert hindrances({"a": "MIT", "b": "CC BY-NC 3.0"}) == [
        "commercial use is not allowed: b (CC BY-NC 3.0)"
    ]


def test_an_experiment_names_voices_and_networks(tmp_path):
    (tmp_path / "config").symlink_to(ROOT / "config")
    params = yaml.safe_load((ROOT / "params.yaml").read_text())
    found = Experiments(params, sha256=str, root=tmp_path)["keywords"].licences()
    assert {"voices of espeak", "voices of flite", "voices of festival"} <= set(found)
    assert "GPL" in found["voices of espeak"]
