"""MLPerf Tiny's rule against what its runner counted, and by hand."""

import json
from pathlib import Path

import pytest

from wav2nano.evaluation import mlperf_tiny
from wav2nano.evaluation.detection import Report
from wav2nano.tracks import Played

RATE = 1000
PUBLISHED = json.loads((Path(__file__).parent / "mlperf_tiny_v1_3.json").read_text())


def judge(targets, reports, labels=("a", "b")):
    """Judge reports (label, milliseconds) of targets (label, start, end)."""
    late = round(RATE * mlperf_tiny.LATE_SECONDS)
    played = [Played(f"{start}", label, start, end + late) for label, start, end in targets]
    made = [Report(labels.index(label), sample, 0) for label, sample in reports]
    return mlperf_tiny.judge(made, played, labels, debounce=RATE)


def test_a_submission_is_counted_as_the_runner_did():
    windows = zip(PUBLISHED["starts"], PUBLISHED["ends"], strict=True)
    outcome = judge(
        [("marvin", *window) for window in windows],
        [("marvin", sample) for sample in PUBLISHED["detections"]],
        ("marvin",),
    )
    matches = zip(PUBLISHED["starts"], outcome.matches, strict=True)
    missed = [start for start, match in matches if match is None]
    assert missed == PUBLISHED["false_negatives"]
    assert [one.sample for one in outcome.false] == PUBLISHED["false_positives"]
    best = mlperf_tiny.PUBLISHED[-1]
    assert (best.targets, best.hits) == (len(outcome.matches), len(outcome.matches) - len(missed))
    assert best.false_reports == len(outcome.false)


@pytest.mark.parametrize(
    ("reports", "hits", "false"),
    [
        ([], [None], []),
        # From its first millisecond to the last one of two seconds after it, and not beyond.
        ([1000], [1000], []),
        ([3500], [3500], []),
        ([999], [None], [999]),
        ([3501], [None], [3501]),
        # However often, and what comes after counts.
        ([1200, 1300, 2000, 3000], [1200], []),
        ([1200, 3400, 3600], [1200], [3600]),
        # A second from the one that counts, and not from the one before.
        ([5000, 5400, 5900, 6000, 6001, 6900, 7002], [None], [5000, 6001, 7002]),
        # One that was of a target silences none.
        ([3500, 3501], [3500], [3501]),
    ],
)
def test_reports_are_counted(reports, hits, false):
    outcome = judge([("a", 1000, 1500)], [("a", sample) for sample in reports])
    assert [match and match.sample for match in outcome.matches] == hits
    assert [one.sample for one in outcome.false] == false


def test_each_label_is_judged_by_itself():
    outcome = judge(
        [("a", 1000, 1500), ("b", 5000, 5500)],
        [("b", 1200), ("a", 1300), ("b", 1900), ("a", 5200), ("b", 5300), ("a", 5900)],
    )
    assert [match.sample for match in outcome.matches] == [1300, 5300]
    assert [(one.label, one.sample) for one in outcome.false] == [(1, 1200), (0, 5200)]
    assert outcome.of_label(1).matches == [outcome.matches[1]]


def test_a_report_is_of_the_first_of_two_targets_that_it_may_be_of():
    outcome = judge([("a", 1000, 1500), ("a", 3000, 3500)], [("a", 3200), ("a", 4000)])
    assert [match.sample for match in outcome.matches] == [3200, 4000]
    outcome = judge([("a", 1000, 1500), ("a", 3000, 3500)], [("a", 3200), ("a", 3400)])
    assert outcome.matches[1] is None
    assert outcome.false == []


def test_the_benchmarks_own_recording_is_known_by_its_hash(tmp_path, monkeypatch):
    path = tmp_path / "long.wav"
    path.write_bytes(b"hello\n")
    assert not mlperf_tiny.is_published(path)
    # As `git hash-object` says.
    hashed = frozenset({"ce013625030ba8dba906f756967f9e9ca394464a"})
    monkeypatch.setattr(mlperf_tiny, "TRACKS", hashed)
    assert mlperf_tiny.is_published(path)
