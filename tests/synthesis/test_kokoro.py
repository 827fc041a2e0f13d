"""Kokoro's persons and phonemes; that it speaks is in test_engines.py."""

import numpy as np
import pytest

from wav2nano.errors import UserError
from wav2nano.settings.synthesis import KokoroSettings
from wav2nano.synthesis.engines import kokoro
from wav2nano.synthesis.workers.kokoro import style_of


def settings(**given) -> KokoroSettings:
    return KokoroSettings.model_validate({"voices": "all", "rate": [1.0, 1.0], **given})


def names(**given) -> list[str]:
    return [voice.name for [voice] in kokoro.voices(settings(**given))]


def test_english_voices_speak_each_a_person():
    voices = [voice for [voice] in kokoro.voices(settings())]
    assert len({voice.group for voice in voices}) == len(voices) == 28
    assert {voice.name[0] for voice in voices} == {"a", "b"}
    assert len(kokoro.NAMES) == 54


def test_a_blend_is_a_person_of_its_own_whoever_gives_the_prosody():
    voices = [voice for [voice] in kokoro.voices(settings(blends=1000))]
    assert len({voice.group for voice in voices}) == len(voices) == 1028
    for voice in voices[28:]:
        first, second = voice.name.split("+")
        assert first in kokoro.ENGLISH
        assert second in kokoro.NAMES
        assert voice.group == "kokoro-" + "+".join(sorted([first, second]))


def test_more_blends_begin_with_the_fewer():
    assert names(blends=40)[: 28 + 7] == names(blends=7)
    parents = {name for blend in names(blends=100)[28:] for name in blend.split("+")}
    assert len(parents) > 45


def test_blends_of_some_voices():
    few = names(voices=["af_heart", "bm_lewis"], blends=105)
    assert len(set(few)) == 107
    assert all("af_heart" in name or "bm_lewis" in name for name in few)
    with pytest.raises(UserError, match=r"blends: 106, but these voices make 105\. Set it to"):
        names(voices=["af_heart", "bm_lewis"], blends=106)


def test_an_unknown_voice_is_named():
    with pytest.raises(UserError, match=r"kokoro.voices: no voice 'jf_alpha'; there are af_alloy,"):
        names(voices=["af_heart", "jf_alpha"])


def test_a_style_has_the_timbre_of_two_and_the_prosody_of_one():
    styles = np.random.default_rng(0).normal(size=(3, 510, 256)).astype(np.float32)
    style = style_of(styles, 4, [[0, 0.5], [2, 0.5]], [[0, 1.0]])
    expected = np.mean(styles[[0, 2], 3, :128], 0)
    np.testing.assert_allclose(style[0, :128], expected, rtol=1e-6)
    np.testing.assert_array_equal(style[0, 128:], styles[0, 3, 128:])
    long = style_of(styles, 2000, [[1, 1.0]], [[1, 1.0]])
    np.testing.assert_array_equal(long[0], styles[1, 509])


# As misaki, the model's own front end, writes them: in its README and its lexicons.
AMERICAN = {
    "now": "nˈW",
    "words": "wˈɜɹdz",
    "models": "mˈɑdᵊlz",
    "for": "fɔɹ",
    "yes": "jˈɛs",
    "right": "ɹˈIt",
    "follow": "fˈɑlO",
    "one": "wˈʌn",
    "eight": "ˈAt",
    "marvin": "mˈɑɹvɪn",
}
BRITISH = {"go": "ɡˈQ", "cat": "kˈat", "four": "fˈɔː", "bird": "bˈɜːd", "house": "hˈWs"}


@pytest.mark.parametrize(("british", "words"), [(False, AMERICAN), (True, BRITISH)])
def test_phonemes_are_those_that_the_model_knows(british, words):
    letters = {number: letter for letter, number in kokoro.TOKENS.items()}
    for word, phonemes in words.items():
        said = "".join(letters[token] for token in kokoro.tokens(f"{word}?", british=british))
        assert said == f"{phonemes}?"
