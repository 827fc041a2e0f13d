"""Altered copies: what is changed, what stays, and that each depends on its own window alone."""

import numpy as np
import pytest

from wav2nano.dataset.augment_windows import alter, augment_windows, change_speed
from wav2nano.settings.augmentation import AugmentationSettings
from wav2nano.tables.windows import AudioWindows, read_windows, write_windows

RATE = 16000
PLAIN = {"copies": 1, "speed": [1.0, 1.0], "room": 0.0, "noise": 0.0}


def tone(frequency=1000.0):
    samples = 8000 * np.sin(2 * np.pi * frequency * np.arange(RATE) / RATE)
    return np.rint(samples).astype(np.int16)


def altered(window, seed=0, **settings):
    settings = AugmentationSettings(**(PLAIN | settings))
    return alter(window, RATE, settings, np.random.default_rng(seed))


def level(samples):
    return np.sqrt(np.mean(np.square(samples, dtype=np.float64)))


def test_nothing_changed_is_the_window():
    np.testing.assert_array_equal(altered(tone()), tone())


def test_digital_silence_stays():
    silence = np.zeros(RATE, np.int16)
    np.testing.assert_array_equal(altered(silence, noise=1.0, room=1.0), silence)


@pytest.mark.parametrize("factor", [0.8, 0.95, 1.05, 1.25])
def test_speed_moves_the_pitch(factor):
    faster = altered(tone(), speed=[factor, factor])
    pitch = np.argmax(np.abs(np.fft.rfft(faster))) * RATE / len(faster)
    assert pitch == pytest.approx(1000 * factor, rel=0.01)
    assert level(faster) == pytest.approx(level(tone()), rel=0.01)


def test_speed_keeps_the_middle():
    """A click in the middle stays there, one after it comes sooner."""
    click = np.zeros(RATE)
    click[[RATE // 2, RATE * 3 // 4]] = 1
    faster = change_speed(click, 1.25)
    loud = np.flatnonzero(faster > 0.5)
    assert abs(loud[0] - RATE // 2) <= 1
    assert abs(loud[-1] - (RATE // 2 + RATE / 4 / 1.25)) <= 1


@pytest.mark.parametrize("decibels", [0.0, 10.0, 20.0])
def test_noise_has_the_level_asked_for(decibels):
    noisy = altered(tone(), noise=1.0, snr_db=[decibels, decibels], noise_kinds=["white"])
    noise = noisy.astype(float) - tone()
    assert 20 * np.log10(level(tone()) / level(noise)) == pytest.approx(decibels, abs=0.5)


def test_a_room_rings_after_the_sound():
    click = np.zeros(RATE, np.int16)
    click[1000] = 20000
    ringing = altered(click, room=1.0, reverberation_s=[0.4, 0.4])
    assert np.abs(ringing[:999]).max() <= 1
    assert level(ringing[2000:4000]) > level(ringing[6000:8000]) > 0


def test_no_sample_is_clipped():
    loud = np.where(tone() > 0, 32767, -32767).astype(np.int16)
    noisy = altered(loud, noise=1.0, snr_db=[0.0, 0.0])
    assert np.count_nonzero(np.abs(noisy) == np.abs(noisy.astype(int)).max()) < 5


def test_copies_depend_on_their_window_alone(tmp_path):
    def copies(names):
        audio = np.stack([tone(300.0 * (1 + "abc".index(name))) for name in names])
        start = np.zeros(len(names), np.int64)
        write_windows(tmp_path / "w.h5", AudioWindows(audio, names, names, start), {})
        settings = AugmentationSettings(copies=3)
        augment_windows(
            windows=tmp_path / "w.h5", rate=RATE, settings=settings, out=tmp_path / "a.h5"
        )
        made = read_windows(tmp_path / "a.h5")
        assert list(made.recording) == list(made.label) == [n for n in names for _ in range(3)]
        return {name: made.audio[np.asarray(made.recording) == name] for name in names}

    both, alone = copies(["a", "b"]), copies(["b"])
    np.testing.assert_array_equal(both["b"], alone["b"])
    assert len(np.unique(both["a"], axis=0)) == 3
