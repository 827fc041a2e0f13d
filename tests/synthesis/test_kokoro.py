"""Kokoro's persons and phonemes; that it speaks is in test_engines.py."""

import itertools

import numpy as np
import pytest

from wav2nano.errors import UserError
from wav2nano.settings.synthesis import KokoroSettings
from wav2nano.synthesis.engines import kokoro
from wav2nano.synthesis.workers.kokoro import style_of


def settings(**given) -> KokoroSettings:
    return KokoroSettings.model_validate({"voices": "all", "rate": [1.0, 1.0], **given})


def names(**given) -> list[str]:
    return [voice.name for family in kokoro.voices(settings(**given), "en") for voice in family]


def test_english_voices_speak():
    assert sorted(names()) == sorted(kokoro.ENGLISH)
    assert {name[0] for name in names()} == {"a", "b"}
    assert (len(names()), len(kokoro.NAMES)) == (28, 54)


def test_who_shares_a_timbre_is_in_one_group():
    families = kokoro.voices(settings(blends=126), "en")
    assert len(set(names(blends=126))) == 154
    parents = [{name for voice in family for name in voice.name.split("+")} for family in families]
    assert [len(family) for family in parents] == [7] * 7
    assert len(set.union(*parents)) == 49
    for number, family in enumerate(families):
        assert {voice.group for voice in family} == {f"kokoro-{number}"}
        assert sum("+" not in voice.name for voice in family) == 4
        assert all(voice.name.split("+")[0] in kokoro.ENGLISH for voice in family)
        pairs = [frozenset(voice.name.split("+")) for voice in family]
        assert len(set(pairs)) == len(pairs)


def test_no_timbre_is_in_two_families():
    path = kokoro.FILES.folder / kokoro.STYLES
    if not path.exists():
        pytest.skip("Kokoro's voices are not here: wav2nano fetch-voices kokoro")
    styles = np.fromfile(path, "<f4").reshape(-1, 510, 256)[:, :, :128].mean(axis=1)
    styles -= styles.mean(axis=0)
    styles /= np.linalg.norm(styles, axis=1, keepdims=True)
    alike = styles @ styles.T
    families = kokoro.voices(settings(blends=126), "en")
    members = [{name for voice in family for name in voice.name.split("+")} for family in families]
    across = [
        alike[kokoro.NAMES.index(one), kokoro.NAMES.index(other)]
        for first, second in itertools.combinations(members, 2)
        for one in first
        for other in second
    ]
    assert max(across) < 0.8


def test_more_blends_begin_with_the_fewer():
    assert set(names(blends=7)) < set(names(blends=40))
    parents = {name for blend in names(blends=80) for name in blend.split("+")}
    assert len(parents) > 45


def test_blends_of_some_voices():
    few = names(voices=["af_heart", "bm_lewis"], blends=12)
    assert len(set(few)) == 14
    assert all("af_heart" in name or "bm_lewis" in name for name in few)
    with pytest.raises(UserError, match=r"blends: 13, but these voices make 12\. Set it to"):
        names(voices=["af_heart", "bm_lewis"], blends=13)


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
