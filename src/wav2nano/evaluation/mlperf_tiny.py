"""The rule by which MLPerf Tiny scores streaming wake words, and what others reached by it.

The benchmark is of MLPerf Tiny v1.3 (github.com/mlcommons/tiny): 50 times "marvin", by test
speakers of Speech Commands, in 20 minutes of speech and music of MUSAN. At most 8 may be missed,
and 8 reports false.
"""

import hashlib
import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wav2nano.evaluation.detection import Outcome, Report
from wav2nano.tracks import Played

LATE_SECONDS = 2.0  # after its end, a target may be reported
DEBOUNCE_SECONDS = 1.0  # after a false report, in which others are the same one


@dataclass(frozen=True)
class Published:
    """What others published of a system: targets heard, of how many, and false reports."""

    by: str
    hits: int
    targets: int
    false_reports: int


PUBLISHED = (
    # benchmark/training/streaming_wakeword/README.md, by a rule of its own: a hit is reported at
    # most 0.5 s after the word, and nothing within 1 s after it is false.
    Published("the reference model in int8, by its script on a PC", 40, 50, 3),
    # github.com/mlcommons/tiny_results_v1.3, closed/{submitter}/results/*/sww/*/results.txt.
    Published("STMicroelectronics' boards, in the closed division", 44, 50, 4),
    Published("Syntiant's NDP9120, in the closed division: the best submission", 46, 50, 4),
)

# Git's hashes of long_wav.wav in benchmark/runner: one is of a host's folder, one of the SD card's.
TRACKS = frozenset(
    {"8af6a23b74e080826eacc84c766e5fc121520a4e", "fd8889773de045cf05e9d1f9921354aac121cd80"}
)


def judge(
    reports: Sequence[Report], played: Sequence[Played], targets: Sequence[str], *, debounce: int
) -> Outcome:
    """Tell right reports from false ones by the rule of the benchmark's runner.

    A target is heard if its label is reported while it may be, however often. Of all other reports
    each is false, except those up to `debounce` samples after one that counts. There is one label
    in the benchmark; here, each is judged by itself.

    The rule is `calc_detection_stats` in `benchmark/runner/streaming_ww_utils.py`. Its README lets
    a target be reported for 1 s after its end, but the code adds that second twice, and the results
    of v1.3 are those of 2 s: by 1 s Syntiant's detections would be 42 hits and 8 false.

    Parameters
    ----------
    reports
        In order.
    played
        The targets, in order: each may be reported from `start` to `stop`.
    targets
        The labels that are reported.
    debounce
        Samples.
    """
    samples = [one.sample for one in reports]
    wanted = [targets.index(one.label) for one in played]
    claimed: set[int] = set()
    matches: list[Report | None] = []
    for one, label in zip(played, wanted, strict=True):
        window = range(bisect_left(samples, one.start), bisect_right(samples, one.stop))
        found = [n for n in window if reports[n].label == label and n not in claimed]
        claimed.update(found)
        matches.append(reports[found[0]] if found else None)
    false: list[Report] = []
    latest = [-math.inf] * len(targets)
    for number, report in enumerate(reports):
        if number not in claimed and report.sample > latest[report.label] + debounce:
            latest[report.label] = report.sample
            false.append(report)
    return Outcome(wanted, matches, false)


def is_published(recording: Path) -> bool:
    """Tell whether a recording is the benchmark's own, by the hash that git has of it."""
    digest = hashlib.sha1(f"blob {recording.stat().st_size}\0".encode(), usedforsecurity=False)
    with recording.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest() in TRACKS
