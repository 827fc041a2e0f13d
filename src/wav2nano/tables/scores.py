"""Scores of windows by one runtime, as CSV."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from wav2nano.files import as_written

KEYS = ("part", "recording", "start", "group", "origin", "label")


@dataclass(frozen=True)
class Scores:
    """Scores float [windows, labels] with the true class and origin of each window.

    A window begins at the sample `start` of its recording.
    """

    labels: list[str]
    scores: np.ndarray
    target: np.ndarray
    part: np.ndarray
    group: np.ndarray
    origin: np.ndarray
    recording: np.ndarray
    start: np.ndarray

    def of_part(self, name: str) -> "Scores":
        """Scores of one part of the split."""
        inside = self.part == name
        arrays = {name: getattr(self, name)[inside] for name in ARRAYS}
        return Scores(labels=self.labels, **arrays)

    def of_recordings(self) -> "Scores":
        """Mean scores of each recording; of one that is in several parts, in each of them.

        A recording begins where the first of its windows does.
        """
        keys = np.stack([self.part, self.recording]).astype(str)
        _, first, inverse = np.unique(keys, axis=1, return_index=True, return_inverse=True)
        sums = np.zeros((len(first), len(self.labels)))
        np.add.at(sums, inverse, self.scores)
        arrays = {name: getattr(self, name)[first] for name in ARRAYS}
        arrays["scores"] = sums / np.bincount(inverse)[:, np.newaxis]
        return Scores(labels=self.labels, **arrays)


ARRAYS = [field.name for field in fields(Scores) if field.name != "labels"]


def join_scores(parts: Sequence[Scores]) -> Scores:
    """Put scores with the same labels into one table."""
    joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in ARRAYS}
    return Scores(labels=parts[0].labels, **joined)


def read_scores(path: Path | str) -> Scores:
    """Read a table of scores.

    Raises
    ------
    UserError
        If it is damaged.
    """
    with as_written(path):
        return _parse(Path(path).read_text(encoding="utf-8"))


def read_answers(path: Path | str, answers: str) -> Scores:
    """Read the scores of what counts as one answer: "windows" or "recordings"."""
    scores = read_scores(path)
    return scores.of_recordings() if answers == "recordings" else scores


def _parse(text: str) -> Scores:
    header, *table = csv.reader(io.StringIO(text, newline=""))
    labels = [name.removeprefix("score ") for name in header[len(KEYS) :]]
    column = {key: np.array([row[i] for row in table]) for i, key in enumerate(KEYS)}
    index = {label: number for number, label in enumerate(labels)}
    scores = np.array([row[len(KEYS) :] for row in table], dtype=np.float64)
    if not np.isfinite(scores).all():
        raise ValueError("a score is not a number")
    return Scores(
        labels=labels,
        scores=scores.reshape(len(table), len(labels)),
        target=np.array([index[label] for label in column["label"]], dtype=np.int64),
        part=column["part"],
        group=column["group"],
        origin=column["origin"],
        recording=column["recording"],
        start=column["start"].astype(np.int64),
    )
