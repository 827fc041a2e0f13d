"""Step select-recordings: the recordings of an experiment, each once, in the manifest."""

import sys
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from wav2nano.errors import UserError
from wav2nano.tables.recordings import OWN, Recording, read_recordings, write_recordings


def select_recordings(
    *, tables: list[Path], joined: list[Path] | None = None, out: Path, public: bool = False
) -> None:
    """Join tables of recordings in the manifest, and leave out copies.

    Of recordings with the same audio and label the first counts; with two labels they are
    refused or, if one is of a public data set, which the user cannot correct, left out.

    Parameters
    ----------
    tables
        Tables of own and of synthetic recordings.
    joined
        Tables of recordings of other data sets.
    out
        Manifest to write.
    public
        Whether the own recordings are a data set published by others.

    Raises
    ------
    UserError
        If there are no recordings, or the same recording has two labels.
    """
    found = [row for table in tables for row in read_recordings(table)]
    published = set() if not public else {row.id for row in found}
    for table in joined or []:
        rows = read_recordings(table)
        published |= {row.id for row in rows}
        found += rows
    # Whichever table is named first, synthetic recordings come before own ones.
    found.sort(key=lambda row: (row.origin == OWN, row.path))
    rows = drop_duplicates(found, public=published)
    if not rows:
        raise UserError(
            f"There are no recordings: {', '.join(map(str, tables))} have none. Put some into the "
            "data set's folder, or synthesise some: `synthesize` in the experiment's settings."
        )
    write_recordings(out, rows)
    labels = {row.label for row in rows}
    groups = {row.group for row in rows}
    print(
        f"{len(rows)} recordings of {len(labels)} labels from {len(groups)} groups", file=sys.stderr
    )


def drop_duplicates(rows: Sequence[Recording], *, public: Collection[str]) -> list[Recording]:
    """Leave out what has the same audio as an earlier row; `public` are ids in public data sets.

    Raises
    ------
    UserError
        If the same recording has two labels, and neither is of a public data set.
    """
    first: dict[str, Recording] = {}
    doubtful = set()
    for row in rows:
        known = first.setdefault(row.samples_sha256, row)
        if known.label != row.label:
            both = f"{known.path} and {row.path} are the same recording with two labels, "
            both += f"{known.label} and {row.label}"
            if not {known.id, row.id}.intersection(public):
                raise UserError(f"{both}. Remove the wrong one.")
            print(f"{both}: left out", file=sys.stderr)
            doubtful.add(row.samples_sha256)
            continue
        if known is not row:
            print(f"{row.path} is a copy of {known.path}: left out", file=sys.stderr)
            if known.group != row.group:
                # Whose recording it is is unknown: it must not count for one of two speakers in
                # training and for the other in the test.
                first[row.samples_sha256] = replace(known, group=min(known.group, row.group))
    return [row for row in first.values() if row.samples_sha256 not in doubtful]
