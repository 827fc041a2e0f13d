"""From text to phonemes, by espeak-ng: in the International Phonetic Alphabet, with stress."""

import ctypes
from functools import cache, lru_cache

from wav2nano.errors import UserError

# Of speak_lib.h.
_RETRIEVAL = 1
_UTF8 = 1
_IPA = 0x02
_TIED = 0x80


def phonemize(text: str, language: str, *, tie: str = "") -> str:
    """Write a text in phonemes.

    Parameters
    ----------
    text
        Words; punctuation is dropped.
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
    return " ".join(clauses).strip()


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
    if espeak.espeak_Initialize(_RETRIEVAL, 0, espeakng_loader.get_data_path().encode(), 0) < 0:
        raise UserError("espeak-ng did not start. Install the pip package espeakng-loader again")
    return espeak
