"""What is generated from the model of the settings is as the model says."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from pydantic import ValidationError

from wav2nano.settings.base import PATTERNS, Settings
from wav2nano.settings.experiment import Params
from wav2nano.settings.reference import generated, params_yaml, schemas, tables

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("path", [path.relative_to(ROOT) for path in generated(ROOT)], ids=str)
def test_nothing_has_drifted(path):
    text = (ROOT / path).read_text(encoding="utf-8")
    assert text == generated(ROOT)[ROOT / path], "run `wav2nano write-reference`"


def test_the_defaults_are_those_of_the_model():
    assert Params.model_validate(yaml.safe_load(params_yaml())) == Params()


@pytest.mark.parametrize("name", tables())
def test_every_setting_is_explained(name):
    _, _, *rows = tables()[name].splitlines()
    assert rows
    assert not [row for row in rows if row.endswith("|  |")]


def _models(settings):
    """A class of settings and all that are made from it."""
    return [settings, *(model for made in settings.__subclasses__() for model in _models(made))]


def _patterns(schema):
    """Patterns anywhere in a JSON schema."""
    if isinstance(schema, list):
        return {pattern for part in schema for pattern in _patterns(part)}
    if not isinstance(schema, dict):
        return set()
    found = {schema["pattern"]} if isinstance(schema.get("pattern"), str) else set()
    return found | _patterns(list(schema.values()))


def test_every_pattern_has_words():
    used = set().union(*(_patterns(model.model_json_schema()) for model in _models(Settings)))
    assert used == set(PATTERNS)


@pytest.mark.parametrize(("value", "right"), [(512.0, True), (512.5, False)])
@pytest.mark.parametrize(
    ("section", "name"), [("features", "n_fft"), ("features", "hop"), ("training", "epochs")]
)
def test_models_and_schemas_agree_on_whole_numbers(section, name, value, right):
    schema = json.loads(schemas()["params.schema.json"])
    settings = {section: {"kind": "mfcc", name: value} if section == "features" else {name: value}}
    assert jsonschema.Draft202012Validator(schema).is_valid(settings) is right
    if not right:
        with pytest.raises(ValidationError):
            Params.model_validate(settings)
        return
    taken = getattr(getattr(Params.model_validate(settings), section), name)
    assert (taken, type(taken)) == (512, int)


def test_the_schemas_take_what_there_is():
    texts = {name: json.loads(text) for name, text in schemas().items()}
    for folder in ("experiments", "datasets", "sweeps"):
        name = folder.removesuffix("s")
        for path in (ROOT / "config" / folder).glob("*.yaml"):
            jsonschema.validate(yaml.safe_load(path.read_text()), texts[f"{name}.schema.json"])
