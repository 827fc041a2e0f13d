"""The manifest: one row a recording, and where recordings are found."""

import csv
import hashlib
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from wav2nano.audio import SUFFIXES
from wav2nano.errors import UserError
from wav2nano.files import atomic_path

UNKNOWN = "_unknown_"
SILENCE = "_silence_"
BACKGROUND = (UNKNOWN, SILENCE)


@dataclass(frozen=True)
class Source:
    """A recording that was found, before it is read."""

    path: Path
    id: str
    label: str
    group: str
    shard: str
    sha256: str


@dataclass(frozen=True)
class Row:
    """One recording in the manifest.

    `group` is what must not be split: a speaker, a voice, a session. `origin` tells own recordings
    from synthetic ones (and these by engine), `shard` is the part of the chunk and feature
    files that the recording is in.
    """

    id: str
    path: str
    label: str
    group: str
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


def scan_recordings(dataset: dict[str, Any], *, root: Path | str = ".") -> list[Source]:
    """Find a data set's own recordings and hash them.

    Label and group come from `{label}/{file}`, `{label}/{group}/{file}`, or, where the data set
    has a `file_name`, from the name. A recording without a group is a group of its own.

    Raises
    ------
    UserError
        If a file does not fit `file_name`, or lies outside any label's folder.
    """
    folder = Path(root) / dataset["recordings"]
    pattern = _compile(dataset["file_name"]) if "file_name" in dataset else None
    sources = []
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.suffix.lower() not in SUFFIXES or any(part.startswith(".") for part in parts):
            continue
        label, group = _label_and_group(parts, path, pattern, dataset.get("file_name"))
        name = "/".join(parts)
        shard = int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % dataset["shards"]
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise UserError(f"{path} cannot be read: {error.strerror}.") from None
        sources.append(Source(path, name, label, group or name, f"own-{shard:03}", digest))
    return sources


def digest_sources(sources: Iterable[Source]) -> str:
    """One hash over recordings and what their names say; it changes when any of them does."""
    lines = sorted(f"{s.id}\0{s.label}\0{s.group}\0{s.sha256}\n" for s in sources)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def write_manifest(path: Path | str, rows: Iterable[Row]) -> None:
    """Write the manifest as CSV, whole or not at all."""
    with atomic_path(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Row)], lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow(asdict(row))


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


def _compile(file_name: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", file_name)
    named = [f"(?P<{p}>.+?)" if i % 2 else re.escape(p) for i, p in enumerate(parts)]
    return re.compile("".join(named))


def _label_and_group(
    parts: tuple[str, ...], path: Path, pattern: re.Pattern[str] | None, file_name: str | None
) -> tuple[str, str]:
    if pattern is not None:
        match = pattern.fullmatch(path.stem)
        if not match:
            raise UserError(
                f"{path}: the name is not of the form {file_name}. Rename or remove it."
            )
        return match["label"], match.groupdict().get("group", "")
    if len(parts) < 2:
        raise UserError(
            f"{path} is in no label's folder. Move it to {path.parent / 'LABEL' / path.name}."
        )
    return parts[0], "/".join(parts[1:-1])
