"""From text to phonemes, by espeak-ng: in the International Phonetic Alphabet, with stress."""

import ctypes
import re
from collections.abc import Mapping
from functools import cache, lru_cache

from wav2nano.arpabet import VOWELS, name_sounds, replace_words, sounds_in
from wav2nano.errors import UserError

# Of speak_lib.h.
_SYNCHRONOUS = 2
_UTF8 = 1
_IPA = 0x02
_TIED = 0x80
_PHONEMES = 0x100

# What espeak-ng calls the phonemes of CMUdict, in all its accents of English.
NAMES = name_sounds(
    "b tS d D f g h dZ k l m n N p r s S t T v w j z Z",
    "0 a V O: aU aI E 3: eI I i: oU OI U u:",
    "A@ O@ e@ i@3 i@3 o@ U@",
)
UNSTRESSED = {"AH": "@", "ER": "3", "IY": "i"}
# The other way, from what it writes with ^ as tie; there are marks of length beside.
ARPABET = {
    letters: names
    for written in (
        "b=B d=D f=F h=HH k=K l=L m=M n=N p=P s=S t=T v=V w=W z=Z ð=DH ŋ=NG ɡ=G ɹ=R r=R ɾ=T ʃ=SH",
        "ʒ=ZH ʔ=T θ=TH j=Y d^ʒ=JH t^ʃ=CH x=K ç=K",
        "i=IY u=UW æ=AE ɐ=AH ɑ=AA ɔ=AO ə=AH ɚ=ER ɛ=EH ɜ=ER ɪ=IH ʊ=UH ʌ=AH ᵻ=IH a=AA e=EH o=AO",
        "a^ɪ=AY a^ʊ=AW e^ɪ=EY o^ʊ=OW ɔ^ɪ=OY",
        "a^ɪ^ə=AY,AH a^ɪ^ɚ=AY,ER i^ə=IY,AH ə^l=AH,L n̩=AH,N",
        "ɑː^ɹ=AA,R ɔː^ɹ=AO,R o^ɹ=AO,R ɛ^ɹ=EH,R ɪ^ɹ=IH,R ʊ^ɹ=UH,R",
    )
    for letters, _, names in (pair.replace(",", " ").partition("=") for pair in written.split())
}
_MARKS = {"ˈ": "1", "ˌ": "2"}
_STOP = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(lambda *_: 1)
STRESS = {"": "", "0": "", "1": "'", "2": ","}


def with_phonemes(text: str, pronunciations: Mapping[str, str]) -> str:
    """Write words that have a pronunciation as espeak-ng takes phonemes amid a text.

    Parameters
    ----------
    text
        Words and punctuation.
    pronunciations
        Phonemes of CMUdict by word in lower case.

    Examples
    --------
    >>> with_phonemes("turn wav on", {"wav": "W EY1 V"})
    "turn [[w|'eI|v]] on"
    """

    def write(_: str, said: str) -> str:
        names = (
            STRESS[sound.stress]
            + (UNSTRESSED if sound.stress == "0" else NAMES).get(sound.name, NAMES[sound.name])
            for sound in sounds_in(said)
        )
        return f"[[{'|'.join(names)}]]"

    return replace_words(text, pronunciations, write)


def phonemize(text: str, language: str, *, tie: str = "") -> str:
    """Write a text in phonemes.

    Parameters
    ----------
    text
        Words, or phonemes as `with_phonemes` writes them; punctuation is dropped.
    language
        Name of a voice of espeak-ng: "en-us".
    tie
        Character between the letters of one phoneme: of a diphthong, of an affricate.

    Raises
    ------
    UserError
        If the Python package espeakng-loader is not installed.

    Examples
    --------
    >>> phonemize("never say no", "en-us")
    'nˈɛvɚ sˈeɪ nˈoʊ'
    >>> phonemize("judge", "en-us", tie="^")
    'd^ʒˈʌd^ʒ'
    """
    espeak = _speak_as(language)
    mode = _IPA | (_TIED | ord(tie) << 8 if tie else 0)
    left = ctypes.c_char_p(text.encode())
    clauses = []
    while left.value:
        clause = espeak.espeak_TextToPhonemes(ctypes.byref(left), _UTF8, mode)
        clauses.append(clause.decode())
    # Of a word that it takes for one of another language it says so: (en)ʃˈəʊ(de).
    return re.sub(r"\([a-z-]+\)", "", " ".join(clauses)).strip()


def in_arpabet(text: str, language: str) -> str:
    """Write a text in phonemes of CMUdict, as far as it has them: by an accent of America.

    Examples
    --------
    >>> in_arpabet("never say water", "en-us")
    'N EH1 V ER0 S EY1 W AO1 T ER0'
    """
    found, stress = [], "0"
    said = phonemize(text, language, tie="^").replace(" ", "")
    while said:
        if said[0] in _MARKS:
            stress, said = _MARKS[said[0]], said[1:]
            continue
        size = next((size for size in (5, 4, 3, 2, 1) if said[:size] in ARPABET), 0)
        for name in ARPABET.get(said[:size], "").split():
            found.append(f"{name}{stress}" if name in VOWELS else name)
            stress = "0" if name in VOWELS else stress
        said = said[size or 1 :]
    return " ".join(found)


@lru_cache(maxsize=1)  # it speaks as one at a time, and to choose takes longer than a word
def _speak_as(language: str) -> ctypes.CDLL:
    espeak = _load()
    if espeak.espeak_SetVoiceByName(language.encode()):
        raise ValueError(f"espeak-ng has no voice {language}")
    return espeak


@cache
def _load() -> ctypes.CDLL:
    try:
        import espeakng_loader
    except ImportError:
        raise UserError(
            "Phonemes come from the Python package espeakng-loader, which is not installed. "
            "Install it: pip install espeakng-loader"
        ) from None
    espeak = ctypes.CDLL(espeakng_loader.get_library_path())
    espeak.espeak_TextToPhonemes.restype = ctypes.c_char_p
    if espeak.espeak_Initialize(_SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), 0) < 0:
        raise UserError("espeak-ng did not start. Install the pip package espeakng-loader again")
    # Whether it takes phonemes amid a text is said where it speaks, and kept. Here nobody listens.
    espeak.espeak_SetSynthCallback(_STOP)
    espeak.espeak_Synth(b"a", ctypes.c_size_t(2), 0, 0, 0, _UTF8 | _PHONEMES, None, None)
    return espeak
