"""Everything between audio and a model: kept beside the model, and built into the firmware."""

from pathlib import Path
from typing import Self

import numpy as np
from pydantic import model_validator

from wav2nano.features import AnyFeatures, bins
from wav2nano.files import as_written, read_json, write_json
from wav2nano.settings.base import Settings
from wav2nano.settings.chunking import ChunkingSettings


class Preprocessing(Settings):
    """From audio to the input of a model.

    `labels` are in the order of the model's outputs; `mean` and `std` have one value per feature
    bin, taken over the training set.
    """

    labels: list[str]
    chunking: ChunkingSettings
    features: AnyFeatures
    mean: list[float]
    std: list[float]

    @model_validator(mode="after")
    def _has_a_value_for_each_bin(self) -> Self:
        if not len(self.mean) == len(self.std) == bins(self.features):
            raise ValueError(f"mean and std need {bins(self.features)} values each")
        return self

    def normalize(self, values: np.ndarray) -> np.ndarray:
        """Normalise features [..., bins] as the model expects them."""
        mean, std = np.array(self.mean, np.float32), np.array(self.std, np.float32)
        return (values - mean) / std


def write_preprocessing(path: Path | str, preprocessing: Preprocessing) -> None:
    """Write it as JSON."""
    write_json(path, preprocessing.model_dump())


def read_preprocessing(path: Path | str, *, labels: list[str] | None = None) -> Preprocessing:
    """Read what `write_preprocessing` wrote.

    Parameters
    ----------
    path
        JSON file.
    labels
        What its model has to tell apart, in order, if that is known.

    Raises
    ------
    UserError
        If it is of another version, or of other labels.
    """
    with as_written(path):
        read = Preprocessing.model_validate(read_json(path))
        if labels not in (None, read.labels):
            raise ValueError(f"its labels are {', '.join(read.labels)}, not {', '.join(labels)}")
        return read
