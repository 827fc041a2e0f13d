"""What is generated from the model of the settings is as the model says."""

from pathlib import Path

import jsonschema
import pytest
import yaml

from wav2nano.settings.dataset import DatasetSettings
from wav2nano.settings.describe import explanations, walk
from wav2nano.settings.experiment import Params
from wav2nano.settings.reference import generated, params_yaml, schemas
from wav2nano.settings.sweep import SweepSettings

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("path", [path.relative_to(ROOT) for path in generated(ROOT)], ids=str)
def test_nothing_has_drifted(path):
    text = (ROOT / path).read_text(encoding="utf-8")
    assert text == generated(ROOT)[ROOT / path], "run `wav2nano write-reference`"


def test_the_defaults_are_those_of_the_model():
    assert Params.model_validate(yaml.safe_load(params_yaml())) == Params()


@pytest.mark.parametrize("settings", [Params, DatasetSettings, SweepSettings])
def test_every_setting_is_explained(settings):
    for prefix, group, name in walk(settings):
        assert explanations(group).get(name), f"{prefix}{name}"


def test_the_schemas_take_what_there_is():
    import json

    texts = {name: json.loads(text) for name, text in schemas().items()}
    for folder in ("experiments", "datasets", "sweeps"):
        name = folder.removesuffix("s")
        for path in (ROOT / "config" / folder).glob("*.yaml"):
            jsonschema.validate(yaml.safe_load(path.read_text()), texts[f"{name}.schema.json"])
