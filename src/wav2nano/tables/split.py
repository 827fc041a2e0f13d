"""The split: which recordings, or blocks of recordings, train, validate and test."""

import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

from wav2nano.errors import UserError
from wav2nano.files import as_written, read_csv, write_csv
from wav2nano.tables.recordings import BACKGROUND

PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class SplitRow:
    """One recording, or a block of one, with its label in the experiment and its part.

    A block is from `from_seconds` to `to_seconds`; both are None if it is the whole recording.
    """

    recording: str
    label: str
    group: str
    origin: str
    part: str
    from_seconds: float | None = None
    to_seconds: float | None = None


def rows_of_windows(
    split: Iterable[SplitRow],
    recording: Iterable[str],
    start: Iterable[int],
    *,
    rate: int,
    samples: int,
) -> list[SplitRow | None]:
    """Find the row of the split that each window is in.

    None if a recording is not in the split, or the window is not entirely inside a block.

    Parameters
    ----------
    split
        Rows of the split.
    recording, start
        Recording and first sample of each window.
    rate, samples
        Sampling rate in Hz and length of a window.
    """
    blocks: dict[str, list[SplitRow]] = defaultdict(list)
    for row in split:
        blocks[row.recording].append(row)

    def holds(row: SplitRow, first: int) -> bool:
        if row.from_seconds is None or row.to_seconds is None:
            return True
        # Half a sample is what the rounding of seconds may take.
        start, stop = row.from_seconds * rate - 0.5, row.to_seconds * rate + 0.5
        return start <= first and first + samples <= stop

    return [
        next((row for row in blocks.get(name, ()) if holds(row, int(first))), None)
        for name, first in zip(recording, start, strict=True)
    ]


def overlap(one: SplitRow, other: SplitRow) -> bool:
    """Tell whether two rows of the same recording, or of copies of it, share a moment."""
    if one.from_seconds is None or one.to_seconds is None:
        return True
    if other.from_seconds is None or other.to_seconds is None:
        return True
    return one.from_seconds < other.to_seconds and other.from_seconds < one.to_seconds


def share_with_training(split: Sequence[SplitRow]) -> tuple[float, float]:
    """Compute which shares of the test's rows have audio, and a group, that training has too."""
    trained: dict[str, list[SplitRow]] = defaultdict(list)
    for row in split:
        if row.part == "train":
            trained[row.recording].append(row)
    heard = {row.group for rows in trained.values() for row in rows}
    test = [row for row in split if row.part == "test"]
    audio = sum(any(overlap(row, other) for other in trained[row.recording]) for row in test)
    groups = sum(row.group in heard for row in test)
    return audio / max(1, len(test)), groups / max(1, len(test))


def write_split(path: Path | str, rows: Sequence[SplitRow]) -> None:
    """Write the split as CSV, whole or not at all, and print what is in it."""
    write_csv(path, (field.name for field in fields(SplitRow)), map(astuple, rows))
    for part in PARTS:
        inside = [row for row in rows if row.part == part]
        recordings = {row.recording: row.label for row in inside}
        labels = Counter(recordings.values())
        counts = ", ".join(f"{label} {labels[label]}" for label in sorted(labels))
        groups = len({row.group for row in inside})
        print(
            f"{part}: {len(recordings)} recordings of {groups} groups ({counts})", file=sys.stderr
        )


def read_split(path: Path | str) -> list[SplitRow]:
    """Read a file that `write_split` wrote.

    Raises
    ------
    UserError
        If it is damaged.
    """
    with as_written(path):
        rows: list[dict[str, Any]] = [*read_csv(path)]
        for row in rows:
            if row["part"] not in PARTS:
                raise ValueError(f"{row['part']!r} is no part")
            for name in ("from_seconds", "to_seconds"):
                row[name] = float(row[name]) if row[name] else None
        return [SplitRow(**row) for row in rows]


def order_labels(found: set[str], wanted: Sequence[str] | None) -> list[str]:
    """Order the classes: labels as they are given (or sorted), then the background.

    Examples
    --------
    >>> order_labels({"_silence_", "_unknown_", "yes", "no"}, ["yes", "no"])
    ['yes', 'no', '_unknown_', '_silence_']
    >>> order_labels({"_silence_", "yes"}, ["_silence_", "yes"])
    ['yes', '_silence_']
    """
    asked = list(wanted) if wanted is not None else sorted(found)
    first = [label for label in asked if label not in BACKGROUND]
    return first + [label for label in BACKGROUND if label in found or label in asked]


def targets_of(labels: Sequence[str]) -> list[str]:
    """List the labels that are reported: all but the background."""
    return [label for label in labels if label not in BACKGROUND]


def require_groups(groups_of: Mapping[str, Collection[str]], by_group: bool, parts: int) -> None:
    """Check that each label has groups for so many parts: all of `PARTS`, or without the test.

    Parameters
    ----------
    groups_of
        The groups, or else the recordings, of each label.
    by_group
        Whether they are groups.
    parts
        How many parts they are divided into.

    Raises
    ------
    UserError
        Naming a label that has too few.
    """
    to_do = "train, validate and test" if parts == len(PARTS) else "train and validate"
    for label, groups in sorted(groups_of.items()):
        count = len(groups)
        if count >= parts:
            continue
        if by_group:
            raise UserError(
                f"{label} has recordings of {count} group(s) (speakers, voices, sources): too few "
                f"to {to_do} on different ones. Add recordings of other speakers "
                "in separate folders, {label}/{speaker}/, or set `split.policy: recording` "
                "(then the figures say nothing about speakers that training never heard)."
            )
        raise UserError(f"{label} has {count} recording(s): at least {len(PARTS)} are needed.")
