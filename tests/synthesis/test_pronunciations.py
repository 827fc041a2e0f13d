"""Given phonemes are what is heard: a word spoken by those of another sounds like the other."""

import re
from pathlib import Path

import numpy as np
import pytest
from synthesis_cases import settings_with

from wav2nano.arpabet import CONSONANTS, VOWELS, sounds_in, with_made_up_words
from wav2nano.errors import UserError
from wav2nano.synthesis.base import Utterance
from wav2nano.synthesis.confusable import expect_confusion, phonemes_of, refuse_same
from wav2nano.synthesis.engines import festival
from wav2nano.synthesis.near_misses import frequent_words
from wav2nano.synthesis.phonemes import with_phonemes
from wav2nano.synthesis.planning import plan
from wav2nano.synthesis.synthesize_speech import speak_dry
from wav2nano.synthesis.voices import speak
from wav2nano.tables.recordings import UNKNOWN

VOICES = {
    "espeak": ["en-us+f2", "en+m1"],
    "flite": ["slt", "kal16"],
    "festival": ["kal_diphone", "cmu_us_slt_arctic_hts"],
    "pico": ["en-GB", "en-US"],
    "piper": ["joe"],
    "kokoro": ["af_heart", "bm_lewis"],
}
# As CMUdict has them.
ONLY, NEVER, CHEESE = "OW1 N L IY0", "N EH1 V ER0", "CH IY1 Z"
CMUDICT = Path("/usr/share/festival/dicts/cmu/cmudict-0.4.out")  # of Debian's festlex-cmu


@pytest.mark.parametrize("ending", ["", "."])
def test_a_word_is_spoken_by_the_phonemes_of_another(installed_engine, ending):
    for voice in VOICES[installed_engine]:
        only, said, cheese, other = speak(
            installed_engine,
            [
                Utterance(f"only{ending}", voice, 1.0, 0.0, 1.0),
                Utterance(f"größe{ending}", voice, 1.0, 0.0, 1.0, {"größe": ONLY}),
                Utterance(f"turn cheese{ending}", voice, 1.0, 0.0, 1.0),
                Utterance(f"turn wav2{ending}", voice, 1.0, 0.0, 1.0, {"wav2": CHEESE}),
            ],
        )
        np.testing.assert_array_equal(said[0], only[0], err_msg=voice)
        np.testing.assert_array_equal(other[0], cheese[0], err_msg=voice)
        assert not np.array_equal(only[0], cheese[0])


def test_every_phoneme_is_heard(installed_engine):
    """That is: none is left out, for want of a name that the engine knows."""
    voice = VOICES[installed_engine][0]
    words = [f"M {vowel}1 N" for vowel in VOWELS]
    words += [f"{one} AA1 T" for one in CONSONANTS if one not in ("NG", "ZH")]
    words += ["T AA1 NG", "T AA1 ZH", "T AA1", "AA1 T", "M AA1 R N", "M IY1 R", "M AO1 R IY0"]
    utterances = [Utterance("a", voice, 1.0, 0.0, 1.0, {"a": said}) for said in words]
    heard = {samples.tobytes() for samples, _ in speak(installed_engine, utterances)}
    assert len(heard) >= len(words) - 1  # T AA T may be as D AA T is to some voice


def cmudict() -> dict[str, list[tuple[list[str], int]]]:
    """Syllables of the frequent words in festival's lexicon."""
    if not CMUDICT.exists():
        pytest.skip("festival's lexicon is not installed (festlex-cmu)")
    frequent = set(frequent_words("en"))
    found = {}
    for line in CMUDICT.read_text(errors="replace").splitlines():
        entry = re.match(r'\("([a-z]+)" \S+ (.*)\)\s*$', line)
        if entry and entry[1] in frequent and re.search("[aeiou]", entry[2]):  # not "hmm"
            parts = re.findall(r"\(([a-z ]+)\) (\d)", entry[2])
            found.setdefault(entry[1], [(sounds.split(), int(stress)) for sounds, stress in parts])
    return found


def in_arpabet(syllables: list[tuple[list[str], int]]) -> str:
    symbols = []
    for sounds, stress in syllables:
        names = ("AH" if sound == "ax" else sound.upper() for sound in sounds)
        symbols += [f"{name}{stress}" if name in VOWELS else name for name in names]
    return " ".join(symbols)


def test_syllables_are_those_of_the_lexicon():
    words = cmudict()
    same = [festival.syllables(in_arpabet(syllables)) == syllables for syllables in words.values()]
    assert len(words) > 10_000
    assert np.mean(same) > 0.99


def test_espeak_reads_words_as_its_names_of_their_phonemes_say():
    """Weak vowels aside, of which dictionaries write several."""
    words = cmudict()
    weak = str.maketrans("ɐɪᵻiʌɚɜɾɔ", "əəəəəəətɑ")
    same = []
    for word in list(words)[::5]:
        text = with_phonemes(word, {word: in_arpabet(words[word])})
        said = ["".join(phonemes_of(one, "en-us")).translate(weak) for one in (word, text)]
        same.append(said[0] == said[1])
    assert np.mean(same) > 0.8


def test_an_r_belongs_to_its_vowel_unless_another_follows():
    names = [sound.name for sound in sounds_in("S T AO1 R IY0 F AO1 R D F AY1 R")]
    assert names == ["S", "T", "AO", "R", "IY", "F", "AO R", "D", "F", "AY", "R"]


def test_made_up_words_depend_on_the_phonemes_alone():
    text, made_up = with_made_up_words("turn wav, Wav!", {"wav": ONLY, "no": NEVER})
    [word] = made_up
    assert text == f"turn {word}, {word}!"
    assert made_up == with_made_up_words("größe", {"größe": ONLY})[1]
    assert word.isascii()
    assert word.isalpha()


def test_near_misses_are_of_the_given_phonemes():
    unknown = {"recordings": 90, "near_misses": 12, "words": []}

    def words(**given):
        planned = plan(UNKNOWN, ["wav", "stop"], settings_with(unknown=unknown, **given))
        return {item.text.rstrip(".?!,") for item in planned}

    assert {"way", "waves"} <= words(pronunciations={"wav": "W EY1 V"})
    assert not {"way", "waves"} & words()


def test_words_with_phonemes_may_have_any_letters():
    settings = settings_with(pronunciations={"größe": ONLY})
    said = speak_dry(plan("turn_größe", [], settings), 16000, settings.pronunciations)
    assert not any(dry.fault for dry in said)
    with pytest.raises(UserError, match=r"give its phonemes in synthesis\.pronunciations"):
        plan("größer", [], settings)


def test_labels_sound_as_their_phonemes_say():
    settings = settings_with(pronunciations={"wav": "W EY1 V"})
    with pytest.raises(UserError, match="'wav' and 'wave' are spoken the same"):
        refuse_same(["wav", "wave"], settings)
    refuse_same(["wav", "wave"], settings_with())
    told = expect_confusion(["turn_wav", "turn_way"], settings)
    assert "'turn_wav' and 'turn_way' differ in one sound" in told[0]
