"""Manifests, splits, scores and checksums: read as written, or refused, whatever is in them.

WAV2NANO_EXAMPLES says how many tables are tried.
"""

from contextlib import suppress
from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostile.commands import DRAWING, EXAMPLES
from wav2nano.errors import UserError
from wav2nano.files import read_json
from wav2nano.hashes import read_checksums
from wav2nano.tables.preprocessing import read_preprocessing
from wav2nano.tables.recordings import Recording, read_recordings, write_recordings
from wav2nano.tables.scores import read_scores
from wav2nano.tables.split import PARTS, SplitRow, read_split, write_split

MANY = settings(max_examples=EXAMPLES, **DRAWING)
READERS = (
    read_recordings,
    read_split,
    read_scores,
    read_checksums,
    read_json,
    read_preprocessing,
)

# Names of files may hold anything; a carriage return in one is the hardest for CSV.
TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
NUMBERS = {str: TEXT, int: st.integers(0, 2**40), float: st.floats(0, 1e6)}
RECORDINGS = st.builds(
    Recording, **{field.name: NUMBERS[field.type] for field in fields(Recording)}
)
SECONDS = st.none() | st.floats(0, 1e6)
ROWS = st.builds(
    SplitRow,
    **dict.fromkeys(("recording", "label", "group", "origin"), TEXT),
    part=st.sampled_from(PARTS),
    from_seconds=SECONDS,
    to_seconds=SECONDS,
)
LINES = [
    ",".join(field.name for field in fields(Recording)),
    ",".join(field.name for field in fields(SplitRow)),
    "part,recording,start,group,origin,label,score a,score b",
    "test,r,0,g,own,a,0.5,0.5",
    "a,a.wav,yes,ann,,own,1.0,16000,1,00,own-000",
    "a,yes,ann,own,test,,",
    "a,yes,ann,own,test,0.5,nan",
    f"{'0' * 64}  a.wav",
    '{"labels": ["a"], "mean": [1e999], "std": [NaN]}',
]
CELLS = st.sampled_from(["", "nan", "-1", "1e999", '"', "\r", "\0", "9" * 5000, "é", "test", "0x1"])


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("tables") / "table"


@given(rows=st.lists(RECORDINGS, max_size=5))
@MANY
def test_recordings_come_back(path, rows):
    write_recordings(path, rows)
    assert read_recordings(path) == rows


@given(rows=st.lists(ROWS, max_size=5))
@MANY
def test_splits_come_back(path, rows):
    write_split(path, rows)
    assert read_split(path) == rows


@given(
    lines=st.lists(st.sampled_from(LINES) | st.lists(CELLS, max_size=12).map(",".join), max_size=6),
    end=st.integers(0, 400),
    noise=st.binary(max_size=8),
)
@MANY
def test_any_table_is_read_or_refused(path, lines, end, noise):
    path.write_bytes("\n".join(lines).encode()[:end] + noise)
    for read in READERS:
        with suppress(UserError):
            read(path)
