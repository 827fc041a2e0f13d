"""Hashes of files, remembered for as long as a file stays as it is."""

import hashlib
import json
import os
import time
from collections.abc import Iterable
from pathlib import Path

from wav2nano.errors import UserError
from wav2nano.files import write_text

# The clock that stamps files may tick this slowly. What changed just before it was hashed could
# change again within the same tick: such a hash is not remembered.
TICK_SECONDS = 0.1


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


class HashCache:
    """SHA-256 of files; one that was hashed before is read again only where its inode changed.

    Size, modification time, change time and inode number have to be the same. The change time
    cannot be set by a program: a file that is replaced and given its old modification time is
    noticed too.

    Parameters
    ----------
    path
        Where hashes are remembered from one run to the next. A cache that cannot be read is an
        empty one.
    """

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)
        try:
            known = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            known = None
        self._known = known if isinstance(known, dict) else {}
        self._changed = False

    def sha256(self, path: Path | str) -> str:
        """Hash of one file, as `hash_file` gives it."""
        name = str(path)
        try:
            status = os.stat(name)
        except OSError as error:
            raise UserError(f"{path} cannot be read: {error.strerror}.") from None
        stamp = [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
        match self._known.get(name):
            case [*known, digest] if known == stamp:
                return digest
        digest = hash_file(path)
        if time.time() - status.st_ctime > TICK_SECONDS:
            self._known[name] = [*stamp, digest]
            self._changed = True
        return digest

    def save(self) -> None:
        """Remember the hashes; where that is not possible, they are taken again next time."""
        if self._changed:
            try:
                write_text(self._path, json.dumps(self._known))
            except OSError:
                return
            self._changed = False


def write_checksums(paths: Iterable[Path | str], out: Path | str) -> None:
    """Write SHA-256 and name of each file, as `sha256sum` does and `sha256sum --check` reads."""
    write_text(out, "".join(f"{hash_file(path)}  {path}\n" for path in paths))


def read_checksums(path: Path | str) -> dict[str, str]:
    """Names and hashes that `write_checksums` wrote; none where there is no such file."""
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
