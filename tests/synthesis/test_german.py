"""Words of another language: espeak-ng and Pico speak them, and near misses are of it."""

import shutil

import numpy as np
import pytest
from synthesis_cases import SETTINGS, settings_with

from wav2nano.errors import UserError
from wav2nano.settings.load import parse
from wav2nano.settings.synthesis import SynthesisSettings
from wav2nano.synthesis import confusable
from wav2nano.synthesis.base import Utterance
from wav2nano.synthesis.confusable import expect_confusion, phonemes_of, refuse_same
from wav2nano.synthesis.engines import pico
from wav2nano.synthesis.languages import LANGUAGES
from wav2nano.synthesis.near_misses import find_near_misses, frequent_words
from wav2nano.synthesis.phonemes import phonemize
from wav2nano.synthesis.planning import plan
from wav2nano.synthesis.synthesize_speech import SECONDS, synthesize_speech
from wav2nano.synthesis.voices import engine_voices, speak
from wav2nano.tables.recordings import UNKNOWN, read_recordings

GERMAN = settings_with(language="de")


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("licht", {"leicht", "richter"}),
        ("pause", {"pausen"}),
        ("musik", {"musiker"}),
        ("weiter", {"weit", "weiten", "weisser"}),
    ],
)
def test_words_that_sound_like_a_label_are_german(label, expected):
    found = find_near_misses([label], 12, language="de")
    assert expected <= set(found)
    assert set(found) <= set(frequent_words("de"))


def test_unknown_words_are_german():
    unknown = {"recordings": 90, "near_misses": 8, "words": []}
    planned = plan(UNKNOWN, ["größe"], settings_with(language="de", unknown=unknown))
    words = {item.text.rstrip(".?!,") for item in planned}
    assert words <= set(frequent_words("de"))
    assert {item.voice.partition("+")[0] for item in planned} == {"de"}


def test_its_letters_can_be_read_and_no_others():
    assert plan("zurück_größe", [], GERMAN)[0].text.startswith("zurück größe")
    message = r"'ночь' has .* which the German voices cannot say.*a to z, ä, ö, ü and ß, or use"
    with pytest.raises(UserError, match=message):
        plan("ночь", [], GERMAN)


def test_german_is_not_read_as_english():
    german, english = speak(
        "espeak", [Utterance("weiter", voice, 1.0, 0.0, 1.0) for voice in ("de+m1", "en+m1")]
    )
    assert not np.array_equal(german[0], english[0])
    assert phonemize("licht", "de") == "lˈɪçt"
    assert "(" not in phonemize("show", "de")


def test_labels_that_sound_alike():
    assert "'haus' and 'maus' differ in one sound" in expect_confusion(["haus", "maus"], GERMAN)[0]
    assert expect_confusion(["licht", "musik", "weiter", "pause", "zurück"], GERMAN) == []
    with pytest.raises(UserError, match="'seite' and 'saite' are spoken the same"):
        refuse_same(["seite", "saite"], GERMAN)
    refuse_same(["staat", "stadt"], GERMAN)


@pytest.mark.parametrize("language", LANGUAGES)
def test_many_neighbours_are_those_of_one_short_word_in_ten(language):
    voice = LANGUAGES[language].voices[0]
    said = {phonemes_of(word, voice) for word in frequent_words(language)[:1500]}
    short = [phonemes for phonemes in said if confusable._is_short(phonemes)]
    counts = [confusable.count_neighbours(phonemes, language) for phonemes in short]
    assert 0.07 < np.mean(np.array(counts) >= LANGUAGES[language].many) < 0.13


@pytest.mark.parametrize("engine", ["flite", "festival", "piper", "kokoro"])
def test_an_engine_of_english_alone_is_refused(engine):
    with pytest.raises(UserError, match=rf"engines\.{engine} has no voice that speaks German"):
        engine_voices(engine, None, "de")


def test_a_voice_of_another_language_is_refused():
    chosen = {"voices": ["en-GB"], "rate": [1.0, 1.0], "pitch": [0.0, 0.0]}
    settings = settings_with(language="de", engines={"pico": chosen}).engines.pico
    with pytest.raises(UserError, match="no voice 'en-GB'; there are de-DE"):
        engine_voices("pico", settings, "de")
    with pytest.raises(UserError, match="no voice 'de-DE'; there are en-GB, en-US"):
        pico.voices(settings.model_copy(update={"voices": ["de-DE"]}), "en")


def test_phonemes_of_cmudict_are_english():
    given = {**SETTINGS, "language": "de", "pronunciations": {"wav": "W EY1 V"}}
    with pytest.raises(UserError, match=r"pronunciations are of English words.*language is de"):
        parse(SynthesisSettings, given, source="x")


def test_a_label_is_spoken_by_all_engines_of_its_language(tmp_path):
    engines = {}
    if pico.FILES.are_here():
        engines["pico"] = {"voices": ["de-DE"], "rate": [0.8, 1.25], "pitch": [-3, 3]}
    settings = settings_with(language="de", engines=engines, recordings=12)
    archive, table = tmp_path / "zurück.zip", tmp_path / "zurück.csv"
    synthesize_speech(
        label="zurück", labels=[], rate=16000, settings=settings, archive=archive, table=table
    )
    recordings = read_recordings(table)
    assert {row.origin for row in recordings} == {"espeak", *engines}
    assert all(row.seconds == SECONDS for row in recordings)
    assert len({row.samples_sha256 for row in recordings}) == 12


def test_a_german_voice_is_taken_from_the_package_that_is_here(monkeypatch, tmp_path):
    """As after an installation that fetched the English voices."""
    if not pico.is_ready() or not pico.FILES.are_here():
        pytest.skip(f"pico is not here: {pico.FILES.advice}")
    shutil.copytree(pico.FILES.folder, tmp_path / "wav2nano" / "pico")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for name in pico.RESOURCES["de-DE"]:
        (pico.FILES.folder / name).unlink(missing_ok=True)
    said = speak("pico", [Utterance("zurück.", "de-DE", 1.0, 0.0, 1.0)] * 2)
    assert len(said[0][0]) > 0.3 * said[0][1]
    np.testing.assert_array_equal(said[0][0], said[1][0])
