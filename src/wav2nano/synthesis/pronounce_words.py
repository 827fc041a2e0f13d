"""Step pronounce-words: how each word of the labels is read, and whether a lexicon has it."""

import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from wav2nano.arpabet import VOWELS, words_in
from wav2nano.errors import UserError
from wav2nano.files import write_json
from wav2nano.synthesis.engines import festival, flite
from wav2nano.synthesis.languages import LANGUAGES
from wav2nano.synthesis.phonemes import in_arpabet, phonemize

# Who reads for which engines. Pico does not say how it reads.
ESPEAK = ("espeak", "piper", "kokoro")


@dataclass(frozen=True)
class Pronounced:
    """How a word is spoken.

    Attributes
    ----------
    word : str
        In lower case.
    given : str
        Phonemes of CMUdict that the settings give; empty if there are none.
    readings : dict of str to str
        Phonemes by the engines that read them from the letters, if none are given.
    in_cmudict : bool or None
        Whether the lexicon has the word; None if no engine that has the lexicon tells.
    """

    word: str
    given: str
    readings: dict[str, str]
    in_cmudict: bool | None


def pronounce_words(
    *,
    labels: list[str],
    language: str,
    pronunciations: dict[str, str],
    voices: dict[str, str],
    out: Path,
) -> None:
    """Say how the engines read the words of the labels, a line each, and write it down.

    Parameters
    ----------
    labels
        Words that are spoken.
    language
        That they are of: en or de.
    pronunciations
        Phonemes of CMUdict by word, for words that are not read.
    voices
        A voice of each engine that speaks; one that is not installed is left out with a line.
    out
        JSON file to write.
    """
    words = list(dict.fromkeys(word for label in labels for word in words_in(label)))
    unsure = [word for word in words if word not in pronunciations]
    pronounced = read_words(unsure, language, voices)
    pronounced |= {word: Pronounced(word, said, {}, None) for word, said in pronunciations.items()}
    for word in words:
        print(describe(pronounced[word]), file=sys.stderr)
    write_json(out, [asdict(pronounced[word]) for word in words])


def read_words(words: list[str], language: str, voices: Mapping[str, str]) -> dict[str, Pronounced]:
    """Let engines read words: English ones in phonemes of CMUdict, others in those of the IPA."""
    voice = LANGUAGES[language].voices[0]
    write = in_arpabet if language == "en" else phonemize
    by_engine: dict[str, Mapping[str, str]] = {}
    in_cmudict: Mapping[str, bool] = {}
    speaking = [name for name in ESPEAK if name in voices]
    if speaking:
        by_engine[", ".join(speaking)] = {word: write(word, voice) for word in words}
    for name in ("flite", "festival"):
        if name not in voices or not words:
            continue
        try:
            if name == "flite":
                by_engine[name] = flite.read_words(words, voices[name])
            else:
                by_engine[name], in_cmudict = festival.read_words(words, voices[name])
        except UserError:  # what it speaks may have been spoken elsewhere
            print(
                f"How {name} reads words is not told: it, or its voice {voices[name]}, is not "
                "installed",
                file=sys.stderr,
            )
    return {
        word: Pronounced(
            word,
            "",
            {name: said[word] for name, said in by_engine.items() if word in said},
            in_cmudict.get(word),
        )
        for word in words
    }


def describe(word: Pronounced) -> str:
    """Say in a line how a word is read, and what helps if that is wrong.

    Examples
    --------
    >>> print(describe(Pronounced("wav", "W EY1 V", {}, None)))
    wav: W EY1 V, as synthesis.pronunciations has it
    >>> print(describe(Pronounced("no", "", {"espeak": "N OW1", "flite": "N OW1"}, True)))
    no: N OW1, as CMUdict has it
    """
    if word.given:
        return f"{word.word}: {word.given}, as synthesis.pronunciations has it"
    readings = by_reading(word.readings)
    said = (
        next(iter(readings))
        if len(readings) == 1
        else "; ".join(f"{phonemes} ({', '.join(names)})" for phonemes, names in readings.items())
    )
    line = f"{word.word}: {said or 'read by engines that do not say how'}"
    if word.in_cmudict:
        return f"{line}, as CMUdict has it" if len(readings) == 1 else line
    if word.in_cmudict is None and len(readings) < 2:
        return line
    guessed = ", guessed from its letters: CMUdict has no such word" * (word.in_cmudict is False)
    example = next(iter(readings), "phonemes of CMUdict")
    return (
        f"{line}{guessed}. If that is wrong, give its phonemes: synthesis.pronunciations: "
        f"{{{word.word}: {example}}}"
    )


def by_reading(readings: Mapping[str, str]) -> dict[str, list[str]]:
    """Gather the engines that read a word alike: but for weak vowels, of which accents have many.

    Returns
    -------
    dict
        Names of engines by phonemes, as the last of them writes them: lexicons are more precise.
    """
    alike: dict[str, list[str]] = {}
    for name, phonemes in readings.items():
        alike.setdefault(_plain(phonemes), []).append(name)
    return {readings[names[-1]]: names for names in alike.values()}


def _plain(phonemes: str) -> str:
    """Leave out what differs between accents of one reading: weak vowels, and AA or AO."""
    plain = (
        "AH0" if symbol[:-1] in VOWELS and symbol.endswith("0") else symbol.rstrip("12")
        for symbol in phonemes.split()
    )
    return " ".join(plain).replace("ER0", "AH0 R").replace("AO", "AA")
