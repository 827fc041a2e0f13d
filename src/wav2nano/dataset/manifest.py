"""The manifest: one row a recording."""

import csv
import hashlib
import re
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from wav2nano.errors import UserError
from wav2nano.files import write_csv

UNKNOWN = "_unknown_"
SILENCE = "_silence_"
BACKGROUND = (UNKNOWN, SILENCE)


@dataclass(frozen=True)
class Row:
    """One recording in the manifest.

    `group` is what must not be split: a speaker, a voice, a session. `fold` is the data set's own,
    empty where it has none. `origin` tells own recordings (`own`) from synthetic ones (these by
    engine), `shard` is the part of the chunk and feature files that the recording is in.
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
    sha256: str
    shard: str


def slug(text: str) -> str:
    """Short name of letters, digits, _ and - for `text`, another one for every text."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", text)
    if plain == text:
        return text
    return f"{plain.strip('-') or 'label'}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"


def write_manifest(path: Path | str, rows: Iterable[Row]) -> None:
    """Write the manifest as CSV, whole or not at all."""
    write_csv(path, (field.name for field in fields(Row)), map(astuple, rows))


def read_manifest(path: Path | str) -> list[Row]:
    """Read a manifest.

    Raises
    ------
    UserError
        If it is missing, or a column is.
    """
    try:
        with Path(path).open(newline="", encoding="utf-8") as file:
            table = list(csv.DictReader(file))
        types = {field.name: field.type for field in fields(Row)}
        return [Row(**{name: types[name](row[name]) for name in types}) for row in table]
    except FileNotFoundError:
        raise UserError(f"{path} does not exist: run `wav2nano index-dataset` first.") from None
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(
            f"{path} is not a manifest ({error}). Delete it: it is made anew."
        ) from None


def label_of(row: Row, words: list[str] | None) -> str:
    """Label that the experiment gives a recording: words that are not asked for are unknown."""
    if words is None or row.label in words or row.label in BACKGROUND:
        return row.label
    return UNKNOWN
