"""Step fetch-dataset: a public data set, or a copy that the user has, to data/raw/."""

import fcntl
import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wav2nano.dataset.scan import Description, describe_recordings
from wav2nano.dataset.unpack import unpack
from wav2nano.download import WrongArchiveError, download, require_checksum, verify
from wav2nano.errors import UserError
from wav2nano.experiments import Experiments
from wav2nano.hashes import hash_file
from wav2nano.progress import Progress
from wav2nano.settings.dataset import DatasetSettings
from wav2nano.settings.load import PARAMS, load_dataset, load_yaml

MOST_EXPANSION = 50  # of an archive of which nothing is known: audio is not packed tighter


def fetch_dataset(name: str, *, source: Path | None = None, experiment: bool = False) -> None:
    """Put a data set's recordings into its folder, completely or not at all.

    Parameters
    ----------
    name
        Name of a file in config/datasets/, without .yaml.
    source
        A folder of recordings, or an archive that was downloaded by hand. Without it the archive is
        downloaded, and an interrupted download is continued. An archive is verified against the
        data set's checksum; a folder is taken as it is, because it may hold a part or another
        format.
    experiment
        The name is that of an experiment: fetch its data set.

    Raises
    ------
    UserError
        If there is no such data set, or as in `fetch_recordings`.
    """
    if experiment:
        experiments = Experiments(load_yaml(PARAMS), sha256=hash_file)
        settings, _ = experiments.settings(name)
        name = settings.dataset
    fetch_recordings(load_dataset(name), source=source)


def fetch_recordings(
    dataset: DatasetSettings, *, source: Path | None = None, root: Path | str = "."
) -> None:
    """Put recordings of `dataset` into its folder below `root`, as `fetch_dataset` does.

    Raises
    ------
    UserError
        If the download fails, the checksum is wrong, the disk is too small, or there are none of
        the recordings that the settings expect.
    """
    folder = Path(root) / dataset.recordings
    if folder.is_dir() and any(folder.iterdir()):
        print(f"{folder} already exists. To fetch it again, remove it first.", file=sys.stderr)
        return
    if source is None and dataset.download is None:
        raise UserError(
            f"The data set {dataset.name} cannot be downloaded. Put recordings into {folder}, "
            "or name a folder or an archive: --source PATH."
        )
    if source is not None and not (source.is_dir() or source.is_file()):
        what = "is neither a folder nor a file" if source.exists() else "does not exist"
        raise UserError(f"{source} {what}. Name a folder of recordings or an archive.")
    for place in (*reversed(folder.parents), folder):
        if os.path.lexists(place) and not place.is_dir():
            raise UserError(
                f"{place} is not a folder, and recordings of {dataset.name} go into {folder}. "
                "Remove it, or give it another name."
            )
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
    print(f"{count} recordings in {folder}: {dataset.title}", file=sys.stderr)
    print(f"licence: {dataset.licence}", file=sys.stderr)
    if dataset.citation is not None:
        print(f"please cite: {dataset.citation}", file=sys.stderr)


def digest_recordings(folder: Path, names: list[str], kind: str) -> str:
    """Hash of the names and contents of recordings, whatever archive they came in.

    It is the hash of the lines "hash  name" of all of them, sorted by name.
    """
    whole = hashlib.new(kind)
    for name in sorted(names):
        whole.update(f"{_digest(folder / name, kind)}  {name}\n".encode())
    return whole.hexdigest()


@contextmanager
def _alone(folder: Path) -> Iterator[Path]:
    """Give one process at a time an empty folder beside `folder`, removed at the end."""
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
    """Name the download, complete or not, and the notes about it."""
    partial = folder.parent / f".{folder.name}.partial"
    return partial, partial.with_name(partial.name + ".json")


def _download(dataset: DatasetSettings, folder: Path) -> Path:
    partial, _ = _downloaded(folder)
    settings = dataset.download
    assert settings is not None  # else there has to be a source
    there = partial.stat().st_size / 1e6 if partial.exists() else 0
    missing = max(0, settings.megabytes - there)
    _require_space(folder.parent, (missing + settings.unpacked_megabytes) * 1e6)
    print(f"downloading {dataset.title} from {settings.url}", file=sys.stderr)
    download(
        settings.url,
        partial,
        advice="Run it again to continue, or fetch it by hand and name the file or the folder: "
        f"wav2nano fetch-dataset {dataset.name} --source PATH.",
    )
    return partial


def _unpack(dataset: DatasetSettings, archive: Path, target: Path) -> None:
    """Verify an archive and unpack it; a download that fails this is deleted."""
    settings = dataset.download
    size = archive.stat().st_size
    if settings is None:
        unpack(archive, target, folder="", most_bytes=MOST_EXPANSION * size)
        return
    most_bytes = int(settings.unpacked_megabytes * 1e6)
    _require_space(target, most_bytes)
    try:
        if settings.archive is not None:
            print(f"verifying {size / 1e6:.1f} MB", file=sys.stderr, flush=True)
            verify(archive, settings.archive.kind, settings.archive.digits)
        unpack(archive, target, folder=settings.folder or "", most_bytes=most_bytes)
        if settings.contents is not None:
            kind = settings.contents.kind
            names = list(describe_recordings(dataset, target))
            digest = digest_recordings(target, names, kind)
            what = f"{kind} of {len(names)} recordings"
            require_checksum(archive, digest, settings.contents.digits, what)
    except WrongArchiveError as error:
        downloaded = _downloaded(target.parent / Path(dataset.recordings).name)
        if archive not in downloaded:
            raise
        for file in downloaded:
            file.unlink(missing_ok=True)
        raise UserError(f"{error} The download was deleted.") from None


def _copy(dataset: DatasetSettings, source: Path, target: Path) -> None:
    """Copy what the settings name: recordings, the table, the lists of official folds."""
    names = list(_expect_recordings(dataset, source))
    tables = [dataset.table.file] if dataset.table is not None else []
    files = [*names, *tables, *(dataset.folds or {}).values()]
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


def _expect_recordings(dataset: DatasetSettings, folder: Path) -> dict[str, Description]:
    found = describe_recordings(dataset, folder)
    if not found:
        in_table = dataset.table.path if dataset.table is not None else None
        form = in_table or dataset.pattern or "{label}/{file}"
        raise UserError(f"{folder} has no recordings where the data set has them: {form}.")
    return found


def _require_space(folder: Path, needed: float) -> None:
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise UserError(
            f"{folder} is on a disk with {free / 1e6:.0f} MB free; {needed / 1e6:.0f} MB are "
            "needed. Free some space, or make data/raw a link to a larger disk."
        )


def _digest(path: Path, kind: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, kind).hexdigest()
