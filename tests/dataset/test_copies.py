"""The same audio in two files counts once, whatever kinds of files they are."""

import io
import struct

import numpy as np
import pytest
import soundfile

from dataset.own_recordings import index_own
from wav2nano.audio import SampleHash
from wav2nano.dataset.select_recordings import select_recordings
from wav2nano.dataset.split_dataset import audit_split
from wav2nano.errors import UserError
from wav2nano.tables.recordings import read_recordings
from wav2nano.tables.split import SplitRow

RATE = 16000
SAMPLES = np.random.default_rng(0).integers(-20000, 20000, RATE).astype(np.int16)
SAMPLES[[0, -1]] = 1


def file_of(kind, samples=SAMPLES, subtype="PCM_16", rate=RATE):
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=kind, subtype=subtype)
    return file.getvalue()


def with_chunk(wav):
    chunk = b"LIST" + struct.pack("<I", 12) + b"INFOISFT\0\0\0\0"
    return wav[:4] + struct.pack("<I", len(wav) - 8 + len(chunk)) + wav[8:] + chunk


FLOATS = SAMPLES / np.float32(32768)
COPIES = {
    "chunk.wav": with_chunk(file_of("WAV")),
    "copy.flac": file_of("FLAC"),
    "copy.aiff": file_of("AIFF"),
    "copy.au": file_of("AU"),
    "24.wav": file_of("WAV", SAMPLES.astype(np.int32) * 2**16, "PCM_24"),
    "24.flac": file_of("FLAC", SAMPLES.astype(np.int32) * 2**16, "PCM_24"),
    "float.wav": file_of("WAV", FLOATS, "FLOAT"),
    "double.wav": file_of("WAV", FLOATS.astype(np.float64), "DOUBLE"),
    "stereo.wav": file_of("WAV", np.stack([SAMPLES, SAMPLES], axis=1)),
    "padded.wav": file_of("WAV", np.r_[np.zeros(900, np.int16), SAMPLES, np.zeros(9, np.int16)]),
}
silence = np.zeros(RATE, np.int16)
click = silence.copy()
click[5000] = 1
OTHERS = {
    "one sample.wav": file_of("WAV", np.r_[SAMPLES[:-1], np.int16(2)]),
    "rate.wav": file_of("WAV", rate=8000),
    "gap.wav": file_of("WAV", np.r_[SAMPLES[:5], silence[:5], SAMPLES[5:]]),
    "silence.wav": file_of("WAV", silence),
    "less silence.wav": file_of("WAV", silence[1:]),
    "click.wav": file_of("WAV", click),
    "later click.wav": file_of("WAV", np.roll(click, 1)),
    "shorter click.wav": file_of("WAV", click[:-1]),
}


def index(tmp_path, files):
    for name, content in files.items():
        path = tmp_path / "raw" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return index_own(tmp_path)


def select(tmp_path, files):
    table = index(tmp_path, files)
    select_recordings(tables=[table], out=tmp_path / "manifest.csv")
    return [row.id for row in read_recordings(tmp_path / "manifest.csv")]


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_of_another_kind_is_left_out(tmp_path, capsys, name):
    files = {"yes/ann/a.wav": file_of("WAV"), f"yes/bob/{name}": COPIES[name]}
    assert select(tmp_path, files) == ["yes/ann/a.wav"]
    assert f"yes/bob/{name} is a copy of {tmp_path}/raw/yes/ann/a.wav" in capsys.readouterr().err


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_of_another_kind_with_another_label_is_refused(tmp_path, name):
    files = {"no/ann/a.wav": file_of("WAV"), f"yes/bob/{name}": COPIES[name]}
    with pytest.raises(UserError, match=r"no/ann/a\.wav and .*yes/bob/.* the same recording"):
        select(tmp_path, files)


@pytest.mark.parametrize("name", ["copy.flac", "stereo.wav"])
def test_copies_of_other_kinds_are_not_on_two_sides(tmp_path, name):
    table = index(tmp_path, {"yes/ann/a.wav": file_of("WAV"), f"yes/bob/{name}": COPIES[name]})
    rows = read_recordings(table)
    split = [
        SplitRow(row.id, row.label, row.group, row.origin, part)
        for row, part in zip(rows, ("train", "test"), strict=True)
    ]
    with pytest.raises(UserError, match=rf"yes/ann/a\.wav in train and yes/bob/{name} in test"):
        audit_split(rows, split)


def test_other_recordings_are_no_copies(tmp_path):
    files = {f"yes/{name}": content for name, content in OTHERS.items()}
    files |= {"yes/a.wav": file_of("WAV")}
    assert len(select(tmp_path, files)) == len(files)


def test_digital_silence_of_one_length_is_a_copy(tmp_path):
    files = {"yes/a.wav": file_of("WAV", silence), "yes/b.flac": file_of("FLAC", silence)}
    assert select(tmp_path, files) == ["yes/a.wav"]


@pytest.mark.parametrize("block", [1, 7, 1000, 5000])
@pytest.mark.parametrize("ends", [(0, 0), (30, 0), (0, 3000), (2500, 2500)])
def test_how_samples_come_makes_no_difference_to_their_hash(block, ends):
    rng = np.random.default_rng(1)
    samples = rng.integers(-1, 2, 4000).astype(np.int16)
    samples[1000:3000] = 0
    whole, pieces = SampleHash(RATE), SampleHash(RATE)
    whole.update(samples)
    padded = np.r_[np.zeros(ends[0], np.int16), samples, np.zeros(ends[1], np.int16)]
    for start in range(0, len(padded), block):
        pieces.update(padded[start : start + block])
    assert pieces.hexdigest() == whole.hexdigest()
