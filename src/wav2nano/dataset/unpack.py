"""The files of an untrusted zip or tar archive."""

import errno
import fnmatch
import lzma
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Self

from wav2nano.download import BLOCK, WrongArchiveError
from wav2nano.errors import UserError
from wav2nano.progress import Progress

MOST_MEMBERS = 10_000_000
BY_HAND = "Unpack it by hand, and name the folder: --source PATH."
ENCRYPTED = 1  # flag of a member of a zip archive
# What readers of archives raise at bytes that make no sense.
BROKEN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    RuntimeError,
    struct.error,
    ArithmeticError,
    LookupError,
    ValueError,
)


def unpack(
    archive: Path,
    target: Path,
    *,
    folder: str,
    most_bytes: int,
    files: Sequence[str] | None = None,
) -> None:
    """Unpack what is in `folder` of an archive into the folder `target`, which has none of it.

    Parameters
    ----------
    archive
        A zip or tar archive; tar with gzip, bzip2 or xz.
    folder
        Folder in the archive, with `*` and `?` in its parts; empty for everything.
    most_bytes
        No more than this is unpacked, whatever the archive says its size is.
    files
        Paths below `folder` that are unpacked, with `*` and `?`; None for all.

    Raises
    ------
    WrongArchiveError
        If the archive is broken, too large, or holds something that is neither file nor folder,
        or a name that leads out of `target`.
    UserError
        If it is encrypted, or holds what cannot be written.
    """
    wanted = [part for part in folder.split("/") if part]
    chosen = re.compile("|".join(map(fnmatch.translate, files or ["*"])))
    progress = Progress("unpacking")
    try:
        if tarfile.is_tarfile(archive):
            members = _read_tar(archive)
        elif zipfile.is_zipfile(archive):
            members = _read_zip(archive)
        else:
            raise WrongArchiveError(f"{archive} is not a zip or tar archive, or it is incomplete.")
        for count, (name, content) in enumerate(members, 1):
            if count > MOST_MEMBERS:
                raise WrongArchiveError(f"{archive} has more than {MOST_MEMBERS} members.")
            if not name:
                raise WrongArchiveError(f"{archive} holds a file without a name.")
            place = _place_of(name, wanted)
            if place is None or not chosen.match(place.as_posix()):
                continue
            leads_out = not place.parts or place.is_absolute() or ".." in place.parts
            if content is None or leads_out:
                raise WrongArchiveError(
                    f"{archive} holds {name!r}, which is not a plain file or is outside the folder."
                )
            with content as source, _create(archive, target, place) as file:
                while block := source.read(BLOCK):
                    file.write(block)
                    progress.add(len(block))
                    if progress.done > most_bytes:
                        raise WrongArchiveError(
                            f"{archive} holds more than the expected {most_bytes / 1e6:.0f} MB."
                        )
    except BROKEN as error:
        raise WrongArchiveError(f"{archive} is broken ({error}). Fetch it again.") from None
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise UserError(f"{archive} cannot be unpacked: the disk is full.") from None
        raise UserError(f"{archive} cannot be unpacked: {error.strerror or error}.") from None


def _create(archive: Path, target: Path, place: Path) -> IO[bytes]:
    """Create the file of a member, with the folders above it; `place` is below `target`."""
    path, name = target / place, str(place)
    try:
        if path.is_file():
            raise UserError(f"{archive} holds {name!r} twice. {BY_HAND}")
        if path.is_dir():
            raise UserError(f"{archive} holds {name!r} as a file and as a folder. {BY_HAND}")
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("xb")
    except (FileExistsError, NotADirectoryError):
        raise UserError(f"{archive} holds {name!r}, which is below a file. {BY_HAND}") from None
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise
        raise UserError(f"{archive} cannot be unpacked: {name!r}: {error.strerror}.") from None


def _place_of(name: str, wanted: list[str]) -> Path | None:
    """Path of a member below the wanted folder of the archive; None if it is elsewhere."""
    path = Path(name)
    if path.is_absolute() or not path.parts:
        return path
    if len(path.parts) <= len(wanted):
        return None
    if not all(map(fnmatch.fnmatchcase, path.parts, wanted)):
        return None
    return Path(*path.parts[len(wanted) :])


def _read_zip(archive: Path) -> Iterator[tuple[str, IO[bytes] | None]]:
    """Names and contents of all members except folders; None for what is not a plain file."""
    with zipfile.ZipFile(archive) as file:
        for member in file.infolist():
            kind = stat.S_IFMT(member.external_attr >> 16)
            # Not with is_dir(), which fails at a name that is empty.
            if not member.filename.endswith("/"):
                if member.flag_bits & ENCRYPTED:
                    raise UserError(
                        f"{archive} is encrypted, and wav2nano opens no encrypted archive. "
                        f"{BY_HAND}"
                    )
                plain = kind in (0, stat.S_IFREG)
                yield member.filename, file.open(member) if plain else None


class _NoEndError(tarfile.ReadError):
    """A tar archive ends where the next header or the end mark, blocks of zeros, should be."""


class _Member(tarfile.TarInfo):
    """A damaged header is an error: the library takes it, like a block of zeros, for the end."""

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> Self:
        try:
            return super().fromtarfile(archive)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]
            raise
        except tarfile.EmptyHeaderError:  # type: ignore[attr-defined]
            raise _NoEndError from None
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(f"{error} at byte {archive.offset:,}") from None


def _read_tar(archive: Path) -> Iterator[tuple[str, IO[bytes] | None]]:
    try:
        with tarfile.open(archive, tarinfo=_Member) as file:
            for member in file:
                if not member.isdir():
                    yield member.name, file.extractfile(member) if member.isreg() else None
                # Or it remembers every one; its type tells of the method that gives them alone.
                file.members = []  # type: ignore[attr-defined]
    except _NoEndError:
        raise WrongArchiveError(
            f"{archive} ends without its end mark: it was cut, or written without one. Fetch it "
            "again, or name a folder: --source PATH."
        ) from None
