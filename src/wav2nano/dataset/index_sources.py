"""Recordings that were found, decoded once and listed."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import soundfile

from wav2nano.audio import inspect_audio, read_bytes
from wav2nano.dataset.scan import Source
from wav2nano.errors import UserError
from wav2nano.files import read_json, write_json
from wav2nano.progress import Progress
from wav2nano.provenance import code_digest
from wav2nano.tables.recordings import OWN, Recording, write_recordings

MOST_SHOWN = 20

Decoded = tuple[float, int, int, str]
"""Seconds, sampling rate in Hz, number of channels and hash of the samples of a recording."""


def index_sources(sources: Sequence[Source], *, known: Path, out: Path) -> None:
    """Decode and list recordings.

    Every recording is fully decoded, so that a bad one is named now and not halfway through the
    work; one whose content was decoded by an earlier call is not decoded again.

    Parameters
    ----------
    sources
        The recordings.
    known
        JSON file that remembers from call to call what was decoded; it is created if it is missing
        or cannot be read.
    out
        Table of recordings to write: without rows if there are none.

    Raises
    ------
    UserError
        If some cannot be read (all of them are named).
    """
    version = f"{code_digest('wav2nano.audio')} libsndfile {soundfile.__libsndfile_version__}"
    decoded = _read_known(known, version)
    new = [source for source in sources if source.sha256 not in decoded]
    progress = Progress("decoding", len(new), unit="recordings")
    failures = []
    with ThreadPoolExecutor() as pool:
        for source, found in zip(new, pool.map(_decode, new), strict=True):
            if isinstance(found, str):
                failures.append(found)
            else:
                decoded[source.sha256] = found
            progress.add()
    here = sorted({source.sha256 for source in sources} & set(decoded))
    write_json(known, {"version": version, "decoded": {sha256: decoded[sha256] for sha256 in here}})
    if failures:
        shown = "\n".join(f"  {failure}" for failure in failures[:MOST_SHOWN])
        more = f"\n  and {len(failures) - MOST_SHOWN} more" if len(failures) > MOST_SHOWN else ""
        raise UserError(
            f"{len(failures)} of {len(sources)} recordings cannot be used:\n{shown}{more}"
        )
    write_recordings(out, (_row(source, decoded[source.sha256]) for source in sources))


def _row(source: Source, decoded: Decoded) -> Recording:
    seconds, rate, channels, samples_sha256 = decoded
    return Recording(
        id=source.id,
        path=str(source.path),
        label=source.label,
        group=f"{OWN}/{source.group}",
        fold=source.fold,
        origin=OWN,
        seconds=seconds,
        rate=rate,
        channels=channels,
        samples_sha256=samples_sha256,
        shard=source.shard,
    )


def _decode(source: Source) -> Decoded | str:
    """Decode a recording; return what it holds or what is wrong with it."""
    try:
        info = inspect_audio(read_bytes(source.path), name=str(source.path))
    except UserError as error:
        return str(error)
    return round(info.seconds, 6), info.rate, info.channels, info.samples_sha256


def _read_known(path: Path, version: str) -> dict[str, Decoded]:
    """Read what is remembered by content; nothing if another version of the code wrote it."""
    try:
        stored = read_json(path)
        if stored["version"] != version:
            return {}
        return {
            sha256: (float(seconds), int(rate), int(channels), str(samples))
            for sha256, (seconds, rate, channels, samples) in stored["decoded"].items()
        }
    except (OSError, UserError, ValueError, KeyError, TypeError, AttributeError):
        return {}
