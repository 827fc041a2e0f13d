"""What all settings have in common."""

from functools import cache
from typing import Annotated, Any, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Settings(BaseModel):
    """A group of settings.

    The string below a field explains it, with its unit. It is the only place that does: the
    reference in config/README.md, the comments in params.yaml and the JSON schemas come from it.
    """

    # strict: in YAML the word no, unquoted, is False and not a label.
    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, protected_namespaces=()
    )

    @model_validator(mode="before")
    @classmethod
    def _take_whole_numbers(cls, values: Any) -> Any:
        """Take 320.0 for 320 where a whole number is wanted, as JSON schemas do."""
        if not isinstance(values, dict):
            return values
        whole = _whole_numbers(cls)
        return {key: _whole(value) if key in whole else value for key, value in values.items()}


@cache
def _whole_numbers(settings: type[Settings]) -> set[str]:
    """Names of the fields that hold whole numbers; asked for each of many variants of a sweep."""
    return {name for name, field in settings.model_fields.items() if _names_int(field.annotation)}


def _names_int(annotation: Any) -> bool:
    return annotation is int or any(map(_names_int, get_args(annotation)))


def _whole(value: Any) -> Any:
    if isinstance(value, list):
        return [_whole(entry) for entry in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$"
EXPERIMENT = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,219}$"
COLUMNS = r"\{[^{}]+\}"
LABEL = r"\{label\}"
SHA256 = "^[0-9a-f]{64}$"
MD5 = "^[0-9a-f]{32}$"
URL = "^https?://"
LANGUAGE = "^[a-z]{2,3}(-[A-Z]{2})?$"

# What a text should do that fits a pattern.
PATTERNS = {
    NAME: "be at most 100 letters, digits, _ and -, and begin with a letter or a digit",
    EXPERIMENT: "be at most 220 letters, digits, _, - and ., and begin with a letter or a digit",
    COLUMNS: "have columns in braces, such as {word}",
    LABEL: "have {label} in it",
    SHA256: "be 64 hexadecimal digits in lower case",
    MD5: "be 32 hexadecimal digits in lower case",
    URL: "begin with https:// or http://",
    LANGUAGE: "be the code of a language, such as en",
}

Name = Annotated[str, Field(pattern=NAME)]
"""At most 100 letters, digits, _ and -; it begins with a letter or a digit."""

Experiment = Annotated[str, Field(pattern=EXPERIMENT)]
"""A name, or sweep.variant."""

Text = Annotated[str, Field(min_length=1)]

SEEDS = 2**32
Seed = Annotated[int, Field(ge=0, lt=SEEDS)]
"""Of random numbers: what numpy and Keras both take."""

Probability = Annotated[float, Field(ge=0, le=1)]
