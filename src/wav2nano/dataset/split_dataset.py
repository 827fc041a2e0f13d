"""Step split-dataset: who trains, validates and tests; never the same audio on two sides."""

import itertools
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from wav2nano.errors import UserError
from wav2nano.settings.chunking import ChunkingSettings
from wav2nano.settings.split import SplitPlan
from wav2nano.tables.recordings import OWN, Recording, label_of, read_recordings
from wav2nano.tables.split import PARTS, SplitRow, overlap, require_groups, write_split

TRIALS, MOST_STEPS = 200, 40_000
ABSENT = 1e3  # cost of a label that a part lacks


def split_dataset(
    *,
    manifest: Path,
    labels: list[str] | None,
    settings: SplitPlan,
    chunking: ChunkingSettings,
    out: Path,
) -> None:
    """Assign the recordings of a manifest to training, validation or test.

    Parameters
    ----------
    manifest
        Table of recordings to read.
    labels
        Labels to tell apart, or null for all.
    settings
        `split` of the experiment, with the data set's policy and folds where it has none.
    chunking
        `chunking` of the experiment.
    out
        CSV file of the split to write.

    Raises
    ------
    UserError
        As `assign_parts`.
    """
    write_split(out, assign_parts(read_recordings(manifest), labels, settings, chunking))


def assign_parts(
    rows: Sequence[Recording],
    labels: Sequence[str] | None,
    settings: SplitPlan,
    chunking: ChunkingSettings,
) -> list[SplitRow]:
    """Assign recordings to training, validation or test, as the policy says.

    - `group`: whole groups. Of many random assignments, the one is used whose parts come closest
      to the desired share of every label and of every origin, so that small classes and rare
      engines are tested too.
    - `recording`: the same, each recording being its own group.
    - `official`: by the data set's own folds, those of `settings.folds` for validation and test.
    - `time`: each recording in three blocks, with a gap of one window between them.

    Synthetic recordings have no fold and are short: the last two policies leave them to `group`, as
    does cross-validation, which tests on `settings.test_groups`; or they only train, if
    `settings.synthetic` says so. Where only the test is decided, whole groups of the others
    validate.

    Parameters
    ----------
    rows
        Of the manifest.
    labels
        Labels to tell apart, or None for all.
    settings
        `split` of the experiment, with the data set's policy and folds where it has none.
    chunking
        `chunking` of the experiment.

    Raises
    ------
    UserError
        If a label has no recordings, there is only one class, a part would lack a label, or
        the same audio would be in two parts.
    """
    label = {row.id: label_of(row, labels) for row in rows}
    _require_labels(set(label.values()), labels)
    own = [row for row in rows if row.origin == OWN]
    synthetic = [row for row in rows if row.origin != OWN]
    by_group = settings.policy in ("group", "recording") and not settings.test_groups
    if not own or (by_group and settings.synthetic == "all"):
        split = _split_by_group(rows, label, settings)
    else:
        split = _split_own(own, label, settings, chunking)
        split += _split_synthetic(synthetic, label, settings)
    _require_parts(split)
    audit_split(rows, split)
    return split


def audit_split(rows: Iterable[Recording], split: Iterable[SplitRow]) -> None:
    """Check that no audio is in two parts: no content, and no moment of a recording.

    Raises
    ------
    UserError
        Naming two recordings that share audio.
    """
    content = {row.id: row.samples_sha256 for row in rows}
    blocks: dict[str, list[SplitRow]] = defaultdict(list)
    for row in split:
        blocks[content[row.recording]].append(row)
    for same in blocks.values():
        for one, other in itertools.combinations(same, 2):
            if one.part != other.part and overlap(one, other):
                raise UserError(
                    f"{one.recording} in {one.part} and {other.recording} in {other.part} have "
                    "audio in common. Remove one of the two recordings, or set another "
                    "`split.policy`."
                )


def _split_own(
    rows: Sequence[Recording],
    label: dict[str, str],
    settings: SplitPlan,
    chunking: ChunkingSettings,
) -> list[SplitRow]:
    if settings.policy == "official":
        return _split_by_fold(rows, label, settings)
    if settings.policy == "time":
        return _split_by_time(rows, label, settings, chunking)
    if settings.test_groups:
        tests = [row.group in settings.test_groups for row in rows]
        return _test_on(rows, tests, label, settings)
    return _split_by_group(rows, label, settings)


def _split_synthetic(
    rows: Sequence[Recording], label: dict[str, str], settings: SplitPlan
) -> list[SplitRow]:
    if settings.synthetic == "train":
        return [SplitRow(row.id, label[row.id], row.group, row.origin, "train") for row in rows]
    return _split_by_group(rows, label, settings) if rows else []


def _test_on(
    rows: Sequence[Recording],
    tests: Sequence[bool],
    label: dict[str, str],
    settings: SplitPlan,
) -> list[SplitRow]:
    """Test on some recordings; of the others, whole groups train or validate."""
    rest = [row for row, test in zip(rows, tests, strict=True) if not test]
    # As many validate as if the test were not decided, but no more than half.
    share = min(0.5, settings.validation * len(rows) / max(1, len(rest)))
    return [
        SplitRow(row.id, label[row.id], row.group, row.origin, "test")
        for row, test in zip(rows, tests, strict=True)
        if test
    ] + _split_by_group(rest, label, settings, shares=(1 - share, share))


def _split_by_group(
    rows: Sequence[Recording],
    label: dict[str, str],
    settings: SplitPlan,
    shares: Sequence[float] | None = None,
) -> list[SplitRow]:
    """Split into parts with these shares, or those of the settings: the first of `PARTS`."""
    shares = shares or _shares(settings)
    by_group = settings.policy != "recording"
    groups = [row.group if by_group else row.id for row in rows]
    groups_of: dict[str, set[str]] = defaultdict(set)
    for row, group in zip(rows, groups, strict=True):
        groups_of[label[row.id]].add(group)
    require_groups(groups_of, by_group, len(shares))
    names, group_of = np.unique(groups, return_inverse=True)
    strata, stratum_of = np.unique(
        [f"{label[row.id]}\0{_kind_of_voice(row)}" for row in rows],
        return_inverse=True,
    )
    counts = np.zeros((len(names), len(strata)))
    np.add.at(counts, (group_of, stratum_of), 1)
    part_of = _assign(
        counts,
        np.array([text.split("\0")[0] for text in strata]),
        shares=shares,
        seed=settings.seed,
    )
    return [
        SplitRow(row.id, label[row.id], row.group, row.origin, PARTS[part_of[group]])
        for row, group in zip(rows, group_of, strict=True)
    ]


def _split_by_fold(
    rows: Sequence[Recording], label: dict[str, str], settings: SplitPlan
) -> list[SplitRow]:
    part_of = {fold: part for part, folds in settings.folds.items() for fold in folds}
    found = sorted({row.fold for row in rows} - {""})
    for row in rows:
        if not row.fold:
            raise UserError(
                f"{row.path} is in no official fold, but `split.policy: official` needs one. "
                "Give it one, or set another policy."
            )
    for fold, part in part_of.items():
        if fold not in found:
            raise UserError(
                f"split.{part} of the data set: there is no fold {fold}. Folds are: "
                f"{', '.join(found)}."
            )
    if "validation" in settings.folds:
        split = [
            SplitRow(row.id, label[row.id], row.group, row.origin, part_of.get(row.fold, "train"))
            for row in rows
        ]
    else:
        split = _test_on(rows, [row.fold in part_of for row in rows], label, settings)
    parts = defaultdict(set)
    for placed in split:
        parts[placed.group].add(placed.part)
    torn = sum(len(found) > 1 for found in parts.values())
    if torn:
        print(
            f"the official folds have {torn} of {len(parts)} groups (speakers, sources) in more "
            "than one part: figures will be better than for unheard speakers",
            file=sys.stderr,
        )
    return split


def _split_by_time(
    rows: Sequence[Recording],
    label: dict[str, str],
    settings: SplitPlan,
    chunking: ChunkingSettings,
) -> list[SplitRow]:
    if chunking.long != "slide":
        raise UserError(
            "split.policy: time divides long recordings, but `chunking.long: "
            f"{chunking.long}` takes only one window of each. Set `chunking.long: slide`."
        )
    window = chunking.window_seconds
    # A block as long as a window and a hop contains a window, wherever it begins.
    shortest = window + chunking.hop_seconds
    shares = _shares(settings)
    needed = shortest / min(shares) + 2 * window
    split = []
    for row in rows:
        if row.seconds < needed:
            raise UserError(
                f"{row.path} lasts {row.seconds:g} s: too short to train on one block of it and "
                f"test on another, which takes {needed:.1f} s. Remove it, or set `split.policy: "
                "group` for short recordings."
            )
        start = 0.0
        for part, share in zip(PARTS, shares, strict=True):
            stop = start + share * (row.seconds - 2 * window)
            block = round(start, 3), round(stop, 3)
            split.append(SplitRow(row.id, label[row.id], row.group, row.origin, part, *block))
            start = stop + window + 0.001  # what rounding may take from the gap
    return split


def _shares(settings: SplitPlan) -> tuple[float, float, float]:
    return 1 - settings.validation - settings.test, settings.validation, settings.test


def _kind_of_voice(row: Recording) -> str:
    # All engines but the one with formant synthesis speak with real people's voices. There are few
    # of these, and a test set without one would say nothing about people; one without those who
    # were recorded would say even less.
    return {OWN: "recorded", "espeak": "formant"}.get(row.origin, "person")


def _require_labels(found: set[str], labels: Sequence[str] | None) -> None:
    missing = sorted(set(labels or ()) - found)
    if missing:
        raise UserError(
            f"There is no recording of: {', '.join(missing)}. Record some, "
            "or remove the label from `labels` in the experiment's settings."
        )
    if len(found) < 2:
        raise UserError(
            f"There is only one class, {next(iter(found))}: nothing to tell apart. "
            "Add recordings of another label, for example of other words as _unknown_."
        )


def _require_parts(split: Sequence[SplitRow]) -> None:
    labels = {row.label for row in split}
    for part in PARTS:
        missing = sorted(labels - {row.label for row in split if row.part == part})
        if missing:
            raise UserError(
                f"There is no recording of {missing[0]} for {part}. Choose other folds in the data "
                "set's `split`, or set another `split.policy`."
            )


def _assign(
    counts: np.ndarray, stratum_label: np.ndarray, *, shares: Sequence[float], seed: int
) -> np.ndarray:
    """Part (0, 1, 2) of each group; `counts` is [groups, strata]."""
    random = np.random.default_rng(seed)
    share = np.array(shares)[:, None]
    total = counts.sum(axis=0)
    names = sorted(set(stratum_label))
    of_label = np.array([stratum_label == name for name in names]).T.astype(float)
    weight = total / (of_label @ (total @ of_label))
    best: np.ndarray | None = None
    best_cost = np.inf
    for _ in range(max(1, min(TRIALS, MOST_STEPS // len(counts)))):
        part_of, inside = _fill(counts, total, share, random)
        cost = (weight * np.abs(inside / total - share)).sum()
        # A label that is missing from a part cannot be learned, validated or scored.
        cost += ABSENT * np.count_nonzero(inside @ of_label == 0)
        cost += 2.0 * np.count_nonzero(inside == 0)
        if cost < best_cost:
            best, best_cost = part_of, cost
    if best is None or best_cost >= ABSENT:
        raise UserError(
            "No split by whole groups has every label in training, validation and test. "
            "Record more speakers for labels that have few, or set `split.policy: recording`."
        )
    return best


def _fill(
    counts: np.ndarray, total: np.ndarray, share: np.ndarray, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Give each group, in random order, to the part that lacks most of what the group has.

    After Sechidis et al. (2011), "On the stratification of multi-label data".
    """
    part_of = np.empty(len(counts), dtype=np.int64)
    inside = np.zeros((len(share), len(total)))
    for group in random.permutation(len(counts)):
        lack = (1 - inside / (total * share)) @ (counts[group] / total)
        part = random.choice(np.flatnonzero(lack >= lack.max() - 1e-12))
        part_of[group] = part
        inside[part] += counts[group]
    return part_of, inside
