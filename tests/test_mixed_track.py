"""The mix against the levels and places of the benchmark's table, by numpy alone."""

import numpy as np
import pytest

from wav2nano.background import Pieces
from wav2nano.errors import UserError
from wav2nano.mixed_track import mixed_track

RATE = 1000
WORD = slice(300, 800)  # of a second, in which a word is to be heard


@pytest.fixture(scope="module")
def sounds():
    """Three words of a, two of b and one that is no target, loud and low, each in some noise."""
    audio = np.random.default_rng(0).integers(-9, 10, (6, RATE))
    for number, level in enumerate((300, 3000, 200, 900, 5000, 400)):
        audio[number, WORD] = level * np.r_[np.tile([1, -1], 249), 1, 1]
    return (
        [f"{number}.wav" for number in range(6)],
        ["a", "a", "a", "b", "b", "_unknown_"],
        list(audio.astype(np.int16)),
    )


def noise(seed):
    random = np.random.default_rng(seed)
    audio = {f"{n}.wav": random.normal(0, 40 * (n + 1), 70 * RATE).astype(np.int16) for n in (1, 2)}
    # Whole recordings of one level would be heard as they are: levels are of what a voice plays.
    return Pieces({name: sound.clip(-9999, 9999) for name, sound in audio.items()}, RATE)


def mix(sounds, backgrounds, **changes):
    settings = {"targets": ["a", "b"], "seconds": 1200, "seconds_per_target": 24, "seed": 5}
    settings |= {"late_seconds": 2.0, "rate": RATE, **changes}
    return mixed_track(*sounds, backgrounds=backgrounds, **settings)


def test_sections_have_the_levels_of_the_benchmark(sounds):
    track = mix(sounds, {"speech": noise(1), "music": noise(2)})
    samples = np.concatenate(list(track.blocks())).astype(np.float64)
    assert len(samples) == 1200 * RATE
    assert np.abs(samples).max() >= 32767
    quiet = np.ones(len(samples), bool)
    for one, end in zip(track.played, track.ends, strict=True):
        quiet[one.start : end] = False
    unit = samples[600 * RATE : 750 * RATE].std() / 0.75
    for start, stop, level in [
        (0, 100, 0),
        (100, 300, 0.05 * 8**0.5),
        (300, 450, 0.5),
        (450, 600, 0.5),
        (750, 900, (0.75**2 + 0.5**2) ** 0.5),
        (900, 1200, 0.2 * 7**0.5),
    ]:
        part = slice(start * RATE, stop * RATE)
        # Voices are of few recordings, so that chance correlates some of them.
        assert samples[part][quiet[part]].std() / unit == pytest.approx(level, rel=0.15), start


def test_targets_are_trimmed_loud_and_in_the_first_half(sounds):
    track = mix(sounds, {})
    samples = np.concatenate(list(track.blocks()))
    assert len(track.played) == 50
    starts = np.array([one.start for one in track.played])
    ends = np.array(track.ends)
    assert starts[-1] == 570 * RATE
    assert (ends - starts == 500).all()
    assert (starts[1:] - ends[:-1] >= 3 * RATE).all()
    assert [one.stop for one in track.played] == [end + 2 * RATE for end in track.ends]
    # All five are heard before one is heard again, and the one that is no target never is.
    heard = [one.recording for one in track.played]
    assert all(len(set(heard[first : first + 5])) == 5 for first in range(0, 50, 5))
    assert "5.wav" not in heard
    # Without a background the loudest word is at full scale, and none below two thirds of it.
    levels = [
        np.abs(samples[one.start : end]).max() for one, end in zip(track.played, ends, strict=True)
    ]
    assert max(levels) >= 32767
    assert 0.5 / 0.75 * 32767 <= min(levels) < 24000
    between = np.ones(len(samples), bool)
    for start, end in zip(starts, ends, strict=True):
        between[start:end] = False
    assert not samples[between].any()
    assert not np.array_equal(starts, [one.start for one in mix(sounds, {}, seed=6).played])


@pytest.mark.parametrize("seed", range(20))
def test_words_that_would_meet_are_moved_and_all_are_in_the_first_half(sounds, seed):
    track = mix(sounds, {}, seconds=60, seconds_per_target=6.67, seed=seed)
    starts = np.array([one.start for one in track.played])
    assert len(starts) == 9
    assert (np.diff(starts) >= 3500).all()
    assert starts[0] >= 0
    assert track.ends[-1] <= 30 * RATE


def test_more_words_than_have_room_are_refused(sounds):
    with pytest.raises(UserError, match=r"10 target\(s\) of 0.5 s .* Set it to 6.67 or more, or"):
        mix(sounds, {}, seconds=60, seconds_per_target=6)
    with pytest.raises(UserError, match=r"1 target\(s\) .* 0.4 s. Set detection.hours higher, or"):
        mix(sounds, {}, seconds=0.4)


def test_what_is_silent_is_mixed_as_such(sounds):
    names, labels, _ = sounds
    silent = (names, labels, [np.zeros(RATE, np.int16)] * 6)
    nothing = {"speech": Pieces({"x.wav": np.zeros(RATE, np.int16)}, RATE)}
    track = mix(silent, nothing)
    assert not np.concatenate(list(track.blocks())).any()
    assert len(track.played) == 50
