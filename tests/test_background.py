"""Which of the user's recordings a track is made of, and which are refused."""

import shutil
from pathlib import Path

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


def parts(folder):
    """Paths of test and validation, below the folder."""
    return tuple(
        [path.relative_to(folder).as_posix() for path in background_of(folder, part)]
        for part in ("test", "validation")
    )


def test_no_file_is_for_both_parts(folder):
    test, validation = parts(folder)
    assert validation == ["a.flac", "b/x.wav"]
    assert test == ["c.ogg", "d.wav", "e.wav"]


def test_a_new_file_moves_at_most_one_other(folder):
    shutil.copy(folder / "a.flac", folder / "0.flac")
    test, validation = parts(folder)
    assert validation == ["0.flac", "a.flac", "b/x.wav"]
    assert test == ["c.ogg", "d.wav", "e.wav"]
    shutil.copy(folder / "a.flac", folder / "1.flac")
    assert parts(folder) == (
        ["b/x.wav", "c.ogg", "d.wav", "e.wav"],
        ["0.flac", "1.flac", "a.flac"],
    )


def test_what_is_in_a_folder_is_for_one_part(tmp_path):
    for name in ("monday/1.wav", "monday/late/2.wav", "monday/3.wav", "sunday/1.wav"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert parts(tmp_path) == (
        ["sunday/1.wav"],
        ["monday/1.wav", "monday/3.wav", "monday/late/2.wav"],
    )
    (tmp_path / "alone.wav").touch()
    assert parts(tmp_path)[1] == ["alone.wav"]


def test_in_musan_each_of_its_folders_is_divided(tmp_path):
    below = ("music/fma/1.wav", "music/jamendo/1.wav", "music/rfm/2.wav", "noise/a/1.wav")
    for name in (*below, "speech/librivox/1.wav", "speech/librivox/2.wav", "speech/us-gov/1.wav"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert parts(tmp_path) == (
        ["music/jamendo/1.wav", "music/rfm/2.wav", "noise/a/1.wav", "speech/us-gov/1.wav"],
        ["music/fma/1.wav", "speech/librivox/1.wav", "speech/librivox/2.wav"],
    )
    (tmp_path / "evening.wav").touch()
    assert parts(tmp_path)[1] == [
        "evening.wav",
        "music/fma/1.wav",
        "music/jamendo/1.wav",
        "music/rfm/2.wav",
    ]


def test_two_kinds_of_one_recording_each_are_for_both_parts(tmp_path):
    names = ["music/1.wav", "speech/1.wav"]
    for name in names:
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    assert parts(tmp_path) == (["speech/1.wav"], ["music/1.wav"])
    known = {tmp_path / name: name for name in names}
    check_background(tmp_path, known, {})
    with pytest.raises(UserError, match=r"no recording for the validation set in .*/speech, and"):
        check_background(tmp_path, known, {}, ["speech", "music"])


def test_musans_noise_is_divided_by_recording(tmp_path):
    names = [f"noise/free-sound/{n}.wav" for n in range(5)] + ["noise/sound-bible/0.wav"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert parts(tmp_path) == (names[3:], names[:3])


def test_a_mix_needs_both_kinds_in_both_parts():
    def check(*names):
        known = {Path("room") / name: name for name in names}
        check_background(Path("room"), known, {}, ["speech", "music"])

    music, speech = ("music/1.wav", "music/2.wav"), ("speech/1.wav", "speech/2.wav")
    check(*music, *speech)
    check(*music, *speech, "noise/1.wav")
    for names, message in (
        (("noise/1.wav", "noise/2.wav"), "for the validation set in room/music, and detection.rec"),
        ((*music, "speech/1.wav"), "for the validation set in room/speech, and"),
        ((*music, "noise/1.wav"), "for the validation set in room/speech, and"),
        (("1.wav", "2.wav"), "for the validation set in room/music, and"),
        # Elsewhere than in these and noise, recordings are divided by folders.
        ((*music, *speech, "talk/1.wav"), "for the validation set in room/speech, and"),
    ):
        with pytest.raises(UserError, match=message):
            check(*names)


def test_of_a_kind_there_is_what_its_folder_has(folder):
    def read(kind):
        found = read_background(folder, "validation", seconds=9, rate=8000, seed=1, kind=kind)
        return sorted(path.removeprefix(f"{folder}/") for path in found)

    assert read("b") == ["b/x.wav"]
    assert read(None) == ["a.flac", "b/x.wav"]
    with pytest.raises(UserError, match=r"no recording for the validation set in .*/music"):
        read("music")


def test_as_much_is_read_as_is_heard(folder):
    def heard(seconds, part="test", seed=1):
        found = read_background(folder, part, seconds=seconds, rate=16000, seed=seed)
        return {name: len(samples) / 16000 for name, samples in found.items()}

    everything = {str(folder / name): n for name, n in (("c.ogg", 3), ("d.wav", 4), ("e.wav", 5))}
    assert heard(100) == pytest.approx(everything)
    assert len(heard(0.5)) == 1
    assert len({next(iter(heard(0.5, seed=seed))) for seed in range(9)}) == 3
    found = read_background(folder, "validation", seconds=9, rate=8000, seed=1)
    expected, _ = soundfile.read(folder / "b" / "x.wav")
    samples = found[str(folder / "b" / "x.wav")] / 32768
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
