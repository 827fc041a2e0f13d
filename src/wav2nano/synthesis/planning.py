"""What will be spoken: for every recording of a label the words, the voice and its manner."""

import itertools
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, TypeVar

import numpy as np

from wav2nano.arpabet import replace_words
from wav2nano.errors import UserError
from wav2nano.settings.synthesis import AnyEngineSettings, EnginesSettings, SynthesisSettings
from wav2nano.synthesis.base import Voice
from wav2nano.synthesis.languages import LANGUAGES
from wav2nano.synthesis.near_misses import find_near_misses, frequent_words, unlike
from wav2nano.synthesis.phonemes import with_phonemes
from wav2nano.synthesis.voices import ENGINES, engine_voices
from wav2nano.tables.recordings import SILENCE, UNKNOWN

SILENCE_SESSIONS = 20
NOISE_LICENCE = "computed, no recording behind it"
SAME_VOICE_ATTEMPTS = 3
SENTENCE = 5  # words of running speech: more than a second, however fast
VOCABULARY = 1000  # of running speech

# Punctuation changes the tune: statement, question, exclamation, and a list that goes on.
ENDINGS = ("", ".", "?", "!", ",")
Section = TypeVar("Section")


@dataclass(frozen=True)
class Planned:
    """One recording to be made.

    Attributes
    ----------
    index : int
        Place in the label, from 0.
    utterance : int
        Recordings of the same utterance differ in formants and acoustics alone.
    label, text : str
        Class, and what is said: the word with punctuation. Empty for noise.
    engine, voice, group, licence : str
        See `wav2nano.synthesis.base.Voice`. For noise: "noise", its kind, its session.
    rate : float
        Speed of speech relative to the voice's own.
    pitch : float
        Semitones above the voice's own.
    range : float
        Extent of intonation relative to the voice's own.
    formants : float
        Scale of all frequencies after speaking: the voice of a person with a shorter (> 1) or
        longer (< 1) vocal tract. The word is shorter or longer by as much.
    running : bool
        It is running speech, of which a recording holds a second.
    """

    index: int
    utterance: int
    label: str
    text: str
    engine: str
    voice: str
    group: str
    licence: str
    rate: float
    pitch: float
    range: float
    formants: float
    running: bool = False

    @property
    def file(self) -> str:
        """Name inside the label's archive; engine and voice can be read from it."""
        return f"{self.index:05d}-{self.engine}-{self.voice}.flac"


def random(settings: SynthesisSettings, label: str, *key: int) -> np.random.Generator:
    """Random numbers of one recording: the same whatever other recordings are made."""
    return np.random.default_rng(seed_of(settings, label, *key))


def seed_of(settings: SynthesisSettings, label: str, *key: int) -> np.random.SeedSequence:
    """Seed of recording `key` of `label`."""
    return np.random.SeedSequence([settings.seed, _key(label), *key])


def _key(name: str) -> int:
    return zlib.crc32(name.encode())


def plan(label: str, labels: Sequence[str], settings: SynthesisSettings) -> list[Planned]:
    """List the recordings of a label; no engine is run.

    Engines take turns, some of them several in each cycle, an engine's groups take turns, and so
    do the accents of a group and the words of `_unknown_`: any stretch of the list is balanced. A
    longer plan begins with the shorter one. With `copies` in the settings, each utterance is used
    in that many recordings, as from people with different vocal tracts, in different rooms and
    noises.

    Parameters
    ----------
    label : str
        A word, or `_unknown_`, or `_silence_`.
    labels : sequence of str
        Words that `_unknown_` must leave out.
    settings
        `synthesis` of the data set.

    Raises
    ------
    UserError
        If a word cannot be spoken by an English voice, or no engine or no unknown word is left.
    """
    if label == SILENCE:
        return _plan_silence(settings)
    share, copies = 0.0, settings.copies
    if label == UNKNOWN:
        unknown = _given(settings.unknown, "unknown")
        sets, recordings = _other_words(settings, labels), unknown.recordings
        share, copies = unknown.running_speech, unknown.copies or copies
    else:
        sets, recordings = [[label]], settings.recordings
    for word in itertools.chain(*sets):
        check_speakable(word, settings)
    engines = settings.engines.chosen
    if not engines:
        known = ", ".join(EnginesSettings.model_fields)
        raise UserError(f"synthesis.engines is empty: list at least one of {known}")
    voices = {
        engine: engine_voices(engine, engines[engine], settings.language) for engine in engines
    }
    turns = _turns(engines)

    planned = []
    for index in range(recordings):
        utterance = index // copies
        cycle, place = divmod(utterance, len(turns))
        engine, number = turns[place]
        turn = cycle * engines[engine].turns + number
        groups = voices[engine]
        accents = _by_turns(groups, turn, settings, label, _GROUPS, _key(engine))
        group = accents[0].group
        # Each group begins its round of accents elsewhere, so that all are used from the start.
        voice = _by_turns(
            accents, turn // len(groups), settings, label, _ACCENTS, _key(engine), _key(group)
        )
        rng = random(settings, label, _RUNNING, utterance)
        if rng.uniform() < share:
            item = _draw(index, utterance, label, _sentence(labels, settings, rng), voice, settings)
            planned.append(replace(item, running=True))
        else:
            turn, place = divmod(utterance, len(sets))
            word = _by_turns(sets[place], turn, settings, label, _WORDS)
            planned.append(_draw(index, utterance, label, word, voice, settings))
    return planned


def _sentence(labels: Sequence[str], settings: SynthesisSettings, rng: np.random.Generator) -> str:
    """Put frequent words in a row, each as often as in a long text (Zipf's law)."""
    words = _frequent_words(labels, settings)
    share = 1 / np.arange(1, len(words) + 1)
    return " ".join(rng.choice(words, SENTENCE, p=share / share.sum()))


def _frequent_words(labels: Sequence[str], settings: SynthesisSettings) -> list[str]:
    """List the most frequent words of the language, none of which sounds like a label."""
    return _unlike(settings.language, tuple(_sayable(labels, settings)))


@cache
def _unlike(language: str, sayable: tuple[str, ...]) -> list[str]:
    words = frequent_words(language, shortest=2)[:VOCABULARY]
    return unlike(words, sayable, language=language)


def _turns(engines: Mapping[str, AnyEngineSettings]) -> list[tuple[str, int]]:
    """Engines in the order in which they speak in a cycle, each with the number of its turn."""
    numbered = [(engine, number) for engine, own in engines.items() for number in range(own.turns)]
    # An engine's turns are as far apart as they can be.
    return sorted(numbered, key=lambda item: item[1] / engines[item[0]].turns)


def redraw(item: Planned, settings: SynthesisSettings, attempt: int) -> Planned:
    """Draw another manner of speaking for the utterance of a recording, with the same word.

    The voice stays for some attempts; then another voice of the engine speaks, for there may be
    no other manner left that this one has (festival's HTS voice knows speed alone).
    """
    voice = Voice(item.engine, item.voice, item.group, item.licence)
    if attempt > SAME_VOICE_ATTEMPTS:
        groups = engine_voices(item.engine, settings.engines.chosen[item.engine], settings.language)
        voices = [voice for group in groups for voice in group]
        voice = voices[
            random(settings, item.label, _MANNER, item.utterance, attempt, 1).integers(len(voices))
        ]
    word = item.text.rstrip("".join(ENDINGS))
    drawn = _draw(item.index, item.utterance, item.label, word, voice, settings, attempt)
    return replace(drawn, running=item.running)


_GROUPS, _ACCENTS, _WORDS, _MANNER, _FORMANTS, ACOUSTICS, _RUNNING = range(7)


def _by_turns(
    choices: Sequence[Any], turn: int, settings: SynthesisSettings, label: str, *key: int
) -> Any:
    """Take each choice once before any is repeated, in a different order each time round."""
    cycle, place = divmod(turn, len(choices))
    order = random(settings, label, *key, cycle).permutation(len(choices))
    return choices[order[place]]


def _draw(
    index: int,
    utterance: int,
    label: str,
    word: str,
    voice: Voice,
    settings: SynthesisSettings,
    attempt: int = 0,
) -> Planned:
    bounds = settings.engines.chosen[voice.engine]
    rng = random(settings, label, _MANNER, utterance, attempt)
    low, high = np.log(bounds.rate)
    rate = float(np.exp(rng.uniform(low, high)))
    pitch = float(rng.uniform(bounds.pitch[0], bounds.pitch[1]))
    extent = float(rng.uniform(bounds.range[0], bounds.range[1]))
    if voice.name in ENGINES[voice.engine].FIXED_INTONATION:
        pitch, extent = 0.0, 1.0
    low, high = np.log(settings.formants)
    formants = float(np.exp(random(settings, label, _FORMANTS, index).uniform(low, high)))
    return Planned(
        index=index,
        utterance=utterance,
        label=label,
        text=word.replace("_", " ") + ENDINGS[rng.integers(len(ENDINGS))],
        engine=voice.engine,
        voice=voice.name,
        group=voice.group,
        licence=voice.licence,
        rate=round(rate, 3),
        pitch=round(pitch, 2),
        range=round(extent, 2),
        formants=round(formants, 3),
    )


def _plan_silence(settings: SynthesisSettings) -> list[Planned]:
    kinds = settings.acoustics.noise.kinds
    return [
        Planned(
            index=index,
            utterance=index,
            label=SILENCE,
            text="",
            engine="noise",
            voice=_by_turns(kinds, index, settings, SILENCE, _GROUPS),
            group=f"noise-{index % SILENCE_SESSIONS:02d}",
            licence=NOISE_LICENCE,
            rate=1.0,
            pitch=0.0,
            range=1.0,
            formants=1.0,
        )
        for index in range(_given(settings.silence, "silence").recordings)
    ]


def _given(section: Section | None, name: str) -> Section:
    if section is None:
        raise UserError(f"synthesis.{name} is missing from the data set's settings.")
    return section


def _other_words(settings: SynthesisSettings, labels: Sequence[str]) -> list[list[str]]:
    """Words of `_unknown_` that are not labels: a new label may have been in the list.

    The few that were chosen, and that sound like labels, are said as often as all frequent words.
    """
    unknown = _given(settings.unknown, "unknown")
    wanted = {_spoken(word) for word in labels}
    sayable = _sayable(labels, settings)
    count = unknown.near_misses * len(sayable)
    found = find_near_misses(sayable, count, language=settings.language)
    chosen = {_spoken(word): word for word in [*unknown.words, *found]}
    frequent = _frequent_words(labels, settings)[: unknown.frequent_words]
    sets = [
        [word for spoken, word in chosen.items() if spoken not in wanted],
        [word for word in frequent if word not in chosen],
    ]
    if not any(sets):
        remedy = (
            ". synthesis.unknown.near_misses finds none without `labels` that the "
            f"{LANGUAGES[settings.language].name} voices can say"
            if unknown.near_misses
            else ", or set synthesis.unknown.near_misses to how many are to be found for each label"
        )
        raise UserError(
            "synthesis.unknown.words has no word that is not among the labels: list some other "
            f"words{remedy}"
        )
    return [words for words in sets if words]


def _sayable(labels: Sequence[str], settings: SynthesisSettings) -> list[str]:
    """Leave out background, and own recordings whose labels no voice can say."""
    said = settings.pronunciations or {}
    return [with_phonemes(_spoken(word), said) for word in labels if is_speakable(word, settings)]


def _spoken(word: str) -> str:
    return word.lower().replace("_", " ")


def is_speakable(word: str, settings: SynthesisSettings) -> bool:
    """Tell whether a voice of the language can say a word: by its letters, or by its phonemes."""
    # Any word will do in place of one that is not read.
    read = replace_words(_spoken(word), settings.pronunciations or {}, lambda *_: "a")
    return LANGUAGES[settings.language].is_speakable(read)


def check_speakable(word: str, settings: SynthesisSettings) -> None:
    """Make sure that a voice of the language can say a word.

    Raises
    ------
    UserError
        If not.
    """
    if is_speakable(word, settings):
        return
    language = LANGUAGES[settings.language]
    strange = sorted({letter for letter in word if not language.is_speakable(f"a{letter}")})
    what = f"has {' '.join(strange)}, which" if strange else "has no letter to begin with, which"
    phonemes = ", give its phonemes in synthesis.pronunciations" * (settings.language == "en")
    raise UserError(
        f"synthesis: the word {word!r} {what} the {language.name} voices cannot say. Spell it with "
        f"the letters {language.alphabet}{phonemes}, or use your own recordings of it"
    )
