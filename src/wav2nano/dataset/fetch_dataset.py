"""Step fetch-dataset: a public data set, or a copy that the user has, to data/raw/."""

import fcntl
import hashlib
import itertools
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wav2nano.dataset.scan import describe_recordings, stream_recordings
from wav2nano.dataset.unpack import unpack
from wav2nano.download import WrongArchiveError, download, require_checksum, verify
from wav2nano.errors import UserError
from wav2nano.experiments import Experiments
from wav2nano.hashes import hash_file
from wav2nano.progress import Progress
from wav2nano.settings.dataset import ArchiveSettings, ChecksumSettings, DatasetSettings
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
            _unpack(dataset, _download(dataset, source, folder), temporary)
        count = _count_recordings(dataset, temporary)
        if folder.is_dir():
            folder.rmdir()
        temporary.rename(folder)
    for number in range(len(_archives_of(dataset))):
        for file in _downloaded(folder, number):
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


def _archives_of(dataset: DatasetSettings) -> list[ArchiveSettings]:
    """List the archives of a data set, the recordings' first; none if it cannot be downloaded."""
    return [dataset.download, *dataset.download.more] if dataset.download is not None else []


def _downloaded(folder: Path, number: int) -> tuple[Path, Path]:
    """Name the download of an archive, complete or not, and the notes about it."""
    partial = folder.parent / f".{folder.name}{f'.{number}' if number else ''}.partial"
    return partial, partial.with_name(partial.name + ".json")


def _download(dataset: DatasetSettings, source: Path | None, folder: Path) -> list[Path]:
    """Download the archives, or all but the recordings' if `source` is that one."""
    described = _archives_of(dataset)
    paths = [_downloaded(folder, number)[0] for number in range(len(described))]
    wanted = list(zip(described, paths, strict=True))[source is not None :]
    there = sum(path.stat().st_size for _, path in wanted if path.exists()) / 1e6
    missing = max(0, sum(one.megabytes for one, _ in wanted) - there)
    unpacked = sum(one.unpacked_megabytes for one in described)
    _require_space(folder.parent, (missing + unpacked) * 1e6)
    for one, path in wanted:
        print(f"downloading {dataset.title} from {one.url}", file=sys.stderr)
        download(
            one.url,
            path,
            advice="Run it again to continue, or fetch it by hand and name the file or the folder: "
            f"wav2nano fetch-dataset {dataset.name} --source PATH.",
        )
    return paths if source is None else [source, *paths[1:]]


def _unpack(dataset: DatasetSettings, archives: list[Path], target: Path) -> None:
    """Verify archives and unpack them; a download that fails this is deleted."""
    described = _archives_of(dataset)
    if not described:
        size = archives[0].stat().st_size
        unpack(archives[0], target, folder="", most_bytes=MOST_EXPANSION * size)
        return
    _require_space(target, sum(one.unpacked_megabytes for one in described) * 1e6)
    for number, (archive, settings) in enumerate(zip(archives, described, strict=True)):
        with _deleted_if_wrong(dataset, archive, target, number):
            _verify(archive, settings)
            unpack(
                archive,
                target,
                folder=settings.folder or "",
                most_bytes=int(settings.unpacked_megabytes * 1e6),
                files=settings.files,
            )
    # Only now: what is a recording may be in a table that came in another archive.
    if dataset.download is not None and dataset.download.contents is not None:
        with _deleted_if_wrong(dataset, archives[0], target, 0):
            _verify_contents(dataset, archives[0], target, dataset.download.contents)


@contextmanager
def _deleted_if_wrong(
    dataset: DatasetSettings, archive: Path, target: Path, number: int
) -> Iterator[None]:
    """Delete an archive that turns out to be wrong, if it was downloaded."""
    try:
        yield
    except WrongArchiveError as error:
        downloaded = _downloaded(target.parent / Path(dataset.recordings).name, number)
        if archive not in downloaded:
            raise
        for file in downloaded:
            file.unlink(missing_ok=True)
        raise UserError(f"{error} The download was deleted.") from None


def _verify_contents(
    dataset: DatasetSettings, archive: Path, target: Path, checksum: ChecksumSettings
) -> None:
    """Compare the recordings that were unpacked with their checksum."""
    names = list(describe_recordings(dataset, target))
    digest = digest_recordings(target, names, checksum.kind)
    what = f"{checksum.kind} of {len(names)} recordings"
    require_checksum(archive, digest, checksum.digits, what)


def _verify(archive: Path, settings: ArchiveSettings) -> None:
    """Compare an archive with its checksum, or show the one it has where none was published."""
    if settings.archive is None and not settings.unpublished:
        return  # its contents have one
    print(f"verifying {archive.stat().st_size / 1e6:.1f} MB", file=sys.stderr, flush=True)
    if settings.archive is not None:
        verify(archive, settings.archive.kind, settings.archive.digits)
    else:
        print(
            f"nobody has published a checksum of {settings.url}. This one has sha256: "
            f"{_digest(archive, 'sha256')}",
            file=sys.stderr,
        )


def _copy(dataset: DatasetSettings, source: Path, target: Path) -> None:
    """Copy what the settings name: recordings, the table, the lists of official folds."""
    _count_recordings(dataset, source)
    tables = [dataset.table.file] if dataset.table is not None else []
    more = [*tables, *(dataset.folds or {}).values()]
    total = sum(
        (source / name).stat().st_size for name in (*more, *_recordings_in(dataset, source))
    )
    _require_space(target, total)
    progress = Progress("copying", total)
    for name in itertools.chain(more, _recordings_in(dataset, source)):
        place = target / name
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, place)
        except OSError as error:
            raise UserError(f"{source / name} cannot be copied: {error.strerror}.") from None
        progress.add(place.stat().st_size)


def _recordings_in(dataset: DatasetSettings, folder: Path) -> Iterator[str]:
    """Name the recordings that the data set has in a folder; there may be millions."""
    for name, _ in stream_recordings(dataset, folder, lambda _: True):
        if os.path.isfile(os.path.join(folder, name)):
            yield name


def _count_recordings(dataset: DatasetSettings, folder: Path) -> int:
    """Count the recordings that the data set has in a folder: it has to have some."""
    count = sum(1 for _ in _recordings_in(dataset, folder))
    if not count:
        in_table = dataset.table.path if dataset.table is not None else None
        form = in_table or dataset.pattern or "{label}/{file}"
        raise UserError(f"{folder} has no recordings where the data set has them: {form}.")
    return count


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
