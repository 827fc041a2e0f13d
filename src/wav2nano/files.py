"""Files that are written completely or not at all."""

import csv
import errno
import json
import math
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wav2nano.errors import UserError

# What readers raise at contents that make no sense.
UNREADABLE = (
    ArithmeticError,
    LookupError,
    StopIteration,
    TypeError,
    ValueError,
    csv.Error,
    zipfile.BadZipFile,
)
NO_SPACE = {errno.ENOSPC, errno.EDQUOT}
LEAST_FREE = 64 * 1024  # bytes


@contextmanager
def atomic_path(path: Path | str) -> Iterator[Path]:
    """Give a temporary path beside `path`, renamed to it when the block ends without an error.

    A reader never sees half a file, and an interrupted run leaves the earlier version in place.

    Raises
    ------
    UserError
        If there can be no file of that name, or the disk is full.
    """
    path = Path(path)
    if path.is_dir():
        raise UserError(f"{path} is a folder, and a file is to be written: name one.")
    try:
        with _renamed_at_end(path) as temporary:
            yield temporary
    except OSError as error:
        if error.errno not in NO_SPACE:
            raise
        # It names the temporary file, if any.
        raise UserError(
            f"{path} cannot be written: {os.strerror(error.errno)}. Free some space on its disk or "
            f"in {tempfile.gettempdir()}, then run the same command again."
        ) from None


@contextmanager
def _renamed_at_end(path: Path) -> Iterator[Path]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        prefix = f".{path.stem}."
        handle, name = tempfile.mkstemp(prefix=prefix, suffix=path.suffix, dir=path.parent)
    except FileExistsError:
        raise UserError(f"{path} cannot be written: {path.parent} is not a folder.") from None
    except OSError as error:
        if error.errno in NO_SPACE:
            raise
        raise UserError(f"{path} cannot be written: {error.strerror}.") from None
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        # mkstemp makes files that only the owner may read; give what open() would have given,
        # and what the block added (a compiled program may be run).
        mask = os.umask(0)
        os.umask(mask)
        runnable = temporary.stat().st_mode & 0o111
        temporary.chmod((0o666 | runnable) & ~mask)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def check_room(folder: Path | str) -> None:
    """Check that a disk is not full already, for programs that take that badly.

    Raises
    ------
    UserError
        If it is.
    """
    disk = shutil.disk_usage(folder)
    # Some network file systems say nothing about room: zero of zero.
    if disk.total and disk.free < LEAST_FREE:
        raise UserError(
            f"The disk of {Path(folder).resolve()} is full: {os.strerror(errno.ENOSPC)}. Free some "
            "on it, then run the same command again."
        )


def write_text(path: Path | str, text: str) -> None:
    """Write `text` as UTF-8, whole or not at all."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_csv(path: Path | str, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Write a table as CSV in UTF-8, whole or not at all."""
    with atomic_path(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        plain = csv.writer(file, lineterminator="\n")
        # The library leaves a carriage return as it is, and reads it as the end of a line.
        quoted = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        plain.writerow(header)
        for row in map(list, rows):
            returns = any(isinstance(cell, str) and "\r" in cell for cell in row)
            (quoted if returns else plain).writerow(row)


def write_json(path: Path | str, value: Any) -> None:
    """Write `value` as indented JSON, whole or not at all."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


@contextmanager
def as_written(*paths: Path | str) -> Iterator[None]:
    """Read files that jobs wrote: where their contents are not as they should be, say so.

    Raises
    ------
    UserError
        If what is read is missing, or of another kind.
    """
    try:
        yield
    except UNREADABLE as error:
        raise damaged(*paths, error=error) from None


def damaged(*paths: Path | str, error: Exception) -> UserError:
    """Error about files of jobs that cannot be read, for what a library says of one of them."""
    reason = str(error).splitlines()[0] if str(error) else "it is empty"
    named = " or ".join(map(str, paths))
    return UserError(
        f"{named} is damaged or not of this version ({reason}). Delete it, and the next run makes "
        "it again."
    )


def require_readable(path: Path | str) -> None:
    """Open a file for a library whose own words for what cannot be opened are none for a person.

    Raises
    ------
    OSError
        If it is missing, a folder, or not to be read.
    """
    with Path(path).open("rb"):
        pass


def read_csv(path: Path | str) -> list[dict[str, str]]:
    """Read a table as rows by column, with or without a byte order mark.

    Raises
    ------
    ValueError
        If there is no header, or a row has more or fewer cells than it.
    """
    with Path(path).open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
        columns = reader.fieldnames
    if not columns:
        raise ValueError("it is empty")
    for number, row in enumerate(rows, 1):
        # Where DictReader puts what is too much, and what it gives for what is missing.
        if None in row or None in row.values():
            raise ValueError(f"row {number} has another number of cells than the header")
    return rows


def read_json(path: Path | str) -> Any:
    """Read a JSON file.

    Raises
    ------
    UserError
        If it is none.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
        return json.loads(text, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError) as error:
        raise UserError(
            f"{path} cannot be read as JSON ({error}). If a job made it, delete it: the next "
            "run rebuilds it."
        ) from None


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is not a finite number")
    return number
