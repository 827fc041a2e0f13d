"""A file from the web, despite broken connections and interrupted runs."""

import errno
import hashlib
import http.client
import re
import sys
import time
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path

from wav2nano.errors import UserError
from wav2nano.files import read_json, write_json
from wav2nano.progress import Progress

BLOCK = 1 << 18
TIMEOUT_SECONDS = 60
PAUSES_SECONDS = (1, 2, 5, 10, 30)  # before each retry; after the last one we give up
TEMPORARY = frozenset({408, 425, 429, 500, 502, 503, 504})  # HTTP status worth a retry


class WrongArchiveError(UserError):
    """An archive that is broken, or not the one that it should be."""


def verify(path: Path, kind: str, digits: str) -> None:
    """Compare a file with its published checksum.

    Raises
    ------
    WrongArchiveError
        If its hash of this kind, "sha256" or "md5", is not `digits`.
    """
    with path.open("rb") as file:
        found = hashlib.file_digest(file, kind).hexdigest()
    require_checksum(path, found, digits, kind)


def require_checksum(path: Path, found: str, expected: str, what: str) -> None:
    """Refuse a file whose `what` (a kind of hash, of what) is not as published.

    Raises
    ------
    WrongArchiveError
        Naming both checksums.
    """
    if found != expected:
        raise WrongArchiveError(
            f"{path} is not what was published: its checksum ({what}) is {found} instead of "
            f"{expected}. Fetch it again; if that does not help, the source has changed."
        )


@dataclass(frozen=True)
class _Version:
    """Which file a partial download is of: `validator` is its ETag or the date of its change."""

    url: str
    validator: str = ""
    size: int | None = None


class _BrokenOffError(Exception):
    """The connection broke or the server's answer makes no sense: worth another try."""


def download(url: str, path: Path, *, advice: str, patient: bool = True) -> None:
    """Download `url` to `path`; what an earlier, interrupted call got is not requested again.

    Beside `path`, a file with the suffix `.json` says what it is part of. If the server has a
    different file by now, or sends a different part, the download starts again.

    Parameters
    ----------
    url, path
        Source and destination.
    advice
        What the user can do if it fails: ends the message.
    patient
        Whether to try again if the connection breaks; otherwise the first failure is final.

    Raises
    ------
    UserError
        If there is no such file, or the connection breaks again and again without progress.
    """
    pauses = PAUSES_SECONDS if patient else ()
    retries, furthest = 0, 0
    while True:
        try:
            _continue(url, path)
            return
        except urllib.error.HTTPError as error:
            if error.code not in TEMPORARY:
                raise UserError(
                    _explain(url, f"HTTP status {error.code}, {error.reason}", advice)
                ) from None
            reason = f"HTTP status {error.code}"
        except (
            _BrokenOffError,
            urllib.error.URLError,
            http.client.HTTPException,
            OSError,
        ) as error:
            if getattr(error, "errno", None) == errno.ENOSPC:
                raise UserError(f"{path} cannot be written: the disk is full.") from None
            reason = str(getattr(error, "reason", None) or error) or type(error).__name__
        except ValueError as error:
            raise UserError(_explain(url, error, advice)) from None
        have = path.stat().st_size if path.exists() else 0
        if have >= furthest + BLOCK:
            retries, furthest = 0, have
        if retries == len(pauses):
            raise UserError(_explain(url, reason, advice))
        pause = pauses[retries]
        print(f"interrupted ({reason}): trying again in {pause} s", file=sys.stderr, flush=True)
        time.sleep(pause)
        retries += 1


def _explain(url: str, reason: object, advice: str) -> str:
    return f"{url} cannot be downloaded ({reason}). {advice}"


def _continue(url: str, path: Path) -> None:
    """Ask for what is missing, once."""
    known_as = path.with_name(path.name + ".json")
    known = _read_version(known_as)
    have = path.stat().st_size if path.exists() and known.url == url and known.validator else 0
    request = urllib.request.Request(url, headers={"Accept-Encoding": "identity"})
    if have:
        request.add_header("Range", f"bytes={have}-")
        request.add_header("If-Range", known.validator)
    try:
        response = urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS)
    except urllib.error.HTTPError as error:
        if error.code != http.client.REQUESTED_RANGE_NOT_SATISFIABLE or not have:
            raise
        if have == known.size or error.headers.get("Content-Range") == f"bytes */{have}":
            return  # it is all there
        path.unlink()
        raise _BrokenOffError("the length of the file has changed") from None
    with response:
        begin, stop, size = _range_of(response)
        version = _Version(url, _validator(response), size)
        if begin and (begin != have or version != known):
            path.unlink()
            raise _BrokenOffError("the server sent a different part, or part of a different file")
        if not begin:
            path.unlink(missing_ok=True)
            write_json(known_as, asdict(version))
        progress = Progress("downloading", size, begin)
        # Not buffered: what has arrived is kept, however the program ends.
        with path.open("ab", buffering=0) as file:
            while block := response.read(BLOCK):
                file.write(block)
                progress.add(len(block))
    if stop is not None and progress.done != stop:
        raise _BrokenOffError(f"after {progress.done} of {stop} bytes")
    if size is not None and progress.done != size:
        raise _BrokenOffError(f"after {progress.done} of {size} bytes")


def _range_of(response: http.client.HTTPResponse) -> tuple[int, int | None, int | None]:
    """Start and end of what is sent, and the length of the whole; None where not given."""
    if response.status == http.client.PARTIAL_CONTENT:
        match = re.fullmatch(
            r"bytes (\d+)-(\d+)/(\d+|\*)", response.headers.get("Content-Range", "")
        )
        if not match:
            raise _BrokenOffError("the server does not say which part it is sending")
        size = None if match[3] == "*" else int(match[3])
        return int(match[1]), int(match[2]) + 1, size
    length = response.headers.get("Content-Length", "")
    size = int(length) if length.isdecimal() else None
    return 0, size, size


def _validator(response: http.client.HTTPResponse) -> str:
    """Identify a version of a file: a weak ETag does not (RFC 9110, 13.1.5)."""
    etag = response.headers.get("ETag", "")
    return etag if etag.startswith('"') else response.headers.get("Last-Modified", "")


def _read_version(path: Path) -> _Version:
    try:
        return _Version(**read_json(path))
    except (OSError, UserError, TypeError):
        return _Version("")
