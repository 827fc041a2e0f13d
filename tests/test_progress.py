"""What is said of long jobs."""

import pytest

from wav2nano import progress
from wav2nano.progress import Progress


@pytest.mark.parametrize(
    ("unit", "total", "counts", "words"),
    [
        ("MB", None, [1_500_000], "doing: 1.5 MB, 0.5 MB/s"),
        ("MB", 9_000_000, [3_000_000], "doing: 3.0 of 9.0 MB, 1.0 MB/s, 0:06 left"),
        ("recordings", 303, [1, 2], "doing: 3 of 303 recordings, 1.0 recordings/s, 5:00 left"),
    ],
)
def test_how_far_and_how_long(monkeypatch, capsys, unit, total, counts, words):
    clock = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock[0])
    told = Progress("doing", total, unit=unit)
    for count in counts[:-1]:
        told.add(count)
    assert capsys.readouterr().err == ""
    clock[0] = 3.0
    told.add(counts[-1])
    told.add(0)
    assert capsys.readouterr().err == f"{words}\n"
