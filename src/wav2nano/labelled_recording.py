"""The user's long recording, and the table of when labels are to be heard in it."""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from wav2nano.audio import read_audio
from wav2nano.errors import UserError
from wav2nano.files import read_csv, read_json
from wav2nano.recording_files import not_here
from wav2nano.tracks import Target

SETTING = "detection.recording"
SHORTEST_SECONDS = 0.01
ROUNDING_SECONDS = 0.005  # a target may end so much later than the recording
COLUMNS = ("start", "end", "label")


def require_file(name: str, key: str, root: Path) -> Path:
    """Check that a setting of the recording names a file.

    Raises
    ------
    UserError
        If it does not.
    """
    if "\0" in name or not (root / name).is_file():
        told = f"there is no file {name!r}. Name one, or set {SETTING}: null."
        raise not_here(f"{SETTING}.{key}", name, root, told)
    return Path(name)


def read_targets(path: Path, labels: Sequence[str]) -> list[tuple[float, float, str, str]]:
    """Read when labels are to be heard: start and end in seconds, label and group, in order.

    Parameters
    ----------
    path
        A table .csv, labels of Audacity .txt, or a test of MLPerf Tiny .json.
    labels
        That are reported; others are passed over.

    Raises
    ------
    UserError
        If it is none of these, there is no label that is reported, or two are at the same time.
    """
    setting = f"{SETTING}.targets: {path}"
    found = []
    for number, (start, end, label, group) in enumerate(_read_entries(path, labels), 1):
        if not (math.isfinite(end) and 0 <= start <= end - SHORTEST_SECONDS):
            raise UserError(
                f"{setting}, entry {number}: {label} from {start:g} to {end:g} s should last "
                f"{SHORTEST_SECONDS} s or longer, and not begin before 0."
            )
        if label in labels:
            # Whoever names nobody may have several: each target counts by itself.
            found.append((start, end, label, group or f"target {number}"))
    if not found:
        raise UserError(
            f"{setting} has none of the labels that are reported ({', '.join(labels)})."
        )
    found.sort()
    for (start, end, label, _), (following, _, other, _) in pairwise(found):
        if following < end:
            raise UserError(
                f"{setting}: {label} from {start:g} s on has not ended where {other} begins, at "
                f"{following:g} s. Correct one of them."
            )
    return found


def passed_over(path: Path, labels: Sequence[str]) -> list[str]:
    """List labels of a table that are not reported. Errors as in `read_targets`."""
    return sorted({label for _, _, label, _ in _read_entries(path, labels)} - {*labels})


def check_end(audio: Path, seconds: float, targets: Path, last: float) -> None:
    """Check that the last target ends where the recording does, or before.

    Parameters
    ----------
    audio, seconds
        The recording, and its length.
    targets, last
        The table, and the end of the last target in it, in seconds.

    Raises
    ------
    UserError
        If it ends later, by more than tables and resampling round.
    """
    if last > seconds + ROUNDING_SECONDS:
        raise UserError(
            f"{SETTING}.targets: {targets} has a target until {last:.6g} s, and {audio} ends at "
            f"{seconds:.6g} s. Is it the table of another recording?"
        )


def check_recording(audio: Path, sha256: str, others: Mapping[str, Path]) -> None:
    """Check that the recording is none of those, by their hashes, that the firmware is made from.

    Raises
    ------
    UserError
        If it is.
    """
    if sha256 in others:
        raise UserError(
            f"{SETTING}.audio: {audio} is also {others[sha256]}, which the network or its "
            "thresholds may have learnt. Remove it there, or name another recording."
        )


def read_recording(
    audio: Path, targets: Path, labels: Sequence[str], *, rate: int
) -> tuple[Any, list[Target]]:
    """Read the recording, int16 at `rate`, and the targets in it.

    Raises
    ------
    UserError
        If one cannot be read, or a target is beyond the recording's end.
    """
    samples = read_audio(audio, rate)
    found = read_targets(targets, labels)
    check_end(audio, len(samples) / rate, targets, found[-1][1])
    return samples, [
        Target(
            f"{audio} from {start:g} s on",
            label,
            group,
            round(start * rate),
            min(round(end * rate), len(samples)),
        )
        for start, end, label, group in found
    ]


Entry = tuple[float, float, str, str]


def _read_entries(path: Path, labels: Sequence[str]) -> list[Entry]:
    """Read all that is in a table, whether it is reported or not."""
    setting = f"{SETTING}.targets: {path}"
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise UserError(
            f"{setting} is no table. Name a .csv with the columns {', '.join(COLUMNS)}, a .txt as "
            "Audacity exports labels, or a .json of MLPerf Tiny."
        )
    try:
        return reader(path, labels)
    except (KeyError, TypeError, ValueError, OSError) as error:
        reason = f"there is no column {error}" if isinstance(error, KeyError) else error
        raise UserError(f"{setting} cannot be read: {reason}.") from None


def _read_table(path: Path, _: Sequence[str]) -> list[Entry]:
    return [
        (
            float(row["start"]),
            float(row["end"]),
            row["label"].strip(),
            row.get("group", "").strip(),
        )
        for row in read_csv(path)
    ]


def _read_audacity(path: Path, _: Sequence[str]) -> list[Entry]:
    """Read lines of start, end and label, with tabs between; frequencies follow a backslash."""
    entries = []
    for line in path.read_text(encoding="utf-8-sig").splitlines():
        if line.strip() and not line.startswith("\\"):
            start, end, label = line.split("\t")
            entries.append((float(start), float(end), label.strip(), ""))
    return entries


def _read_mlperf_tiny(path: Path, labels: Sequence[str]) -> list[Entry]:
    """Read the windows of one test, in which there is one label, and it is not named."""
    match read_json(path):
        case [{"detection_windows": list(windows)}]:
            pass
        case _:
            raise ValueError("it is no list of one test with detection_windows")
    if len(labels) != 1:
        raise ValueError(f"it is of one label, and {len(labels)} are reported")
    return [(float(start), float(end), labels[0], "") for start, end in windows]


READERS: dict[str, Callable[[Path, Sequence[str]], list[Entry]]] = {
    ".csv": _read_table,
    ".txt": _read_audacity,
    ".json": _read_mlperf_tiny,
}
