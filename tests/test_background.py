"""Which of the user's recordings a track is made of, and which are refused."""

import numpy as np
import pytest
import soundfile

from wav2nano.background import background_of, check_background, read_background
from wav2nano.errors import UserError
from wav2nano.hashes import hash_file
from wav2nano.recording_files import list_recordings


@pytest.fixture
def folder(tmp_path):
    for number, name in enumerate(["a.flac", "b/x.wav", "c.ogg", "d.wav", "e.wav"]):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        noise = np.random.default_rng(number).normal(0, 0.1, (8000 * (number + 1), 2))
        soundfile.write(tmp_path / name, noise, 8000)
    (tmp_path / "notes.txt").write_text("not a recording")
    return tmp_path


def hashes(folder):
    return {folder / name: hash_file(folder / name) for name in list_recordings(folder)}


def test_no_file_is_for_both_parts(folder):
    test, validation = (background_of(folder, part) for part in ("test", "validation"))
    assert [path.name for path in test] == ["a.flac", "c.ogg", "e.wav"]
    assert [path.name for path in validation] == ["x.wav", "d.wav"]


def test_as_much_is_read_as_is_heard(folder):
    def heard(seconds, part="test", seed=1):
        found = read_background(folder, part, seconds=seconds, rate=16000, seed=seed)
        return {name: len(samples) / 16000 for name, samples in found.items()}

    everything = {str(folder / name): n for name, n in (("a.flac", 1), ("c.ogg", 3), ("e.wav", 5))}
    assert heard(100) == pytest.approx(everything)
    assert len(heard(0.5)) == 1
    assert len({next(iter(heard(0.5, seed=seed))) for seed in range(9)}) == 3
    found = read_background(folder, "validation", seconds=9, rate=8000, seed=1)
    expected, _ = soundfile.read(folder / "d.wav")
    samples = found[str(folder / "d.wav")] / 32768
    np.testing.assert_allclose(samples, expected.mean(axis=1), atol=1e-4)


def test_what_tests_nothing_is_refused(folder):
    known = hashes(folder)
    check_background(folder, known, {})
    first, second, *_ = known
    twin = known | {second: known[first]}
    for found, others, message in (
        ({}, {}, "there is no recording in .*Put at least two there"),
        ({first: known[first]}, {}, "there is only one recording in"),
        (known, {known[second]: first}, "is also a recording of the data set"),
        (twin, {}, r"b/x.wav and .*a.flac are the same recording. Remove one"),
    ):
        with pytest.raises(UserError, match=message):
            check_background(folder, found, others)
    with pytest.raises(UserError, match="there is no recording for the validation set in"):
        read_background(folder / "nowhere", "validation", seconds=1, rate=8000, seed=1)
