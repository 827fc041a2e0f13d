"""The voices that the settings ask for: who speaks, on which engine, under which licence."""

from dataclasses import dataclass
from typing import Literal

from wav2nano.errors import UserError
from wav2nano.settings.synthesis import EspeakSettings, RecordedVoicesSettings

ESPEAK_ACCENTS = (
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
ESPEAK_VARIANTS = (
    *("m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "f1", "f2", "f3", "f4", "f5"),
    *("Alex", "Alicia", "Andrea", "Andy", "Annie", "Denis", "Diogo", "Gene", "Henrique", "Hugo"),
    *("Jacky", "Lee", "Marco", "Mario", "Michael", "Mike", "Nguyen", "Reed", "adam", "anika"),
    *("antonio", "aunty", "belinda", "benjamin", "boris", "caleb", "croak", "david", "ed"),
    *("edward", "gustave", "ian", "iven", "john", "klatt", "klatt2", "klatt4", "linda"),
    *("marcelo", "max", "michel", "miguel", "norbert", "pablo", "paul", "pedro", "quincy"),
    *("rob", "robert", "sandro", "shelby", "steph", "travis", "victor", "whisper", "zac"),
)

# The person whose speech a voice was built from. Two engines may use the same person's
# recordings; such voices must stay on one side of a split, so they share the group.
SPEAKERS = {
    ("flite", "slt"): "cmu-slt",
    ("flite", "rms"): "cmu-rms",
    ("flite", "awb"): "cmu-awb",
    ("flite", "kal16"): "cmu-kal",
    ("festival", "kal_diphone"): "cmu-kal",
    ("festival", "ked_diphone"): "cstr-ked",
    ("festival", "cmu_us_slt_arctic_hts"): "cmu-slt",
}

# Voices whose pitch and range the engine cannot set; the scale of the formants still moves both.
FIXED_INTONATION = {("flite", "rms"), ("festival", "cmu_us_slt_arctic_hts")}

_CMU = "CMU licence (free use, BSD-like; Carnegie Mellon University)"
VOICE_LICENCES = {
    "espeak": "GPL-3.0-or-later for the program and its voices; speech made with it is not covered",
    "flite-slt": _CMU,
    "flite-rms": _CMU,
    "flite-awb": _CMU,
    "flite-kal16": _CMU,
    "festival-kal_diphone": "CMU licence (free use, BSD-like; Alan W Black and Kevin Lenzo)",
    "festival-ked_diphone": "CSTR licence (free use, BSD-like; University of Edinburgh)",
    "festival-cmu_us_slt_arctic_hts": "EST-2003 and BSD-3-Clause (Carnegie Mellon, HTS group)",
    "noise": "computed, no recording behind it",
}
"""Licence of each voice; as of the Debian packages' copyright files and espeak-ng's COPYING."""


@dataclass(frozen=True)
class Voice:
    """One voice of one engine.

    `name` is what the engine is asked for ("en-us+m3", "slt"). `group` is what a split keeps
    together. espeak-ng's accents differ in their sounds and its variants in their vocal tract;
    the same variant in two accents is one person with two accents, so the group is the variant.
    """

    engine: str
    name: str
    group: str
    licence: str


def engine_voices(
    engine: str, settings: EspeakSettings | RecordedVoicesSettings
) -> list[list[Voice]]:
    """Voices of one engine, as lists of the same group: speaking by turns balances the groups.

    Parameters
    ----------
    engine : {"espeak", "flite", "festival"}
    settings
        Of that engine.

    Raises
    ------
    UserError
        If a voice is unknown.
    """
    if isinstance(settings, EspeakSettings):
        accents = _chosen("accents", settings.accents, ESPEAK_ACCENTS)
        variants = _chosen("variants", settings.variants, ESPEAK_VARIANTS)
        return [
            [
                Voice(engine, f"{accent}+{variant}", f"espeak-{variant}", VOICE_LICENCES["espeak"])
                for accent in accents
            ]
            for variant in variants
        ]
    voices = []
    for name in settings.voices:
        if (engine, name) not in SPEAKERS:
            known = ", ".join(voice for other, voice in SPEAKERS if other == engine)
            raise UserError(
                f"synthesis.engines.{engine}.voices: no voice {name!r}; there are {known}"
            )
        licence = VOICE_LICENCES[f"{engine}-{name}"]
        voices.append([Voice(engine, name, SPEAKERS[engine, name], licence)])
    return voices


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
