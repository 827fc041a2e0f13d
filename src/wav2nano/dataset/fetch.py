"""Step fetch-dataset: a public data set, or a copy that the person has, to data/raw/."""

import fcntl
import hashlib
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wav2nano.dataset.download import Progress, download
from wav2nano.dataset.scan import describe_recordings
from wav2nano.dataset.unpack import WrongArchiveError, unpack
from wav2nano.errors import UserError

MOST_EXPANSION = 50  # of an archive of which nothing is known: audio is not packed tighter


def fetch_dataset(
    dataset: dict[str, Any], *, source: Path | None = None, root: Path | str = "."
) -> None:
    """Bring a data set's recordings into its folder, whole or not at all.

    Parameters
    ----------
    dataset
        The data set's settings.
    source
        A folder of recordings, or an archive that was downloaded by hand. Without it the archive is
        downloaded, and a download that was interrupted is continued. An archive is verified
        against the data set's checksum; a folder is taken as it is, for it may hold a part or
        another format.

    Raises
    ------
    UserError
        If the download fails, the checksum is another, the disk is too small, or there are none of
        the recordings that the settings expect.
    """
    folder = Path(root) / dataset["recordings"]
    if folder.is_dir() and any(folder.iterdir()):
        print(f"{folder} is there already. To fetch it again, remove it first.", file=sys.stderr)
        return
    if source is None and "download" not in dataset:
        raise UserError(
            f"The data set {dataset['name']} is nowhere to download. Put recordings into {folder}, "
            "or name a folder or an archive: --source PATH."
        )
    if source is not None and not source.exists():
        raise UserError(f"{source} does not exist. Name a folder of recordings or an archive.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _alone(folder) as temporary:
        if source is not None and source.is_dir():
            _copy(dataset, source, temporary)
        else:
            _unpack(dataset, source or _download(dataset, folder), temporary)
        count = len(_expect_recordings(dataset, temporary))
        if folder.is_dir():
            folder.rmdir()
        temporary.rename(folder)
    for file in _downloaded(folder):
        file.unlink(missing_ok=True)
    print(f"{count} recordings in {folder}: {dataset['title']}", file=sys.stderr)
    print(f"licence: {dataset['licence']}", file=sys.stderr)
    if "citation" in dataset:
        print(f"to be cited: {dataset['citation']}", file=sys.stderr)


def digest_recordings(folder: Path, names: list[str], kind: str) -> str:
    """Hash of recordings by name and content, whatever archive they came in.

    It is the hash of the lines "hash  name" of all of them, sorted by name.
    """
    whole = hashlib.new(kind)
    for name in sorted(names):
        whole.update(f"{_digest(folder / name, kind)}  {name}\n".encode())
    return whole.hexdigest()


@contextmanager
def _alone(folder: Path) -> Iterator[Path]:
    """Give an empty folder beside `folder`, removed at the end, to one process at a time."""
    lock = folder.parent / f".{folder.name}.lock"
    temporary = folder.parent / f".{folder.name}.unpacked"
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UserError(f"{folder} is being fetched by another process.") from None
        try:
            # A killed process may have left it.
            shutil.rmtree(temporary, ignore_errors=True)
            temporary.mkdir()
            yield temporary
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
            lock.unlink(missing_ok=True)


def _downloaded(folder: Path) -> tuple[Path, Path]:
    """Name the download, whole or not, and what is noted about it."""
    partial = folder.parent / f".{folder.name}.partial"
    return partial, partial.with_name(partial.name + ".json")


def _download(dataset: dict[str, Any], folder: Path) -> Path:
    partial, _ = _downloaded(folder)
    settings = dataset["download"]
    there = partial.stat().st_size / 1e6 if partial.exists() else 0
    missing = max(0, settings["megabytes"] - there)
    _require_space(folder.parent, (missing + settings["unpacked_megabytes"]) * 1e6)
    print(f"downloading {dataset['title']} from {settings['url']}", file=sys.stderr)
    download(settings["url"], partial)
    return partial


def _unpack(dataset: dict[str, Any], archive: Path, target: Path) -> None:
    """Verify an archive and unpack it; a download that is not what it should be is deleted."""
    settings = dataset.get("download", {})
    size = archive.stat().st_size
    most_bytes = settings.get("unpacked_megabytes", MOST_EXPANSION * size / 1e6) * 1e6
    if settings:
        _require_space(target, most_bytes)
    try:
        if "archive" in settings:
            [(kind, expected)] = settings["archive"].items()
            print(f"verifying {size / 1e6:.1f} MB", file=sys.stderr, flush=True)
            _require_digest(_digest(archive, kind), expected, kind, archive)
        unpack(archive, target, folder=settings.get("folder", ""), most_bytes=int(most_bytes))
        if "contents" in settings:
            [(kind, expected)] = settings["contents"].items()
            names = list(describe_recordings(dataset, target))
            digest = digest_recordings(target, names, kind)
            _require_digest(digest, expected, f"{len(names)} recordings, {kind}", archive)
    except WrongArchiveError as error:
        downloaded = _downloaded(target.parent / Path(dataset["recordings"]).name)
        if archive not in downloaded:
            raise
        for file in downloaded:
            file.unlink(missing_ok=True)
        raise UserError(f"{error} The download was deleted.") from None


def _require_digest(digest: str, expected: str, what: str, archive: Path) -> None:
    if digest != expected:
        raise WrongArchiveError(
            f"{archive} is not what was published: {what} {digest} instead of {expected}. "
            "Fetch it again; if that does not help, the source has changed."
        )


def _copy(dataset: dict[str, Any], source: Path, target: Path) -> None:
    """Copy what the settings name: recordings, the table, the lists of official folds."""
    names = list(_expect_recordings(dataset, source))
    tables = [dataset["table"]["file"]] if "table" in dataset else []
    files = [*names, *tables, *dataset.get("folds", {}).values()]
    total = sum((source / name).stat().st_size for name in files)
    _require_space(target, total)
    progress = Progress("copying", total)
    for name in files:
        place = target / name
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, place)
        except OSError as error:
            raise UserError(f"{source / name} cannot be copied: {error.strerror}.") from None
        progress.add(place.stat().st_size)


def _expect_recordings(dataset: dict[str, Any], folder: Path) -> dict[str, Any]:
    found = describe_recordings(dataset, folder)
    if not found:
        form = dataset.get("table", {}).get("path") or dataset.get("pattern", "{label}/{file}")
        raise UserError(f"{folder} holds no recordings as the data set has them: {form}.")
    return found


def _require_space(folder: Path, needed: float) -> None:
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise UserError(
            f"{folder} is on a disk with {free / 1e6:.0f} MB free; {needed / 1e6:.0f} MB are "
            "needed. Make room, or let data/raw be a link to a larger disk."
        )


def _digest(path: Path, kind: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, kind).hexdigest()
