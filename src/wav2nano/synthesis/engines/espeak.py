"""espeak-ng: formant synthesis, with accents and vocal tracts that combine."""

from collections.abc import Sequence
from typing import Literal

from wav2nano.errors import UserError
from wav2nano.settings.synthesis import EspeakSettings
from wav2nano.synthesis import base
from wav2nano.synthesis.base import Speech, Utterance, Voice
from wav2nano.synthesis.phonemes import with_phonemes

SPEAKS = ("en", "de")
ACCENTS = (
    "en",  # Great Britain. Not "en-gb": espeak-ng ignores variants there.
    "en-029",  # Caribbean
    "en-gb-scotland",
    "en-gb-x-gbclan",  # Lancaster
    "en-gb-x-gbcwmd",  # West Midlands
    "en-gb-x-rp",
    "en-us",
    "en-us-nyc",
)

# Variants of espeak-ng 1.52 that sound like a person. Left out: whole-sentence effects, robots,
# monsters, and the second of any two that differ only in a detail (iven2, klatt3, steph2 ...).
VARIANTS = (
    *("m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "f1", "f2", "f3", "f4", "f5"),
    *("Alex", "Alicia", "Andrea", "Andy", "Annie", "Denis", "Diogo", "Gene", "Henrique", "Hugo"),
    *("Jacky", "Lee", "Marco", "Mario", "Michael", "Mike", "Nguyen", "Reed", "adam", "anika"),
    *("antonio", "aunty", "belinda", "benjamin", "boris", "caleb", "croak", "david", "ed"),
    *("edward", "gustave", "ian", "iven", "john", "klatt", "klatt2", "klatt4", "linda"),
    *("marcelo", "max", "michel", "miguel", "norbert", "pablo", "paul", "pedro", "quincy"),
    *("rob", "robert", "sandro", "shelby", "steph", "travis", "victor", "whisper", "zac"),
)

LICENCE = "GPL-3.0-or-later for the program and its voices; speech made with it is not covered"
"""As of espeak-ng's COPYING."""

FIXED_INTONATION: frozenset[str] = frozenset()

WORDS_PER_MINUTE = 165
SEMITONE = 50 / 12  # its pitch scale runs from 0 to 100, an octave each side of 50

# Has the vowels in which accents of English differ.
PROBE = "poor hot goat bath"


def voices(settings: EspeakSettings, language: str) -> list[list[Voice]]:
    """Each accent with each variant.

    Accents differ in their sounds and variants in their vocal tract; the same variant in two
    accents is one person with two accents, so the group is the variant.
    """
    accents = _chosen("accents", settings.accents, ACCENTS if language == "en" else (language,))
    variants = _chosen("variants", settings.variants, VARIANTS)
    return [
        [Voice("espeak", f"{accent}+{variant}", f"espeak-{variant}", LICENCE) for accent in accents]
        for variant in variants
    ]


def _chosen(
    setting: str, chosen: Literal["all"] | list[str], known: tuple[str, ...]
) -> tuple[str, ...]:
    if chosen == "all":
        return known
    unknown = [name for name in chosen if name not in known]
    if unknown:
        raise UserError(
            f"synthesis.engines.espeak.{setting}: no {unknown[0]!r}; there are {', '.join(known)}, "
            'or "all" for all of them'
        )
    return tuple(chosen)


def speak(utterances: Sequence[Utterance]) -> list[Speech]:
    """Say all utterances, in a process of its own."""
    try:
        import espeakng_loader
    except ImportError:
        package = "pip install espeakng-loader"
        raise base.missing("espeak", "the Python package espeakng-loader", package) from None
    batch = {
        "library": espeakng_loader.get_library_path(),
        "data": espeakng_loader.get_data_path(),
        "utterances": [
            {
                "text": with_phonemes(item.text, item.pronunciations),
                "voice": item.voice,
                "rate": round(WORDS_PER_MINUTE * item.rate),
                "pitch": round(min(max(50 + item.pitch * SEMITONE, 0), 100)),
                "range": round(min(max(50 * item.range, 0), 100)),
            }
            for item in utterances
        ],
    }
    remedy = "Install the pip package espeakng-loader again"
    return base.speak_by_worker("espeak", batch, utterances, remedy)


def check_voices(voices: Sequence[str]) -> None:
    """Make sure that accents and variants are heard.

    espeak-ng up to 1.51 gives every accent the same sounds, without a word, once more than about
    350 voice files are present. Speaks one sentence in the manner of each voice and compares.

    Raises
    ------
    UserError
        If two accents or two variants sound the same.
    """
    accents = sorted({voice.partition("+")[0] for voice in voices})
    variants = sorted({voice.partition("+")[2] for voice in voices})
    for names in (
        [f"{accent}+{variants[0]}" for accent in accents],
        [f"{accents[0]}+{variant}" for variant in variants],
    ):
        utterances = [Utterance(PROBE, name, 1.0, 0.0, 1.0) for name in names]
        heard: dict[bytes, str] = {}
        for name, (samples, _) in zip(names, speak(utterances), strict=True):
            same = heard.setdefault(samples.tobytes(), name)
            if same != name:
                raise UserError(
                    f"espeak-ng gives the voices {same} and {name} the same sounds: its voice "
                    "files are incomplete, or too many. Install the pip package espeakng-loader "
                    "again, or remove one of them from synthesis.engines.espeak"
                )
