"""Step index-dataset: every recording there is, checked and listed in the manifest."""

import csv
import hashlib
import io
import sys
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from wav2nano.audio import MEMBER, inspect_audio, read_bytes
from wav2nano.dataset.manifest import Row, slug, write_manifest
from wav2nano.dataset.scan import Source, explain_no_recordings, scan_recordings
from wav2nano.errors import UserError

MOST_SHOWN = 20


def index_dataset(
    dataset: dict[str, Any], synthetic: Sequence[Path], out: Path, *, root: Path | str = "."
) -> None:
    """List own recordings and those in `synthetic` archives in the manifest `out`.

    Every own recording is decoded whole, so that a bad one is named now and not in the middle of
    the work. Of recordings with the same content and label the first counts; with two labels they
    are refused, or, in a public data set, left out.

    Raises
    ------
    UserError
        If there are no recordings, some cannot be read (all of them are named), or the same own
        recording has two labels.
    """
    sources = scan_recordings(dataset, root=root)
    with ThreadPoolExecutor() as pool:
        own = list(pool.map(_check, sources))
    failures = [row for row in own if isinstance(row, str)]
    if failures:
        shown = "\n".join(f"  {failure}" for failure in failures[:MOST_SHOWN])
        more = f"\n  and {len(failures) - MOST_SHOWN} more" if len(failures) > MOST_SHOWN else ""
        raise UserError(f"{len(failures)} of {len(own)} recordings cannot be used:\n{shown}{more}")
    rows = [row for path in sorted(synthetic) for row in _read_archive(path)]
    rows += [row for row in own if isinstance(row, Row)]
    if not rows:
        raise UserError(explain_no_recordings(dataset))
    rows = _drop_duplicates(rows, public="download" in dataset)
    write_manifest(out, rows)
    labels = sorted({row.label for row in rows})
    groups = {row.group for row in rows}
    print(
        f"{len(rows)} recordings of {len(labels)} labels by {len(groups)} groups", file=sys.stderr
    )


def _check(source: Source) -> Row | str:
    try:
        info = inspect_audio(read_bytes(source.path), name=str(source.path))
    except UserError as error:
        return str(error)
    return Row(
        id=source.id,
        path=str(source.path),
        label=source.label,
        group=f"own/{source.group}",
        fold=source.fold,
        origin="own",
        seconds=round(info.seconds, 6),
        rate=info.rate,
        channels=info.channels,
        sha256=source.sha256,
        shard=source.shard,
    )


def _read_archive(path: Path) -> list[Row]:
    """Rows of a speech synthesis archive: it lists its recordings in `recordings.csv`."""
    rows = []
    with zipfile.ZipFile(path) as archive:
        table = io.TextIOWrapper(archive.open("recordings.csv"), encoding="utf-8", newline="")
        for entry in csv.DictReader(table):
            content = archive.read(entry["file"])
            info = inspect_audio(content, name=f"{path}{MEMBER}{entry['file']}")
            rows.append(
                Row(
                    id=f"synthetic/{entry['label']}/{entry['file']}",
                    path=f"{path}{MEMBER}{entry['file']}",
                    label=entry["label"],
                    group=f"synthetic/{entry['group']}",
                    fold="",
                    origin=entry["engine"],
                    seconds=round(info.seconds, 6),
                    rate=info.rate,
                    channels=info.channels,
                    sha256=hashlib.sha256(content).hexdigest(),
                    shard=f"speech-{slug(entry['label'])}",
                )
            )
    return rows


def _drop_duplicates(rows: list[Row], *, public: bool) -> list[Row]:
    first: dict[str, Row] = {}
    doubtful = set()
    for row in rows:
        known = first.setdefault(row.sha256, row)
        if known.label != row.label:
            both = f"{known.path} and {row.path} are the same recording with two labels, "
            both += f"{known.label} and {row.label}"
            if not public:
                raise UserError(f"{both}. Remove the wrong one.")
            print(f"{both}: left out", file=sys.stderr)
            doubtful.add(row.sha256)
            continue
        if known is not row:
            print(f"{row.path} is a copy of {known.path}: left out", file=sys.stderr)
            if known.group != row.group:
                # Whose recording it is cannot be told: it must not count for one of two speakers
                # in training and for the other in the test.
                first[row.sha256] = replace(known, group=min(known.group, row.group))
    return [row for row in first.values() if row.sha256 not in doubtful]
