"""Tables of recordings, one row each: the index of a data set, of an archive, and the manifest."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from wav2nano.errors import UserError
from wav2nano.files import as_written, read_csv, write_csv

UNKNOWN = "_unknown_"
SILENCE = "_silence_"
BACKGROUND = (UNKNOWN, SILENCE)
LONGEST_LABEL = 60
OWN = "own"  # origin of real recordings; any other is an engine


@dataclass(frozen=True)
class Recording:
    """One recording.

    `group` is what must not be split: a speaker, a voice, a session. `fold` is the data set's own,
    empty if it has none. `origin` distinguishes own recordings (`own`) from synthetic ones (the
    engine), `samples_sha256` is equal where the audio is, whatever the kind of file (see
    `SampleHash`), `shard` names the file of windows, and that of features, which hold it.
    """

    id: str
    path: str
    label: str
    group: str
    fold: str
    origin: str
    seconds: float
    rate: int
    channels: int
    samples_sha256: str
    shard: str


@dataclass(frozen=True)
class Listed:
    """What is known of a recording before it is read: as in `Recording`."""

    id: str
    path: str
    label: str
    shard: str


Row = TypeVar("Row", Recording, Listed)


def check_label(label: str, where: str) -> None:
    """Check that a label can be shown on one line: in tables, plots and what the board prints.

    Raises
    ------
    UserError
        Naming the label and where it is from.
    """
    if not label.isprintable() or label != label.strip() or len(label) > LONGEST_LABEL:
        raise UserError(
            f"{where}: the label {label!r} has line breaks, control characters or spaces around "
            f"it, or more than {LONGEST_LABEL} letters. Give it another name."
        )


def slug(text: str) -> str:
    """Short name of letters, digits, _ and - for `text`, different for every text.

    Examples
    --------
    >>> slug("hot_word-2"), slug("hot word"), slug("hot: word")
    ('hot_word-2', 'hot-word-86b2a5', 'hot-word-335bd5')
    """
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", text)
    if plain == text:
        return text
    return f"{plain.strip('-') or 'label'}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"


def write_recordings(path: Path | str, rows: Iterable[Recording]) -> None:
    """Write a table of recordings as CSV, whole or not at all."""
    write_csv(
        path, (field.name for field in fields(Recording)), (vars(row).values() for row in rows)
    )


def write_listed(path: Path | str, rows: Iterable[Listed]) -> None:
    """Write a list of recordings as CSV, whole or not at all."""
    write_csv(path, (field.name for field in fields(Listed)), (vars(row).values() for row in rows))


def read_recordings(path: Path | str) -> list[Recording]:
    """Read a table of recordings.

    Raises
    ------
    UserError
        If it is missing, or a column is.
    """
    return _read(path, Recording)


def read_listed(path: Path | str) -> list[Listed]:
    """Read a list of recordings, or as much of a table of them.

    Raises
    ------
    UserError
        If it is missing, or a column is.
    """
    return _read(path, Listed)


def _read(path: Path | str, kind: type[Row]) -> list[Row]:
    types: dict[str, Any] = {field.name: field.type for field in fields(kind)}
    try:
        with as_written(path):
            table = read_csv(path)
            return [kind(**{name: types[name](row[name]) for name in types}) for row in table]
    except FileNotFoundError:
        raise UserError(f"{path} does not exist: run the step that makes it first.") from None


def label_of(row: Recording, labels: Sequence[str] | None) -> str:
    """Label that an experiment gives a recording."""
    return asked_label(row.label, labels)


def asked_label(label: str, labels: Sequence[str] | None) -> str:
    """Name what a label is to an experiment: one that it does not tell apart is unknown."""
    return label if labels is None or label in labels or label in BACKGROUND else UNKNOWN
