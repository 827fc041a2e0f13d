import os
import shutil
import signal
import sys
import tarfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import yaml

from wav2nano.errors import UserError
from wav2nano.experiments import Experiments
from wav2nano.hashes import hash_file
from wav2nano.package_files import PackagedFile
from wav2nano.settings.describe import groups_in
from wav2nano.settings.synthesis import EnginesSettings
from wav2nano.synthesis import base
from wav2nano.synthesis.base import Utterance
from wav2nano.synthesis.engines import espeak, festival, flite, pico, piper
from wav2nano.synthesis.fetch_voices import fetch_voices
from wav2nano.synthesis.voices import ENGINES, fetch_at_need, files_of, present, speak
from wav2nano.synthesis.workers import espeak as espeak_worker
from wav2nano.synthesis.workers import forked

VOICES = {
    "espeak": ["en+m1", "en-us+f2", "en-029+klatt", "en-gb-scotland+whisper"],
    "flite": list(flite.SPEAKERS),
    "festival": list(festival.SPEAKERS),
    "pico": list(pico.SPEAKERS),
    "piper": list(piper.SPEAKERS),
    "kokoro": ["af_heart", "bm_lewis", "bm_lewis+jm_kumo"],
}


def spectrum(samples: np.ndarray, rate: int) -> np.ndarray:
    """Power in 40 bands up to 8 kHz, in decibels, of unit mean."""
    power = np.abs(np.fft.rfft(samples / 32768, rate)) ** 2
    bands = power[:8000].reshape(40, -1).mean(1)
    decibels = 10 * np.log10(bands + 1e-9)
    return decibels - decibels.mean()


def pitch(samples: np.ndarray, rate: int) -> float:
    """Fundamental frequency in Hz of the loudest 60 ms, by autocorrelation."""
    frame = int(0.06 * rate)
    power = np.convolve(samples.astype(float) ** 2, np.ones(frame), "valid")
    start = int(power.argmax())
    x = samples[start : start + frame].astype(float)
    x -= x.mean()
    correlation = np.correlate(x, x, "full")[frame - 1 :]
    low, high = int(rate / 400), int(rate / 60)
    return rate / (low + correlation[low:high].argmax())


def test_same_utterance_same_samples_whatever_is_around_it(installed_engine):
    utterances = [
        Utterance(word, voice, 1.0, 0.0, 1.0)
        for voice in VOICES[installed_engine]
        for word in ("never", "only?")
    ]
    together = speak(installed_engine, utterances)
    backwards = speak(installed_engine, utterances[::-1])[::-1]
    for utterance, (first, rate), (second, _) in zip(utterances, together, backwards, strict=True):
        assert first.dtype == np.int16, utterance
        assert 0.2 * rate < len(first) < 2.5 * rate, utterance
        np.testing.assert_array_equal(first, second, err_msg=str(utterance))


def test_voices_differ(installed_engine):
    utterances = [Utterance("never", voice, 1.0, 0.0, 1.0) for voice in VOICES[installed_engine]]
    spectra = [spectrum(*said) for said in speak(installed_engine, utterances)]
    for index, one in enumerate(spectra):
        for other in spectra[:index]:
            assert np.sqrt(np.mean((one - other) ** 2)) > 1.5


def can_set(engine: str, setting: str) -> bool:
    groups = groups_in(EnginesSettings.model_fields[engine].annotation)
    return setting in groups[0].model_fields


def test_rate_and_pitch_are_heard(installed_engine):
    manners = [(0.7, 0.0), (1.0, 0.0), (1.0, 5.0)]
    for voice in VOICES[installed_engine]:
        slow, plain, high = speak(
            installed_engine,
            [Utterance("never", voice, rate, semitones, 0.5) for rate, semitones in manners],
        )
        assert len(slow[0]) > 1.15 * len(plain[0]), voice
        fixed = ENGINES[installed_engine].FIXED_INTONATION
        if can_set(installed_engine, "pitch") and voice not in fixed and "whisper" not in voice:
            assert 1.15 < pitch(*high) / pitch(*plain) < 1.6, voice


def test_range_is_heard(installed_engine):
    if not can_set(installed_engine, "range"):
        pytest.skip(f"{installed_engine} cannot set it")
    for voice in VOICES[installed_engine]:
        if voice in ENGINES[installed_engine].FIXED_INTONATION:
            continue
        flat, lively = speak(
            installed_engine,
            [Utterance("never?", voice, 1.0, 0.0, extent) for extent in (0.4, 1.6)],
        )
        assert not np.array_equal(flat[0], lively[0]), voice


def test_every_espeak_accent_and_variant_differs():
    names = [f"{accent}+m1" for accent in espeak.ACCENTS]
    names += [f"en-us+{variant}" for variant in espeak.VARIANTS if variant != "m1"]
    espeak.check_voices(names)
    accents = [f"{accent}+m1" for accent in espeak.ACCENTS]
    said = speak("espeak", [Utterance("bath", accent, 1.0, 0.0, 1.0) for accent in accents])
    assert len({samples.tobytes() for samples, _ in said}) >= 3


def test_espeak_voices_that_sound_the_same_are_refused(monkeypatch):
    silence = (np.zeros(100, np.int16), 22050)
    monkeypatch.setattr(espeak, "speak", lambda utterances: [silence] * len(utterances))
    with pytest.raises(UserError, match="the same sounds"):
        espeak.check_voices(["en+m1", "en-us+m1"])


def test_an_accent_that_ignores_variants_is_refused():
    # espeak-ng finds no voice "en-gb+m1", and would go on with another.
    with pytest.raises(UserError, match=r"does not have the voice.*en-gb\+m1"):
        speak("espeak", [Utterance("never", "en-gb+m1", 1.0, 0.0, 1.0)])


@pytest.mark.parametrize(
    ("engine", "voice", "package"),
    [
        ("flite", "slt", "apt-get install flite"),
        ("festival", "ked_diphone", "apt-get install festival festvox-kdlpc16k"),
    ],
)
def test_a_missing_program_names_its_package_and_setting(
    monkeypatch, tmp_path, engine, voice, package
):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError) as error:
        speak(engine, [Utterance("never", voice, 1.0, 0.0, 1.0)])
    assert package in str(error.value)
    assert f"synthesis.engines.{engine}" in str(error.value)


def test_a_missing_espeak_names_its_package_and_setting(monkeypatch):
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    with pytest.raises(UserError, match=r"pip install espeakng-loader.*synthesis.engines.espeak"):
        speak("espeak", [Utterance("never", "en+m1", 1.0, 0.0, 1.0)])


def program(folder, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_a_missing_festival_voice_names_its_package(monkeypatch, tmp_path):
    program(tmp_path, "festival", "echo '(kal_diphone)'")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(UserError, match="apt-get install festvox-us-slt-hts"):
        speak("festival", [Utterance("never", "cmu_us_slt_arctic_hts", 1.0, 0.0, 1.0)])


@pytest.mark.parametrize(
    ("engine", "voice", "script", "message"),
    [
        ("flite", "slt", "exit 139", "crashed"),
        ("flite", "slt", "exec sleep 60", "said nothing for"),
        ("festival", "kal_diphone", "kill -SEGV $$", "crashed or took too long"),
        ("festival", "kal_diphone", "exec sleep 60", "crashed or took too long"),
    ],
)
def test_an_engine_that_fails_names_the_word(monkeypatch, tmp_path, engine, voice, script, message):
    listing = f"case \"$*\" in *-lv*|*voice.list*) echo '{voice}'; exit;; esac"
    program(tmp_path, engine, f"{listing}\n{script}")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(base, "TIMEOUT", 0.5)
    monkeypatch.setattr(base, "START_TIMEOUT", 0.5)
    with pytest.raises(UserError, match=f"{message}.*'never'.*{voice}"):
        speak(engine, [Utterance("never", voice, 1.0, 0.0, 1.0)])


class BrokenEspeak:
    """Stands in for the library in a child: does `what` when it is given a voice."""

    def __init__(self, what):
        self.espeak_SetVoiceByName = lambda name: what()


@pytest.mark.parametrize(
    ("what", "status"),
    [
        (lambda: os.kill(os.getpid(), signal.SIGKILL), forked.CRASHED),
        (lambda: time.sleep(60), forked.TIMED_OUT),
        (lambda: 2, forked.NO_VOICE),
    ],
)
def test_an_espeak_that_fails_ends_with_its_child(what, status):
    utterance = {"voice": "en+m1", "text": "never", "rate": 165, "pitch": 50, "range": 50}
    speak = partial(espeak_worker.speak, BrokenEspeak(what))
    assert forked.speak_in_child(speak, utterance, 0.3) == (status, b"")


def test_a_missing_or_damaged_file_names_the_command(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for name in ENGINES:
        files = files_of(name)
        if not files:
            continue
        utterance = Utterance("never", VOICES[name][0], 1.0, 0.0, 1.0)
        with pytest.raises(UserError, match=rf"is not there. Get it: wav2nano fetch-voices {name}"):
            speak(name, [utterance])
        files.folder.mkdir(parents=True)
        for file in files.files:
            (files.folder / file.name).write_bytes(b"damaged")
        with pytest.raises(UserError, match=rf"is damaged.*wav2nano fetch-voices {name}"):
            speak(name, [utterance])


def test_files_are_fetched_of_engines_that_have_some():
    with pytest.raises(
        UserError, match=r"no files to fetch for 'espeak'; there are for: kokoro, pico, piper"
    ):
        fetch_voices("espeak")


def test_an_engine_whose_files_are_not_here_is_left_out_with_a_line(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    manner = {"rate": [1.0, 1.0], "pitch": [0.0, 0.0]}
    absent = {"pico": {"voices": ["en-GB", "en-US"], **manner}}
    others = {"flite": {"voices": ["slt", "rms"], "range": [1.0, 1.0], **manner}}
    chosen = EnginesSettings.model_validate({**absent, **others}).chosen
    assert present(chosen, "en") == ["flite"]
    assert capsys.readouterr().err == (
        "synthesis.engines: without pico, whose files are not here: 2 of 4 persons fewer speak\n"
    )
    with pytest.raises(UserError, match=r"files of pico are not here.*wav2nano fetch-voices pico"):
        present(EnginesSettings.model_validate(absent).chosen, "en")
    assert present(EnginesSettings.model_validate(others).chosen, "en") == ["flite"]
    assert capsys.readouterr().err == ""


def test_kokoros_persons_are_counted_though_a_family_is_one_group(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    manner = {"rate": [1.0, 1.0], "pitch": [0.0, 0.0], "range": [1.0, 1.0]}
    accents = {"accents": ["en", "en-us"], "variants": ["m1", "f1"]}
    kokoro = {"voices": "all", "blends": 10, "rate": [1.0, 1.0]}
    settings = EnginesSettings.model_validate({"espeak": accents | manner, "kokoro": kokoro})
    assert present(settings.chosen, "en") == ["espeak"]
    assert "38 of 40 persons fewer speak" in capsys.readouterr().err


def test_an_engine_that_is_not_compiled_is_left_out(monkeypatch, tmp_path, capsys):
    """As where there is no compiler."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("wav2nano.synthesis.voices.fetch", lambda files: True)
    monkeypatch.delenv("CC", raising=False)
    pico.FILES.folder.mkdir(parents=True)
    sources = pico.FILES.folder / pico.SOURCES
    with tarfile.open(sources, "w"):
        pass
    source = PackagedFile(pico.SOURCES, hash_file(sources), ())
    monkeypatch.setattr(pico, "FILES", replace(pico.FILES, files=(source,)))
    monkeypatch.setenv("PATH", str(tmp_path))
    fetch_at_need(["pico"])
    assert "No C compiler found" in capsys.readouterr().err
    manner = {"rate": [1.0, 1.0], "pitch": [0.0, 0.0]}
    chosen = EnginesSettings.model_validate(
        {
            "pico": {"voices": ["en-GB"], **manner},
            "flite": {"voices": ["slt"], "range": [1.0, 1.0], **manner},
        }
    ).chosen
    assert present(chosen, "en") == ["flite"]
    (pico.FILES.folder / "libpico.so").touch()
    assert present(chosen, "en") == ["flite", "pico"]


def config_with_pico(folder, voices):
    """Copy the settings of this checkout, with pico among the engines; gives the defaults."""
    root = Path(__file__).resolve().parents[2]
    shutil.copytree(root / "config", folder / "config")
    dataset = folder / "config" / "datasets" / "keywords.yaml"
    settings = yaml.safe_load(dataset.read_text())
    settings["synthesis"]["engines"]["pico"] = {
        "voices": voices,
        "rate": [1.0, 1.0],
        "pitch": [0.0, 0.0],
    }
    dataset.write_text(yaml.safe_dump(settings))
    return yaml.safe_load((root / "params.yaml").read_text())


def test_what_all_engines_said_before_needs_none_of_their_files(monkeypatch, tmp_path):
    """As in a clone that has pulled it, on a machine without network."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    params = config_with_pico(tmp_path, ["en-GB"])

    def experiments():
        return Experiments(params, sha256=str, root=tmp_path)

    without = experiments()["keywords"]
    assert without.engines() == ["espeak", "festival", "flite"]
    assert "pico" in experiments().engines("keywords")
    monkeypatch.setattr("wav2nano.experiments.present", lambda chosen, _: list(chosen))
    everyone = experiments()["keywords"]
    assert "pico" in everyone.engines()
    assert not everyone.archives.keys() & without.archives.keys()
    monkeypatch.undo()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "data" / "synthetic").mkdir(parents=True)
    for name in everyone.archives:
        (tmp_path / "data" / "synthetic" / f"{name}.zip").touch()
    monkeypatch.setattr("wav2nano.experiments.refuse_same", None)  # nothing is to be told apart
    assert experiments()["keywords"].archives == everyone.archives
    assert experiments().engines("keywords") == []


def test_voices_are_checked_before_anything_is_fetched(tmp_path):
    params = config_with_pico(tmp_path, ["en-GB", "nobody"])
    with pytest.raises(UserError, match=r"engines\.pico\.voices: no voice 'nobody'"):
        Experiments(params, sha256=str, root=tmp_path).engines("keywords")


def test_an_engine_that_cannot_be_had_is_told(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    fetch_at_need(["espeak", "pico"])
    told = capsys.readouterr().err
    assert "pico needs the package ttspico 0.3.2 from PyPI, which could not be fetched" in told
    assert "http" not in told


def test_pico_ends_with_the_word():
    word = np.random.default_rng(0).integers(-9000, 9000, 6400).astype(np.int16)
    stop = np.zeros(1600, np.int16)  # as between the parts of "backpack"
    click = np.full(80, 100, np.int16)
    said = np.concatenate([word, stop, word, np.zeros(6400, np.int16), click])
    np.testing.assert_array_equal(pico.without_tail(said, 16000)[-6400:], word)
    assert len(pico.without_tail(said, 16000)) == 14400
    np.testing.assert_array_equal(pico.without_tail(word, 16000), word)
    assert len(pico.without_tail(stop, 16000)) == 1600


def test_pico_keeps_what_follows_a_pause():
    word = np.random.default_rng(0).integers(-9000, 9000, 6400).astype(np.int16)
    stop = np.zeros(8000, np.int16)  # of a word spoken slowly, or after a comma
    release = np.full(80, 900, np.int16)
    said = np.concatenate([word, stop, word, stop, release])
    np.testing.assert_array_equal(pico.without_tail(said, 16000), said)
    click = np.full(1400, 150, np.int16)
    longer = np.concatenate([said, stop, click, stop, click])
    np.testing.assert_array_equal(pico.without_tail(longer, 16000), said)


@pytest.mark.parametrize("installed_engine", ["pico"], indirect=True)
def test_pico_says_slow_words_and_sentences_to_their_end(installed_engine, monkeypatch):
    cut = pico.without_tail
    whole = []
    monkeypatch.setattr(pico, "without_tail", lambda *said: whole.append(said[0]) or cut(*said))
    texts = ("backpack", "hot dog", "The fish twisted, turned, and got up.", "stop.")
    utterances = [
        Utterance(text, voice, speed, 0.0, 1.0)
        for text in texts
        for voice in pico.SPEAKERS
        for speed in (0.2, 1.0)
    ]
    clicks = 0
    for before, (after, _) in zip(whole, speak("pico", utterances), strict=True):
        end = np.flatnonzero(np.abs(before.astype(int)) > np.abs(before).max() / 40).max()
        assert len(after) > end
        clicks += len(after) < len(before)
    assert clicks >= 4


def test_a_worker_that_does_not_run_names_the_remedy():
    with pytest.raises(UserError, match=r"espeak does not run: .*nothing.so.*Do this, or remove"):
        base.speak_by_worker("espeak", {"library": "nothing.so"}, [], "Do this")
