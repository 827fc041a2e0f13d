"""Hashes of files, and what else is known of their contents, remembered until they change."""

import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from wav2nano.errors import UserError
from wav2nano.files import write_text

# The clock that stamps files may tick this slowly. A file that changed just before it was read
# could change again within the same tick: nothing about it is remembered.
TICK_SECONDS = 0.1

LINE = re.compile(r"(?P<digest>[0-9a-f]{64})  (?P<name>.+)")  # as sha256sum writes it


def hash_file(path: Path | str) -> str:
    """SHA-256 of a file, in hexadecimal.

    Raises
    ------
    UserError
        If it cannot be read.
    """
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from None


class FileCache:
    """What was found out about files; it is found out again where a file's inode changed.

    Size, modification time, change time and inode number have to be the same. The change time
    cannot be set by a program: a file that is replaced and given its old modification time is
    noticed too.

    Parameters
    ----------
    path
        Where it is remembered from one run to the next, as JSON. A cache that cannot be read is an
        empty one.
    version
        Of the code that finds out: a cache of another version counts as empty, too.
    """

    def __init__(self, path: Path | str, version: str = "") -> None:
        self._path = Path(path)
        self._version = version
        self._known: dict[str, Any] = {}
        self._changed = False
        try:
            stored = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return
        match stored:
            case {"version": str(written), "known": dict(known)} if written == version:
                self._known = known

    def sha256(self, path: Path | str) -> str:
        """Hash of one file, as `hash_file` gives it."""
        return self.get(path, hash_file)

    def get(self, path: Path | str, find_out: Callable[[Path | str], Any]) -> Any:
        """Give `find_out(path)`, or what it gave before; it has to fit in JSON.

        Raises
        ------
        UserError
            If the file is not there.
        """
        name = f"{find_out.__name__} {path}"
        try:
            status = os.stat(path)
        except OSError as error:
            raise UserError(f"{path} cannot be read: {error.strerror}.") from None
        stamp = [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
        match self._known.get(name):
            case [*known, found] if known == stamp:
                return found
        found = find_out(path)
        if time.time() - status.st_ctime > TICK_SECONDS:
            self._known[name] = [*stamp, found]
            self._changed = True
        return found

    def save(self) -> None:
        """Write the cache; if that is not possible, everything is found out again next time."""
        if self._changed:
            try:
                write_text(self._path, json.dumps({"version": self._version, "known": self._known}))
            except (OSError, UserError):  # UserError: a full disk
                return
            self._changed = False


def write_checksums(paths: Iterable[Path | str], out: Path | str) -> None:
    """Write SHA-256 and name of each file, as `sha256sum` does and `sha256sum --check` reads."""
    write_text(out, "".join(f"{hash_file(path)}  {path}\n" for path in paths))


def read_checksums(path: Path | str) -> dict[str, str]:
    """Names and hashes that `write_checksums` wrote; none if there is no such file.

    Raises
    ------
    UserError
        If the file is not as it was written.
    """
    try:
        text = Path(path).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return {}
    found = [LINE.fullmatch(line) for line in text.splitlines()]
    if not found or not all(found):
        raise UserError(
            f"{path} is not as it was written, so that nobody knows which results were changed by "
            f"hand. Take it back: dvc checkout --force {path}. Or delete it, and the next run "
            "writes it again, for the results as they are."
        )
    return {match["name"]: match["digest"] for match in found if match}
