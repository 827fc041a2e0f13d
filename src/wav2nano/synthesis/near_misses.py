"""Words that sound like others, found in a dictionary: what a recogniser confuses with them."""

import re
from collections.abc import Sequence

import numpy as np

from wav2nano.synthesis.languages import LANGUAGES
from wav2nano.synthesis.phonemes import phonemize

DICTIONARY = 20_000  # words of the language, the most frequent ones
SHORTEST = 3  # letters: shorter ones are mostly abbreviations
GAP = 0.4  # cost of a sound that one of two words lacks
# Below it two words may be the same in somebody's mouth: all and awl, none and nun.
SAME = 0.3

# The International Phonetic Alphabet's chart (2020), as espeak-ng writes it. Of a consonant: place
# from the lips to the throat, manner, and whether it is voiced. Of a vowel: height from open to
# close, place from front to back, both 0 to 1, and whether the lips are round.
PLACES = {
    "bilabial": 0.0,
    "labiodental": 0.15,
    "dental": 0.25,
    "alveolar": 0.4,
    "postalveolar": 0.5,
    "palatal": 0.65,
    "velar": 0.8,
    "uvular": 0.9,
    "glottal": 1.0,
}
CONSONANTS = {
    "p": ("bilabial", "plosive", False),
    "b": ("bilabial", "plosive", True),
    "m": ("bilabial", "nasal", True),
    "β": ("bilabial", "fricative", True),
    "f": ("labiodental", "fricative", False),
    "v": ("labiodental", "fricative", True),
    "θ": ("dental", "fricative", False),
    "ð": ("dental", "fricative", True),
    "t": ("alveolar", "plosive", False),
    "d": ("alveolar", "plosive", True),
    "ɾ": ("alveolar", "plosive", True),
    "n": ("alveolar", "nasal", True),
    "s": ("alveolar", "fricative", False),
    "z": ("alveolar", "fricative", True),
    "l": ("alveolar", "liquid", True),
    "ɫ": ("alveolar", "liquid", True),
    "r": ("alveolar", "liquid", True),
    "ɹ": ("alveolar", "liquid", True),
    "ʃ": ("postalveolar", "fricative", False),
    "ʒ": ("postalveolar", "fricative", True),
    "ç": ("palatal", "fricative", False),
    "j": ("palatal", "glide", True),
    "ʎ": ("palatal", "liquid", True),
    "ɲ": ("palatal", "nasal", True),
    "k": ("velar", "plosive", False),
    "ɡ": ("velar", "plosive", True),
    "g": ("velar", "plosive", True),
    "ŋ": ("velar", "nasal", True),
    "x": ("velar", "fricative", False),
    "ɣ": ("velar", "fricative", True),
    "w": ("velar", "glide", True),
    "ʁ": ("uvular", "fricative", True),
    "h": ("glottal", "fricative", False),
    "ʔ": ("glottal", "plosive", False),
}
VOWELS = {
    "i": (1.0, 0.0, False),
    "y": (1.0, 0.0, True),
    "ɨ": (1.0, 0.5, False),
    "ᵻ": (0.9, 0.4, False),
    "u": (1.0, 1.0, True),
    "ɪ": (0.85, 0.2, False),
    "ʏ": (0.85, 0.2, True),
    "ʊ": (0.85, 0.8, True),
    "e": (0.65, 0.0, False),
    "ø": (0.65, 0.0, True),
    "o": (0.65, 1.0, True),
    "ə": (0.5, 0.5, False),
    "ɚ": (0.5, 0.6, False),
    "ɜ": (0.35, 0.5, False),
    "ɝ": (0.35, 0.6, False),
    "ɛ": (0.35, 0.0, False),
    "œ": (0.35, 0.0, True),
    "ʌ": (0.35, 0.7, False),
    "ɔ": (0.35, 1.0, True),
    "æ": (0.15, 0.1, False),
    "ɐ": (0.15, 0.5, False),
    "a": (0.0, 0.3, False),
    "ɑ": (0.0, 1.0, False),
    "ɒ": (0.0, 1.0, True),
}
SOUNDS = "".join([*CONSONANTS, *VOWELS])


def find_near_misses(labels: Sequence[str], count: int, *, language: str = "en") -> list[str]:
    """Find the words of a language that sound most like labels, and none that sounds the same.

    Each label in turn takes the word that is nearest to it and not yet taken; of equals the more
    frequent one. A label without any known sound takes none.

    Parameters
    ----------
    labels
        Words, or phonemes as `wav2nano.synthesis.phonemes.with_phonemes` writes them.
    count
        How many to find for all of them together; there may be fewer.
    language
        Whose words, one of `wav2nano.synthesis.languages.LANGUAGES`.
    """
    voice = LANGUAGES[language].voices[0]
    spoken = {label: sounds for label in labels if (sounds := sounds_of(label, voice))}
    if not count or not spoken:
        return []
    # Of words that sound the same the most frequent one.
    words_by_sounds: dict[str, str] = {}
    for word in frequent_words(language):
        words_by_sounds.setdefault(sounds_of(word, voice), word)
    said, words = list(words_by_sounds), list(words_by_sounds.values())
    distances = np.array([distances_to(sounds, said) for sounds in spoken.values()])
    # How like it is to the label that it could be taken for, whatever the words' lengths.
    lengths = np.array([len(sounds) for sounds in spoken.values()])[:, None]
    longest = np.maximum(lengths, [max(1, len(sounds)) for sounds in said])
    alike = (distances < SAME).any(axis=0)
    orders = [
        np.argsort(row, kind="stable") for row in np.where(alike, np.inf, distances / longest)
    ]
    taken: dict[int, None] = {}
    wanted = min(count, int((~alike).sum()))
    places = [0] * len(orders)
    while len(taken) < wanted:
        for number, order in enumerate(orders):
            while places[number] < len(order) and int(order[places[number]]) in taken:
                places[number] += 1
            if len(taken) < wanted:
                taken[int(order[places[number]])] = None
    return [words[index] for index in taken]


def unlike(words: Sequence[str], labels: Sequence[str], *, language: str = "en") -> list[str]:
    """Leave out the words that sound the same as a label."""
    voice = LANGUAGES[language].voices[0]
    said = [sounds_of(word, voice) for word in words]
    distances = [distances_to(sounds_of(label, voice), said) for label in labels]
    same = {words[place] for row in distances for place in np.flatnonzero(row < SAME).tolist()}
    return [word for word in words if word not in same]


def frequent_words(language: str, *, shortest: int = SHORTEST) -> list[str]:
    """List words of a language, the most frequent first: of so many plain letters, or more."""
    from wordfreq import top_n_list

    plain = re.compile(f"[{LANGUAGES[language].letters}]{{{shortest},}}")
    return [word for word in top_n_list(language, DICTIONARY) if plain.fullmatch(word)]


def sounds_of(text: str, voice: str) -> str:
    """Give the sounds of a text, a letter of the phonetic alphabet each, without stress or length.

    Examples
    --------
    >>> sounds_of("never", "en-us"), sounds_of("turn on", "en-us")
    ('nɛvɚ', 'tɜnɔn')
    """
    said = phonemize(text, voice)
    return "".join(letter for letter in said if letter in SOUNDS)


def distances_to(sounds: str, others: Sequence[str]) -> np.ndarray:
    """Compute how unlike words are to one: the least cost of changing it to each, sound by sound.

    A weighted edit distance (Wagner and Fischer 1974) whose costs come from how sounds are made,
    in the manner of ALINE (Kondrak 2000), for all words at once.

    Returns
    -------
    np.ndarray [shape=(len(others),)]
        0 for the same sounds; each sound that is another one adds up to 1, and one too many or too
        few `GAP`.
    """
    longest = max(map(len, others), default=0)
    codes = np.full((len(others), longest), -1)
    for row, other in enumerate(others):
        codes[row, : len(other)] = [SOUNDS.index(sound) for sound in other]
    lengths = np.array([len(other) for other in others], np.int64)
    before = np.broadcast_to(GAP * np.arange(longest + 1), (len(others), longest + 1))
    for sound in sounds:
        change = COSTS[SOUNDS.index(sound)][codes]
        now = np.empty((len(others), longest + 1))
        now[:, 0] = before[:, 0] + GAP
        for place in range(longest):
            now[:, place + 1] = np.minimum(
                np.minimum(before[:, place + 1], now[:, place]) + GAP,
                before[:, place] + change[:, place],
            )
        before = now
    return before[np.arange(len(others)), lengths]


def _cost(one: str, other: str) -> float:
    """Cost of saying one sound for another, 0 to 1."""
    if one in VOWELS and other in VOWELS:
        (height, back, rounded), (height_2, back_2, rounded_2) = VOWELS[one], VOWELS[other]
        return (
            0.5 * abs(height - height_2) + 0.3 * abs(back - back_2) + 0.2 * (rounded != rounded_2)
        )
    if one in CONSONANTS and other in CONSONANTS:
        (place, manner, voiced), (place_2, manner_2, voiced_2) = CONSONANTS[one], CONSONANTS[other]
        return (
            0.4 * abs(PLACES[place] - PLACES[place_2])
            + 0.4 * (manner != manner_2)
            + 0.2 * (voiced != voiced_2)
        )
    return 1.0


COSTS = np.array([[_cost(one, other) for other in SOUNDS] for one in SOUNDS])
