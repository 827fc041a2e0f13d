"""How words are read: as the engines say themselves, and as CMUdict has them."""

import json
import shutil

import pytest

from wav2nano.synthesis.confusable import phonemes_of
from wav2nano.synthesis.near_misses import frequent_words
from wav2nano.synthesis.phonemes import in_arpabet, with_phonemes
from wav2nano.synthesis.pronounce_words import Pronounced, by_reading, describe, pronounce_words

# As CMUdict 0.7b has them.
CMUDICT = {
    "never": "N EH1 V ER0",
    "only": "OW1 N L IY0",
    "judge": "JH AH1 JH",
    "water": "W AO1 T ER0",
    "button": "B AH1 T AH0 N",
    "bottle": "B AA1 T AH0 L",
    "north": "N AO1 R TH",
    "chair": "CH EH1 R",
    "near": "N IH1 R",
    "computer": "K AH0 M P Y UW1 T ER0",
    "vision": "V IH1 ZH AH0 N",
    "boy": "B OY1",
    "house": "HH AW1 S",
    "fire": "F AY1 ER0",
    "think": "TH IH1 NG K",
    "this": "DH IH1 S",
    "good": "G UH1 D",
    "today": "T AH0 D EY1",
}


@pytest.mark.parametrize(("word", "phonemes"), CMUDICT.items())
def test_espeak_reads_frequent_words_as_cmudict_has_them(word, phonemes):
    assert in_arpabet(word, "en-us") == phonemes


def test_what_espeak_reads_is_spoken_as_it_reads_it():
    """To CMUdict's phonemes and back, but for weak vowels that CMUdict does not tell apart."""
    weak = str.maketrans("ɐᵻʔɒ", "əɪtɔ")
    words = frequent_words("en")[::20]
    same = 0
    for word in words:
        back = with_phonemes(word, {word: in_arpabet(word, "en-us")})
        one, other = ("".join(phonemes_of(text, "en-us")).translate(weak) for text in (word, back))
        same += one == other
    assert same > 0.9 * len(words)


def test_each_word_of_the_labels_is_told(tmp_path, capsys):
    if not (shutil.which("flite") and shutil.which("festival")):
        pytest.skip("flite and festival are not installed")
    out = tmp_path / "pronunciations.json"
    pronounce_words(
        labels=["never", "turn_wav", "Never", "größe", "siri"],
        language="en",
        pronunciations={"größe": "G R OW1 S AH0"},
        voices={"espeak": "en+m1", "flite": "slt", "festival": "kal_diphone", "pico": "en-GB"},
        out=out,
    )
    made = {word["word"]: word for word in json.loads(out.read_text())}
    assert list(made) == ["never", "turn", "wav", "größe", "siri"]
    never = "N EH1 V ER0"
    assert made["never"]["readings"] == {"espeak": never, "flite": never, "festival": never}
    assert [made[word]["in_cmudict"] for word in made] == [True, True, False, None, True]
    assert made["größe"] == {
        "word": "größe",
        "given": "G R OW1 S AH0",
        "readings": {},
        "in_cmudict": None,
    }
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "never: N EH1 V ER0, as CMUdict has it"
    assert told[2] == (
        "wav: W AE1 V (espeak); W AA1 V (flite, festival), guessed from its letters: CMUdict has "
        "no such word. If that is wrong, give its phonemes: synthesis.pronunciations: "
        "{wav: W AE1 V}"
    )
    assert told[3] == "größe: G R OW1 S AH0, as synthesis.pronunciations has it"
    assert told[4] == "siri: S IY1 AH0 R IY0 (espeak); S IH1 R IY0 (flite, festival)"


def test_without_a_lexicon_it_is_not_asked(tmp_path, capsys):
    voices, out = {"espeak": "en+m1"}, tmp_path / "p.json"
    pronounce_words(labels=["wav"], language="en", pronunciations={}, voices=voices, out=out)
    assert capsys.readouterr().err == "wav: W AE1 V\n"


@pytest.mark.parametrize("engine", ["flite", "festival"])
def test_a_reader_that_is_not_installed_is_left_out_with_a_line(
    monkeypatch, tmp_path, capsys, engine
):
    voices = {"espeak": "en+m1", engine: {"flite": "slt", "festival": "kal_diphone"}[engine]}
    monkeypatch.setenv("PATH", str(tmp_path))
    out = tmp_path / "p.json"
    pronounce_words(labels=["no"], language="en", pronunciations={}, voices=voices, out=out)
    left_out, told = capsys.readouterr().err.splitlines()
    assert left_out.startswith(f"How {engine} reads words is not told: it, or its voice")
    assert told == "no: N OW1"
    assert json.loads(out.read_text())[0]["readings"] == {"espeak": "N OW1"}


def test_accents_of_one_reading_are_one():
    readings = {"espeak": "V IH1 ZH UH0 N", "flite": "V IH1 ZH AH0 N", "festival": "V IY1 ZH AH0 N"}
    assert by_reading(readings) == {
        "V IH1 ZH AH0 N": ["espeak", "flite"],
        "V IY1 ZH AH0 N": ["festival"],
    }
    assert describe(Pronounced("no", "", {}, None)) == "no: read by engines that do not say how"
