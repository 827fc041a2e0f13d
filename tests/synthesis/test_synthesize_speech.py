import csv
import dataclasses
import io
import itertools
import zipfile

import numpy as np
import pytest
import soundfile
from synthesis_cases import LABELS, RATE, settings_with

from wav2nano.audio import inspect_audio, read_bytes
from wav2nano.errors import UserError
from wav2nano.synthesis import synthesize_speech as step
from wav2nano.synthesis import voices
from wav2nano.synthesis.planning import plan
from wav2nano.synthesis.synthesize_speech import (
    LONGEST,
    speak_different,
    speak_dry,
    synthesize_speech,
)
from wav2nano.tables.recordings import SILENCE, UNKNOWN, read_recordings


def synthesize(label, settings, archive):
    synthesize_speech(
        label=label,
        labels=LABELS if label == UNKNOWN else [],
        rate=RATE,
        settings=settings,
        archive=archive,
        table=archive.with_suffix(".csv"),
    )


def read(path):
    with zipfile.ZipFile(path) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("recordings.csv").decode())))
        audio = {}
        for row in rows:
            samples, rate = soundfile.read(io.BytesIO(archive.read(row["file"])), dtype="int16")
            audio[row["file"]] = (samples, rate)
        assert set(archive.namelist()) == {*audio, "recordings.csv"}
    return rows, audio


@pytest.mark.parametrize("label", ["never", UNKNOWN, SILENCE])
def test_same_settings_same_bytes(tmp_path, label):
    settings = settings_with()
    for name in ("first.zip", "second.zip"):
        synthesize(label, settings, tmp_path / name)
    assert (tmp_path / "first.zip").read_bytes() == (tmp_path / "second.zip").read_bytes()
    rows, audio = read(tmp_path / "first.zip")
    assert [row["file"] for row in rows] == [item.file for item in plan(label, LABELS, settings)]
    for samples, rate in audio.values():
        assert (samples.shape, rate) == ((16000,), 16000)
    assert {row["label"] for row in rows} == {label}
    assert all(row["group"] and row["licence"] and row["engine"] and row["voice"] for row in rows)


@pytest.mark.parametrize("label", ["never", SILENCE])
def test_the_table_says_what_is_in_the_archive(tmp_path, label):
    synthesize(label, settings_with(), tmp_path / "said.zip")
    rows, _ = read(tmp_path / "said.zip")
    table = read_recordings(tmp_path / "said.csv")
    assert len(table) == len(rows)
    for row, described in zip(table, rows, strict=True):
        content = read_bytes(row.path)
        heard = inspect_audio(content, name=row.path)
        said = (row.seconds, row.rate, row.channels, row.samples_sha256)
        assert said == dataclasses.astuple(heard)
        assert row.path == f"{tmp_path}/said.zip#{described['file']}"
        assert row.id == f"synthetic/{label}/{described['file']}"
        assert (row.label, row.origin) == (label, described["engine"])
        assert row.group == f"synthetic/{described['group']}"
        assert (row.fold, row.shard) == ("", "said")


def test_more_recordings_leave_the_earlier_ones_alone(tmp_path):
    synthesize("only", settings_with(), tmp_path / "short.zip")
    synthesize("only", settings_with(recordings=18), tmp_path / "long.zip")
    short_rows, short = read(tmp_path / "short.zip")
    long_rows, long = read(tmp_path / "long.zip")
    assert long_rows[: len(short_rows)] == short_rows
    for name, (samples, _) in short.items():
        np.testing.assert_array_equal(samples, long[name][0])


def test_every_recording_is_a_recording_of_its_own(tmp_path):
    settings = settings_with()
    synthesize("never", settings, tmp_path / "never.zip")
    _, audio = read(tmp_path / "never.zip")
    assert len({samples.tobytes() for samples, _ in audio.values()}) == settings.recordings


def test_copies_are_spoken_once_and_heard_differently(tmp_path, monkeypatch):
    speak, counted = voices.speak, []
    monkeypatch.setattr(
        voices, "speak", lambda engine, said: counted.append(len(said)) or speak(engine, said)
    )
    settings = settings_with(copies=4, acoustics={"noise": {"kinds": ["white", "hum"]}})
    synthesize("never", settings, tmp_path / "never.zip")
    assert sum(counted) == settings.recordings // 4
    rows, audio = read(tmp_path / "never.zip")
    assert [row["utterance"] for row in rows] == [str(index // 4) for index in range(12)]
    assert len({samples.tobytes() for samples, _ in audio.values()}) == 12


def test_silence_spans_loud_and_nearly_nothing(tmp_path):
    synthesize(SILENCE, settings_with(), tmp_path / "silence.zip")
    rows, audio = read(tmp_path / "silence.zip")
    peaks = [np.abs(audio[row["file"]][0].astype(int)).max() for row in rows]
    assert min(peaks) < 20
    assert max(peaks) > 1000


def test_running_speech_fills_the_recording_and_each_copy_holds_another_second(tmp_path):
    acoustics = {"room": {"probability": 0}, "noise": {"probability": 0}, "clip_probability": 0}
    unknown = {"recordings": 6, "running_speech": 1.0}
    synthesize(
        UNKNOWN, settings_with(copies=3, unknown=unknown, acoustics=acoustics), tmp_path / "a.zip"
    )
    rows, audio = read(tmp_path / "a.zip")
    for row in rows:
        samples = audio[row["file"]][0].astype(float)
        assert len(row["text"].split()) == 5
        peak = np.abs(samples).max()
        assert min(np.abs(quarter).max() for quarter in np.split(samples, 4)) > 0.02 * peak
    first, second = (np.abs(audio[row["file"]][0][::160].astype(float)) for row in rows[:2])
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.9


def test_a_long_word_is_said_faster_not_cut():
    settings = settings_with(recordings=6, engines={"espeak": {"rate": [0.5, 0.6]}})
    planned = plan("responsibility", [], settings)
    for item, dry in zip(planned, speak_dry(planned, 16000), strict=True):
        seconds = len(dry.speech) / 16000
        assert 0.6 < seconds <= LONGEST, item
        # Trimmed at both ends: sound all the way.
        assert np.abs(dry.speech[:800]).max() > 1e-3
        assert np.abs(dry.speech[-800:]).max() > 1e-3


def test_a_word_that_never_fits_is_named():
    word = "antidisestablishmentarianism of incomprehensibilities notwithstanding anything else"
    settings = settings_with(recordings=1)
    with pytest.raises(UserError, match=r"antidisestablishmentarianism.*does not fit into 1 s"):
        speak_different(plan(word, [], settings), settings, RATE)


def test_formants_scale_the_spectrum():
    centroids = []
    for scale in (0.8, 1.25):
        settings = settings_with(recordings=1, formants=[scale, scale])
        dry = speak_dry(plan("never", [], settings), RATE)[0].speech
        power = np.abs(np.fft.rfft(dry)) ** 2
        centroids.append((power * np.fft.rfftfreq(len(dry), 1 / 16000)).sum() / power.sum())
    assert centroids[1] > 1.2 * centroids[0]


def test_a_silent_engine_is_named(monkeypatch):
    silence = (np.zeros(16000, np.int16), 16000)
    monkeypatch.setattr(step, "check_voices", lambda voices: None)
    monkeypatch.setattr(voices, "speak", lambda engine, said: [silence] * len(said))
    settings = settings_with()
    with pytest.raises(UserError, match="espeak said nothing for 'never"):
        speak_different(plan("never", [], settings), settings, RATE)


def engine_that_repeats(repeats, take=None):
    """Stand in for an engine: each call sounds new, but for those in `repeats`."""
    calls = itertools.count()
    if take is None:
        take = np.random.default_rng(0).integers(-9999, 9999, 8000).astype(np.int16)

    def speak(engine, utterances):
        out = []
        for _ in utterances:
            call = next(calls)
            new = np.random.default_rng(call).integers(-9999, 9999, 8000).astype(np.int16)
            out.append((take if call in repeats else new, 16000))
        return out

    return speak


ENDLESS = np.random.default_rng(1).integers(-999, 999, 160000).astype(np.int16)
OVERDRIVEN = np.clip(np.random.default_rng(1).integers(-70000, 70000, 8000), -32768, 32767)


@pytest.mark.parametrize(
    ("take", "words"),
    [
        (np.zeros(8000, np.int16), "said nothing for 'never"),
        (np.zeros(0, np.int16), "said nothing for 'never"),
        (np.full(1, 9000, np.int16), "said nothing for 'never"),
        (ENDLESS, r"'never.*' does not fit into 1 s"),
        (OVERDRIVEN.astype(np.int16), "overdriven when it says 'never"),
    ],
    ids=["silent", "empty", "one sample", "endless", "clipped"],
)
def test_a_bad_take_is_said_again(monkeypatch, take, words):
    settings = settings_with()
    monkeypatch.setattr(step, "check_voices", lambda voices: None)
    planned = plan("never", [], settings)
    monkeypatch.setattr(voices, "speak", engine_that_repeats({5}, take))
    spoken = speak_different(planned, settings, RATE)
    changed = [item != other for item, (other, _) in zip(planned, spoken, strict=True)]
    assert changed == [place == 5 for place in range(len(planned))]
    assert not any(dry.fault for _, dry in spoken)
    monkeypatch.setattr(voices, "speak", engine_that_repeats(range(10**6), take))
    with pytest.raises(UserError, match=words):
        speak_different(planned, settings, RATE)


def test_identical_recordings_are_said_again(monkeypatch):
    settings = settings_with()
    monkeypatch.setattr(step, "check_voices", lambda voices: None)
    monkeypatch.setattr(voices, "speak", engine_that_repeats({5, 12}))
    planned = plan("never", [], settings)
    spoken = speak_different(planned, settings, RATE)
    assert len({dry.digest for _, dry in spoken}) == len(planned)
    manners_kept = [item == other for item, (other, _) in zip(planned, spoken, strict=True)]
    assert manners_kept == [place != 5 for place in range(len(planned))]


def test_an_engine_that_always_says_the_same_is_refused(monkeypatch):
    settings = settings_with()
    monkeypatch.setattr(step, "check_voices", lambda voices: None)
    monkeypatch.setattr(voices, "speak", engine_that_repeats(range(10**6)))
    with pytest.raises(UserError, match="identical"):
        speak_different(plan("never", [], settings), settings, RATE)
