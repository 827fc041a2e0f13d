"""The experiment's settings, read and validated once."""

from pathlib import Path
from typing import Any

import jsonschema
import yaml

from wav2nano.errors import UserError

# The same, written in C, is there in most installations; it reads the settings in a tenth of the
# time, and they are read at each start of the workflow.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SCHEMAS = "workflow/schemas"


def load_yaml(path: Path | str) -> dict[str, Any]:
    """Read a YAML mapping.

    Raises
    ------
    UserError
        If the file is missing, is not YAML, or is not a mapping.
    """
    path = Path(path)
    try:
        value = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)
    except FileNotFoundError:
        raise UserError(f"{path} does not exist.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is not readable as YAML: {error}") from None
    if not isinstance(value, dict):
        raise UserError(f"{path} should hold `key: value` lines.")
    return value


def validate(settings: dict[str, Any], schema: Path | str, *, source: str) -> None:
    """Check `settings` against a JSON schema in YAML.

    Raises
    ------
    UserError
        Naming every setting that is wrong, what it is and what it may be.
    """
    validator = jsonschema.Draft202012Validator(load_yaml(schema))
    messages = [_explain(error) for error in validator.iter_errors(settings)]
    if messages:
        raise UserError("\n".join([f"{source}:", *sorted(f"  {message}" for message in messages)]))


def load_dataset(name: str, *, root: Path | str = ".") -> dict[str, Any]:
    """Read and validate `config/datasets/{name}.yaml`.

    Raises
    ------
    UserError
        If there is no such data set (with the names there are), or it is not valid.
    """
    folder = Path(root) / "config" / "datasets"
    path = folder / f"{name}.yaml"
    if not path.exists():
        known = ", ".join(sorted(file.stem for file in folder.glob("*.yaml")))
        raise UserError(
            f"dataset: {name} has no file {path}. Data sets there are: {known}. "
            "To add one, copy the file of another and change it."
        )
    dataset = load_yaml(path)
    validate(dataset, Path(root) / SCHEMAS / "dataset.schema.yaml", source=str(path))
    return dataset


def _explain(error: jsonschema.ValidationError) -> str:
    where = ".".join(str(part) for part in error.absolute_path)
    if error.validator == "additionalProperties":
        known = sorted(error.schema["properties"])
        unknown = sorted(set(error.instance) - set(known))
        prefix = f"{where}." if where else ""
        return f"{prefix}{unknown[0]} is not a setting. Settings here are: {', '.join(known)}"
    if error.validator == "required":
        return f"{where + ': ' if where else ''}{error.message}"
    if error.validator == "enum":
        choices = ", ".join(map(str, error.validator_value))
        return f"{where}: {error.instance!r} is none of: {choices}"
    if "description" in error.schema:
        return f"{where}: {error.instance!r} should be: {error.schema['description']}"
    return f"{where}: {error.message}"
