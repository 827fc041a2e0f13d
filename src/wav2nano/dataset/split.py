"""Step split-dataset: who trains, who validates, who tests; whole groups, never windows."""

import csv
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wav2nano.dataset.manifest import BACKGROUND, Row, label_of
from wav2nano.errors import UserError
from wav2nano.files import atomic_path

PARTS = ("train", "validation", "test")
TRIALS, MOST_STEPS = 200, 40_000
ABSENT = 1e3  # cost of a label that a part lacks


@dataclass(frozen=True)
class SplitRow:
    """One recording, with the label it has in the experiment and its part of the split."""

    recording: str
    label: str
    group: str
    origin: str
    part: str


def split_dataset(
    rows: Sequence[Row], words: list[str] | None, settings: dict[str, Any]
) -> list[SplitRow]:
    """Assign every group of recordings to training, validation or test.

    Of many random assignments of whole groups the one is taken whose parts come closest to the
    wanted share of every label and of every origin, so that small classes and rare engines are
    tested too. `policy: recording` makes each recording a group of its own.

    Raises
    ------
    UserError
        If a word has no recordings, there is only one class, or a label has too few groups for
        three parts.
    """
    labels = np.array([label_of(row, words) for row in rows])
    found = sorted(set(labels))
    missing = sorted(set(words or ()) - set(found))
    if missing:
        raise UserError(
            f"There is no recording of: {', '.join(missing)}. Record the word, "
            "or take it out of `words` in the experiment's settings."
        )
    if len(found) < 2:
        raise UserError(
            f"There is one class only, {found[0]}: nothing to tell apart. "
            "Add recordings of another label, for example of other words as _unknown_."
        )
    by_group = settings["policy"] == "group"
    groups = np.array([row.group if by_group else row.id for row in rows])
    _require_groups(labels, groups, by_group)
    names, group_of = np.unique(groups, return_inverse=True)
    strata, stratum_of = np.unique(
        [f"{label}\0{_engine_family(row)}" for label, row in zip(labels, rows, strict=True)],
        return_inverse=True,
    )
    counts = np.zeros((len(names), len(strata)))
    np.add.at(counts, (group_of, stratum_of), 1)
    part_of = _assign(
        counts,
        np.array([text.split("\0")[0] for text in strata]),
        shares=(
            1 - settings["validation"] - settings["test"],
            settings["validation"],
            settings["test"],
        ),
        seed=settings["seed"],
    )
    return [
        SplitRow(row.id, str(label), row.group, row.origin, PARTS[part_of[group]])
        for row, label, group in zip(rows, labels, group_of, strict=True)
    ]


def write_split(path: Path | str, rows: Sequence[SplitRow]) -> None:
    """Write the split as CSV, whole or not at all, and print what is in it."""
    with atomic_path(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(SplitRow.__dataclass_fields__)
        writer.writerows((r.recording, r.label, r.group, r.origin, r.part) for r in rows)
    for part in PARTS:
        inside = [row for row in rows if row.part == part]
        labels = Counter(row.label for row in inside)
        counts = ", ".join(f"{label} {labels[label]}" for label in sorted(labels))
        groups = len({row.group for row in inside})
        print(f"{part}: {len(inside)} recordings of {groups} groups ({counts})", file=sys.stderr)


def read_split(path: Path | str) -> list[SplitRow]:
    """Read a file that `write_split` wrote."""
    with Path(path).open(newline="", encoding="utf-8") as file:
        return [SplitRow(**row) for row in csv.DictReader(file)]


def order_labels(labels: set[str], words: list[str] | None) -> list[str]:
    """Order of the classes everywhere: words as they are given (or sorted), then the background."""
    first = list(words) if words is not None else sorted(labels - set(BACKGROUND))
    return first + [label for label in BACKGROUND if label in labels and label not in first]


def _engine_family(row: Row) -> str:
    # All engines but the one with formant synthesis speak with voices of persons. There are few of
    # these, and a test set without one would say nothing about persons.
    return "formant" if row.origin == "espeak" else "person"


def _require_groups(labels: np.ndarray, groups: np.ndarray, by_group: bool) -> None:
    for label in sorted(set(labels)):
        count = len(set(groups[labels == label]))
        if count >= len(PARTS):
            continue
        if by_group:
            raise UserError(
                f"{label} has recordings of {count} group(s) (speakers, voices, sources): too few "
                "to train, validate and test on different ones. Add recordings of other speakers "
                "in folders of their own, {label}/{speaker}/, or set `split.policy: recording` "
                "(then the figures say nothing about speakers that training never heard)."
            )
        raise UserError(f"{label} has {count} recording(s): at least {len(PARTS)} are needed.")


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
    best, best_cost = None, np.inf
    for _ in range(max(1, min(TRIALS, MOST_STEPS // len(counts)))):
        part_of, inside = _fill(counts, total, share, random)
        cost = (weight * np.abs(inside / total - share)).sum()
        # A label that is absent from a part cannot be learned, chosen or scored.
        cost += ABSENT * np.count_nonzero(inside @ of_label == 0)
        cost += 2.0 * np.count_nonzero(inside == 0)
        if cost < best_cost:
            best, best_cost = part_of, cost
    if best_cost >= ABSENT:
        raise UserError(
            "No split by whole groups has every label in training, validation and test. "
            "Record more speakers for the labels that few speak, or set `split.policy: recording`."
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
