"""Everything between audio and a model: kept beside the model, and built into the firmware."""

from pathlib import Path

import numpy as np

from wav2nano.features import AnyFeatures
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

    def normalize(self, values: np.ndarray) -> np.ndarray:
        """Normalise features [..., bins] as the model expects them."""
        mean, std = np.array(self.mean, np.float32), np.array(self.std, np.float32)
        return (values - mean) / std


def write_preprocessing(path: Path | str, preprocessing: Preprocessing) -> None:
    """Write it as JSON."""
    write_json(path, preprocessing.model_dump())


def read_preprocessing(path: Path | str) -> Preprocessing:
    """Read what `write_preprocessing` wrote.

    Raises
    ------
    UserError
        If it is of another version.
    """
    with as_written(path):
        return Preprocessing.model_validate(read_json(path))
