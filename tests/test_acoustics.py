import numpy as np
import pytest

from wav2nano import acoustics, noise
from wav2nano.acoustics import colour, digitize, record, room_impulse
from wav2nano.settings.load import overlay
from wav2nano.settings.synthesis import AcousticsSettings

RATE = 16000
TIMES = np.arange(RATE) / RATE
CLEAN = {
    "room": {"probability": 0.0, "reverberation_s": [0.3, 0.3], "distance_m": [1.0, 1.0]},
    "noise": {"probability": 0.0, "kinds": ["hum"], "snr_db": [10, 10]},
    "equalizer_db": 0.0,
    "low_cut_hz": [1, 1],
    "high_cut_hz": [1e5, 1e5],
    "level_db": [-20, -20],
    "microphone_noise_db": [-150, -150],
    "clip_probability": 0.0,
}


def clean_but(**differing):
    return AcousticsSettings.model_validate(overlay(CLEAN, differing))


def tone(rng, samples, rate):
    return np.sqrt(2) * np.sin(2 * np.pi * 5000 * np.arange(samples) / rate)


def power_around(samples: np.ndarray, frequency: int) -> float:
    """Sum of squares in the band of `frequency`, 2 kHz wide."""
    power = np.abs(np.fft.rfft(samples / 32768)) ** 2
    return 2 * power[frequency - 1000 : frequency + 1000].sum() / len(samples)


@pytest.mark.parametrize("snr", [-5.0, 3.0, 20.0])
def test_noise_is_as_loud_as_asked(snr):
    settings = clean_but(noise={"probability": 1.0, "snr_db": [snr, snr]})
    speech = np.sin(2 * np.pi * 1000 * TIMES[: RATE // 2])
    heard = record(speech, RATE, RATE, settings, {"hum": tone}, np.random.default_rng(1))
    assert (heard.noise, heard.snr_db) == ("hum", snr)
    # The speech lasts half as long as the noise: twice its mean power while it lasts.
    speech_power = 2 * power_around(heard.samples, 1000)
    measured = 10 * np.log10(speech_power / power_around(heard.samples, 5000))
    assert measured == pytest.approx(snr, abs=0.2)


def test_the_word_is_whole_wherever_it_is_placed():
    speech = np.random.default_rng(0).standard_normal(12000)
    speech -= speech.mean()  # a microphone does not pass it
    starts = set()
    for seed in range(20):
        heard = record(speech, RATE, RATE, clean_but(), {}, np.random.default_rng(seed))
        starts.add(heard.start)
        part = heard.samples[heard.start : heard.start + len(speech)]
        assert np.corrcoef(part, speech)[0, 1] > 0.9999
        # Nothing but what rings of the microphone's low cut, 40 dB below the word.
        assert (np.abs(heard.samples[: heard.start]) < 33).all()
        assert (np.abs(heard.samples[heard.start + len(speech) :]) < 33).all()
    assert max(starts) - min(starts) > 2000


def test_a_word_as_long_as_the_recording_fits():
    heard = record(np.ones(RATE), RATE, RATE, clean_but(), {}, np.random.default_rng(0))
    assert heard.start == 0
    assert len(heard.samples) == RATE


def test_the_level_is_as_asked():
    sound = np.sin(2 * np.pi * 440 * TIMES)
    samples, level = digitize(sound, clean_but(), (-30, -30), np.random.default_rng(0))
    rms = np.sqrt(np.mean((samples / 32768.0) ** 2))
    assert level == -30
    assert 20 * np.log10(rms) == pytest.approx(-30, abs=0.05)


def test_clipping_happens_only_when_asked():
    sound = np.sin(2 * np.pi * 440 * TIMES) * np.hanning(RATE)
    samples, _ = digitize(sound, clean_but(), (0, 0), np.random.default_rng(0))
    assert np.count_nonzero(np.abs(samples) == np.abs(samples).max()) < 5
    samples, _ = digitize(sound, clean_but(clip_probability=1.0), (0, 0), np.random.default_rng(0))
    assert np.count_nonzero(np.abs(samples) == np.abs(samples).max()) > 500


@pytest.mark.parametrize("reverberation", [0.15, 0.3, 0.6])
def test_rooms_reverberate_as_long_as_asked(reverberation):
    measured = []
    for seed in range(10):
        impulse = room_impulse(np.random.default_rng(seed), RATE, [reverberation] * 2, [2.0, 2.0])
        # Schroeder's backward integration, -5 to -20 dB, extended to 60 dB.
        energy = np.cumsum(impulse[::-1] ** 2)[::-1]
        decay = 10 * np.log10(energy / energy[0])
        first, last = np.argmax(decay < -5), np.argmax(decay < -20)
        measured.append(4 * (last - first) / RATE)
    assert np.median(measured) == pytest.approx(reverberation, rel=0.4)


def test_the_direct_sound_comes_first_and_whole():
    impulse = room_impulse(np.random.default_rng(0), RATE, [0.3, 0.3], [0.3, 0.3])
    assert impulse[0] == pytest.approx(1.0, abs=0.05)
    assert np.abs(impulse[1:]).max() < 1.5


def test_colour_stays_within_its_bounds():
    click = np.zeros(RATE)
    click[RATE // 2] = 1
    settings = clean_but(equalizer_db=6.0, low_cut_hz=[200, 200], high_cut_hz=[4000, 4000])
    for seed in range(5):
        out = colour(click, RATE, settings, np.random.default_rng(seed))
        gain = 20 * np.log10(np.abs(np.fft.rfft(out)) + 1e-12)
        assert np.abs(gain[500:3000]).max() < 6.5
        assert gain[20] < -25
        assert gain[7900] < -15
        assert np.abs(gain[500:3000]).max() > 1


@pytest.mark.parametrize("kind", noise.COMPUTED)
def test_noises_have_unit_power_and_differ_from_take_to_take(kind):
    takes = [noise.COMPUTED[kind](np.random.default_rng(seed), RATE, RATE) for seed in range(4)]
    for take in takes:
        assert take.shape == (RATE,)
        assert np.mean(take**2) == pytest.approx(1.0)
    assert np.abs(np.corrcoef(takes) - np.eye(4)).max() < 0.9


@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0])
def test_coloured_noise_falls_as_asked(exponent):
    x = noise.coloured(np.random.default_rng(0), 8 * RATE, exponent)
    power = np.abs(np.fft.rfft(x)) ** 2
    bands = [power[8 * low : 8 * 2 * low].mean() for low in (250, 500, 1000, 2000)]
    per_octave = np.diff(10 * np.log10(bands)).mean()
    assert per_octave == pytest.approx(-3.01 * exponent, abs=0.3)


def test_babble_plays_backwards():
    talk = np.random.default_rng(3).standard_normal(RATE)
    out = noise.babble([talk])(np.random.default_rng(0), RATE, RATE)
    assert np.corrcoef(out, talk[::-1])[0, 1] > 0.999


def test_noise_alone_reaches_down_to_digital_silence():
    heard = acoustics.record_noise(
        "white",
        RATE,
        RATE,
        clean_but(),
        noise.COMPUTED,
        np.random.default_rng(0),
        np.random.default_rng(1),
        (-100.0, -100.0),
    )
    assert np.abs(heard.samples).max() <= 1
