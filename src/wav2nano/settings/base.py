"""What all settings have in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """A group of settings.

    The string below a field explains it, with its unit. It is the only place that does: the
    reference in config/README.md, the comments in params.yaml and the JSON schemas come from it.
    """

    # strict: in YAML the word no, unquoted, is False and not a label.
    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, protected_namespaces=()
    )


NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$"
Name = Annotated[str, Field(pattern=NAME)]
"""At most 100 letters, digits, _ and -; it begins with a letter or a digit."""

Experiment = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,219}$")]
"""A name, or sweep.variant."""

Text = Annotated[str, Field(min_length=1)]

Seed = Annotated[int, Field(ge=0, lt=2**32)]
"""Of random numbers: what numpy and Keras both take."""

Probability = Annotated[float, Field(ge=0, le=1)]
