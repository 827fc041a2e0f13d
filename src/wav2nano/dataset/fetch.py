"""Step fetch-dataset: a public data set, or a copy that the person has, to data/raw/."""

import fnmatch
import hashlib
import shutil
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from wav2nano.dataset.scan import SUFFIXES
from wav2nano.errors import UserError

BLOCK = 1 << 18
TIMEOUT_SECONDS = 60


def fetch_dataset(
    dataset: dict[str, Any], *, source: Path | None = None, root: Path | str = "."
) -> None:
    """Bring a data set's recordings into its folder, whole or not at all.

    Parameters
    ----------
    dataset
        The data set's settings.
    source
        A folder of recordings, or a zip archive that was downloaded by hand. Without it the archive
        is downloaded. An archive's recordings are verified against the data set's checksum;
        a folder is taken as it is, for it may hold a part or another format.

    Raises
    ------
    UserError
        If the download fails, the checksum is another, or there is nothing to fetch.
    """
    folder = Path(root) / dataset["recordings"]
    if folder.is_dir() and any(folder.iterdir()):
        print(f"{folder} is there already. To fetch it again, remove it first.", file=sys.stderr)
        return
    download = dataset.get("download")
    if source is None and download is None:
        raise UserError(
            f"The data set {dataset['name']} is nowhere to download. "
            f"Put recordings into {folder}, or name a folder: --source FOLDER."
        )
    if source is not None and not source.exists():
        raise UserError(f"{source} does not exist. Name a folder of recordings or a zip archive.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as temporary:
        fetched = Path(temporary) / "recordings"
        fetched.mkdir()
        if source is not None and source.is_dir():
            count = _copy_folder(source, fetched)
        else:
            if download is None:
                raise UserError(f"{source} is a file; this data set is made of folders only.")
            archive = source or _download(download["url"], Path(temporary) / "download.zip")
            count = _unpack(archive, download, fetched)
        if folder.is_dir():
            folder.rmdir()
        fetched.rename(folder)
    print(
        f"{count} recordings in {folder}: {dataset['title']}, {dataset['licence']}", file=sys.stderr
    )


def content_digest(named: Iterable[tuple[str, bytes]]) -> str:
    """Hash of recordings by name and content, whatever archive they came in."""
    lines = (f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(named))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _copy_folder(source: Path, target: Path) -> int:
    files = [p for p in sorted(source.rglob("*")) if p.suffix.lower() in SUFFIXES and p.is_file()]
    if not files:
        raise UserError(f"{source} holds no recordings ({', '.join(sorted(SUFFIXES))}).")
    for file in files:
        place = target / file.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)
    return len(files)


def _unpack(archive: Path, download: dict[str, Any], target: Path) -> int:
    try:
        with zipfile.ZipFile(archive) as file:
            members = [n for n in file.namelist() if fnmatch.fnmatch(n, download["members"])]
            # Only the last part of a member's name is used: none can leave the folder.
            content = {PurePosixPath(name).name: file.read(name) for name in members}
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        raise UserError(
            f"{archive} is not a whole zip archive ({error}). Fetch it again."
        ) from None
    digest = content_digest(content.items())
    if digest != download["sha256"]:
        raise UserError(
            f"{archive.name} holds other recordings than expected: {len(content)} of them, "
            f"checksum {digest} instead of {download['sha256']}. Nothing was kept. "
            "Fetch it again; if that does not help, the source has changed."
        )
    for name, recording in content.items():
        (target / name).write_bytes(recording)
    return len(content)


def _download(url: str, path: Path) -> Path:
    print(f"downloading {url}", file=sys.stderr)
    try:
        with (
            urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as response,
            path.open("wb") as file,
        ):
            total = int(response.headers.get("Content-Length") or 0)
            done, shown = 0, time.monotonic()
            while block := response.read(BLOCK):
                file.write(block)
                done += len(block)
                if time.monotonic() - shown > 2:
                    shown = time.monotonic()
                    of_total = f" of {total / 1e6:.1f}" if total else ""
                    print(f"  {done / 1e6:.1f}{of_total} MB", file=sys.stderr, flush=True)
    except (urllib.error.URLError, OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise UserError(
            f"{url} cannot be downloaded ({reason}). Try again later, or fetch it by hand and name "
            "the file or folder: --source PATH."
        ) from None
    if total and done != total:
        raise UserError(f"{url} broke off after {done} of {total} bytes. Try again.")
    return path
