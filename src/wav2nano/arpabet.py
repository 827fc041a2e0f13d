"""Pronunciations as the CMU Pronouncing Dictionary writes them, in ARPAbet: W EY1 V."""

import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

VOWELS = (
    *("AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"),
)
CONSONANTS = (
    *("B", "CH", "D", "DH", "F", "G", "HH", "JH", "K", "L", "M", "N", "NG", "P", "R", "S", "SH"),
    *("T", "TH", "V", "W", "Y", "Z", "ZH"),
)
# Before an R that no vowel follows: there accents differ, and many say no R.
VOWELS_WITH_R = ("AA R", "AO R", "EH R", "IH R", "IY R", "OW R", "UH R")

WORD = re.compile(r"(?:[^\W_]|['-])+")  # with letters of any language


@dataclass(frozen=True)
class Sound:
    """A vowel, a consonant, or a vowel and its R, one of `VOWELS_WITH_R`.

    `stress` of a vowel is "0" (none), "1" (main) or "2" (secondary); of a consonant it is empty.
    """

    name: str
    stress: str


def check_pronunciation(phonemes: str) -> str:
    """Make sure that a pronunciation is one of CMUdict's kind; returns it.

    Raises
    ------
    ValueError
        In words that follow the name of the setting.
    """
    for symbol in phonemes.split():
        vowel = symbol.rstrip("012")
        if symbol in VOWELS:
            raise ValueError(f"the vowel {symbol} needs its stress, 0, 1 or 2: {symbol}1")
        if not (symbol in CONSONANTS or (vowel in VOWELS and len(symbol) == len(vowel) + 1)):
            raise ValueError(
                f"{symbol!r} is no phoneme of CMUdict. It has the vowels {' '.join(VOWELS)}, with "
                f"a stress each such as AA1, and {' '.join(CONSONANTS)}"
            )
    if not any(symbol.endswith("1") for symbol in phonemes.split()):
        raise ValueError("a vowel with the main stress is needed, such as AA1")
    return phonemes


def check_word(word: str) -> str:
    """Make sure that a pronunciation is of one word; returns it.

    Raises
    ------
    ValueError
        In words that follow the name of the setting.
    """
    if not WORD.fullmatch(word) or word != word.lower():
        raise ValueError(
            f"{word!r} should be one word in lower case: a label of two words has one for each"
        )
    return word


def words_in(text: str) -> list[str]:
    """List the words of a text as they stand in a dictionary.

    Examples
    --------
    >>> words_in("Turn_on Wav.")
    ['turn', 'on', 'wav']
    """
    return [word.lower() for word in WORD.findall(text)]


def replace_words(
    text: str, pronunciations: Mapping[str, str], write: Callable[[str, str], str]
) -> str:
    """Put what `write` makes of a word and its phonemes in place of each that has some.

    Parameters
    ----------
    text
        Words and punctuation.
    pronunciations
        Phonemes by word in lower case.

    Examples
    --------
    >>> replace_words("Turn wav on.", {"wav": "W EY1 V"}, lambda word, said: f"<{said}>")
    'Turn <W EY1 V> on.'
    """

    def replace(found: re.Match[str]) -> str:
        word = found[0]
        said = pronunciations.get(word.lower())
        return write(word, said) if said else word

    return WORD.sub(replace, text)


def sounds_in(phonemes: str) -> Iterator[Sound]:
    """List the sounds of a pronunciation.

    Examples
    --------
    >>> [sound.name for sound in sounds_in("S T AO1 R")]
    ['S', 'T', 'AO R']
    >>> [sound.name for sound in sounds_in("S T AO1 R IY0")]
    ['S', 'T', 'AO', 'R', 'IY']
    """
    symbols = phonemes.split()
    taken = False
    for place, symbol in enumerate(symbols):
        following, after = [*symbols[place + 1 : place + 3], "", ""][:2]
        vowel, stress = symbol.rstrip("012"), symbol[-1]
        if taken:
            taken = False
        elif f"{vowel} {following}" in VOWELS_WITH_R and after[:2] not in VOWELS:
            taken = True
            yield Sound(f"{vowel} R", stress)
        else:
            yield Sound(vowel, stress if vowel in VOWELS else "")


def name_sounds(consonants: str, vowels: str, vowels_with_r: str) -> dict[str, str]:
    """Give the name of each sound in another notation: names in the order of the sounds here."""
    sounds = (*CONSONANTS, *VOWELS, *VOWELS_WITH_R)
    names = " ".join((consonants, vowels, vowels_with_r)).split()
    return dict(zip(sounds, names, strict=True))


def with_made_up_words(text: str, pronunciations: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Put words that no lexicon has in place of those that have a pronunciation.

    For engines that take phonemes into their lexicon alone.

    Returns
    -------
    tuple
        The text, and phonemes by made-up word.
    """
    made_up: dict[str, str] = {}

    def replace(word: str, said: str) -> str:
        # Of syllables, so that it is not spelled; the same wherever the pronunciation is wanted.
        number = zlib.crc32(said.encode()).to_bytes(4, "big")
        alias = "".join("bdfgklmnprstvzbd"[byte >> 4] + "aeiou"[byte % 5] for byte in number)
        made_up[alias] = said
        return alias

    return replace_words(text, pronunciations, replace), made_up
