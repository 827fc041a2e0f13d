"""Labels that are apt to be confused, with each other or with other words that are frequent."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import combinations

from wav2nano.errors import UserError
from wav2nano.settings.synthesis import SynthesisSettings
from wav2nano.synthesis.languages import LANGUAGES
from wav2nano.synthesis.near_misses import SOUNDS, VOWELS, distances_to, frequent_words
from wav2nano.synthesis.phonemes import phonemize, with_phonemes

TIE = "^"

# Two words with as many sounds are alike below this distance, all sounds together: a consonant and
# another of the same place or manner are at most so far apart (no and go: 0.56).
ALIKE = 0.6
MOST_PAIRS = 3  # that have a line each

# The neighbourhood of a word are those one sound away (Luce and Pisoni 1998): of the most frequent.
FREQUENT = 5_000

Phonemes = tuple[str, ...]


def phonemes_of(text: str, voice: str) -> Phonemes:
    """Give the phonemes of a text, without stress or length; a diphthong or affricate is one.

    Examples
    --------
    >>> phonemes_of("judge", "en-us"), phonemes_of("no", "en-us")
    (('dʒ', 'ʌ', 'dʒ'), ('n', 'oʊ'))
    """
    found: list[str] = []
    tied = False
    for letter in phonemize(text, voice, tie=TIE):
        if letter in SOUNDS and tied:
            found[-1] += letter
        elif letter in SOUNDS:
            found.append(letter)
        tied = letter == TIE and bool(found)
    return tuple(found)


def refuse_same(labels: Sequence[str], settings: SynthesisSettings) -> None:
    """Make sure that no two labels are spoken the same in all accents.

    Parameters
    ----------
    labels
        Words.
    settings
        `synthesis` of the data set: of its language and of phonemes that are given.

    Raises
    ------
    UserError
        If two are.
    """
    texts = [_text(label, settings) for label in labels]
    # All labels by one voice, then by the next: to choose a voice takes longer than a word.
    by_voice = [
        [re.sub("[ˈˌ ]", "", phonemize(text, voice)) for text in texts]
        for voice in LANGUAGES[settings.language].voices
    ]
    first: dict[tuple[str, ...], str] = {}
    for label, said in zip(labels, zip(*by_voice, strict=True), strict=True):
        same = first.setdefault(said, label) if all(said) else label
        if same != label:
            raise UserError(
                f"labels: {same!r} and {label!r} are spoken the same, so that nobody can tell them "
                "apart. Remove one of them"
            )


def expect_confusion(labels: Sequence[str], settings: SynthesisSettings) -> list[str]:
    """Say what confusions are to be expected of labels that are spoken, a line each.

    Pairs that sound alike, the most alike first; then short words that many frequent words are
    like. Parameters as of `refuse_same`.
    """
    language = LANGUAGES[settings.language]
    said = {label: phonemes_of(_text(label, settings), language.voices[0]) for label in labels}
    spoken = {label: phonemes for label, phonemes in said.items() if phonemes}
    pairs = sorted(_alike(spoken))
    lines = [
        f"labels: {pair} {how}: expect one to be taken for the other. Two words, or a longer one, "
        "in place of one of them would be safer"
        for _, pair, how in pairs[:MOST_PAIRS]
    ]
    if more := [pair for _, pair, _ in pairs[MOST_PAIRS:]]:
        lines.append(f"labels: the same holds for {', '.join(more)}")
    crowded = {
        label: count
        for label, phonemes in spoken.items()
        if _is_short(phonemes)
        and (count := count_neighbours(phonemes, settings.language)) >= language.many
    }
    if crowded:
        named = ", ".join(f"{label!r} ({count})" for label, count in crowded.items())
        lines.append(
            f"labels: so many of the {FREQUENT:,} most frequent words are one sound away from "
            f"{named}: expect false reports where people talk. A longer word, or two, would be "
            "safer"
        )
    return lines


def _text(label: str, settings: SynthesisSettings) -> str:
    return with_phonemes(label.replace("_", " "), settings.pronunciations or {})


def _alike(spoken: dict[str, Phonemes]) -> Iterator[tuple[float, str, str]]:
    """Find pairs of labels that sound alike: how unlike they are, which, and in what way."""
    for (one, said), (other, said_2) in combinations(spoken.items(), 2):
        sounds, sounds_2 = "".join(said), "".join(said_2)
        distance = float(distances_to(sounds, [sounds_2])[0])
        if said == said_2:
            how = "are spoken almost the same"
        elif one_apart(said, said_2):
            how = "differ in one sound"
        elif len(sounds) == len(sounds_2) and distance < ALIKE:
            how = "sound alike"
        elif begins(said, said_2) or begins(said_2, said):
            how = "begin with the same sounds"
        else:
            continue
        yield distance, f"{one!r} and {other!r}", how


def one_apart(one: Phonemes, other: Phonemes) -> bool:
    """Tell whether two words differ in one phoneme: another one, one more or one less."""
    short, long = sorted((one, other), key=len)
    if short == long or len(long) - len(short) > 1:
        return False
    first = next((i for i, sound in enumerate(short) if sound != long[i]), len(short))
    rest = first + (len(long) == len(short))
    return short[rest:] == long[first + 1 :]


def begins(one: Phonemes, other: Phonemes) -> bool:
    """Tell whether another word begins with all of this one."""
    return one == other[: len(one)]


def _is_short(said: Phonemes) -> bool:
    """Tell whether it has one syllable."""
    return sum(any(letter in VOWELS for letter in sound) for sound in said) == 1


def count_neighbours(said: Phonemes, language: str) -> int:
    """Count the frequent words that differ in one phoneme; of words that sound the same, one."""
    return sum(one_apart(said, other) for other in _frequent(language))


@cache
def _frequent(language: str) -> frozenset[Phonemes]:
    voice = LANGUAGES[language].voices[0]
    return frozenset(phonemes_of(word, voice) for word in frequent_words(language)[:FREQUENT])
