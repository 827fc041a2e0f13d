"""The windows of one part of the split, and how they are prepared for a model."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wav2nano.dataset.split import PARTS, order_labels, read_split, rows_of_windows
from wav2nano.errors import UserError
from wav2nano.features.extract import read_features
from wav2nano.files import read_json, write_json


@dataclass(frozen=True)
class Windows:
    """Features with their classes and origins; `values` is float32 [windows, frames, bins]."""

    values: np.ndarray
    target: np.ndarray
    recording: np.ndarray
    start: np.ndarray
    group: np.ndarray
    origin: np.ndarray


@dataclass(frozen=True)
class Preprocessing:
    """All that is between audio and a model: kept beside the model, and built into the firmware.

    `mean` and `std` have one value a feature bin, taken over the training set.
    """

    labels: list[str]
    chunking: dict[str, Any]
    features: dict[str, Any]
    mean: list[float]
    std: list[float]

    def normalize(self, values: np.ndarray) -> np.ndarray:
        """Normalise features [..., bins] as the model expects them."""
        mean, std = np.float32(self.mean), np.float32(self.std)
        return (values - mean) / std


def load_windows(
    features: Sequence[Path | str], split: Path | str, words: list[str] | None
) -> tuple[list[str], dict[str, Windows]]:
    """Read features and sort them by part of the split; windows that are in none are left out.

    Returns
    -------
    labels : list of str
        In the order of the model's outputs.
    parts : dict of str to Windows
        train, validation and test.

    Raises
    ------
    UserError
        If a recording of the split has no features, or a part no window of some label.
    """
    rows = read_split(split)
    labels = order_labels({row.label for row in rows}, words)
    data = read_features(features)
    missing = sorted({row.recording for row in rows} - set(data.recording))
    if missing:
        raise UserError(f"{split} names {missing[0]}, which no feature file holds. Split again.")
    index = {label: number for number, label in enumerate(labels)}
    of_window = rows_of_windows(
        rows, data.recording, data.start, rate=data.rate, samples=data.samples
    )
    part = np.array([row.part if row else "" for row in of_window])
    parts = {}
    for name in PARTS:
        chosen = np.flatnonzero(part == name)
        inside = [of_window[i] for i in chosen]
        parts[name] = Windows(
            values=data.values[chosen],
            target=np.array([index[row.label] for row in inside], dtype=np.int64),
            recording=data.recording[chosen],
            start=data.start[chosen],
            group=np.array([row.group for row in inside]),
            origin=np.array([row.origin for row in inside]),
        )
        absent = set(labels) - {row.label for row in inside}
        if absent:
            raise UserError(
                f"{split}: {name} has no window of {min(absent)}. Where its recordings are digital "
                "silence, remove them; else make chunking.window_seconds or hop_seconds smaller."
            )
    return labels, parts


def write_preprocessing(path: Path | str, preprocessing: Preprocessing) -> None:
    """Write it as JSON."""
    write_json(path, asdict(preprocessing))


def read_preprocessing(path: Path | str) -> Preprocessing:
    """Read what `write_preprocessing` wrote."""
    return Preprocessing(**read_json(path))
