"""festival: voices made of the speech of persons, from Debian's packages."""

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import soundfile

from wav2nano.arpabet import CONSONANTS, with_made_up_words
from wav2nano.settings.synthesis import RecordedVoicesSettings
from wav2nano.synthesis import base
from wav2nano.synthesis.base import Speech, Utterance, Voice, recorded_voices

# The person whose speech a voice was built from; flite's kal16 and slt are the same persons.
SPEAKERS = {
    "kal_diphone": "cmu-kal",
    "ked_diphone": "cstr-ked",
    "cmu_us_slt_arctic_hts": "cmu-slt",
}

LICENCES = {
    "kal_diphone": "CMU licence (free use, BSD-like; Alan W Black and Kevin Lenzo)",
    "ked_diphone": "CSTR licence (free use, BSD-like; University of Edinburgh)",
    "cmu_us_slt_arctic_hts": "EST-2003 and BSD-3-Clause (Carnegie Mellon, HTS group)",
}
"""As of the Debian packages' copyright files."""

FIXED_INTONATION = frozenset({"cmu_us_slt_arctic_hts"})

PACKAGES = {
    "kal_diphone": "festvox-kallpc16k",
    "ked_diphone": "festvox-kdlpc16k",
    "cmu_us_slt_arctic_hts": "festvox-us-slt-hts",
}
# Mean and standard deviation of the fundamental frequency in Hz, and the slowness, that the
# diphone voices set for themselves.
F0 = {"kal_diphone": (105, 14), "ked_diphone": (105, 15)}
STRETCH = 1.1

# What English syllables begin with, of two consonants and more.
ONSETS = frozenset(
    f"{first} {last}"
    for last, firsts in (
        ("R", ("P", "B", "T", "D", "K", "G", "F", "TH", "SH", "S P", "S T", "S K")),
        ("L", ("P", "B", "K", "G", "F", "S", "S P", "S K")),
        ("W", ("T", "D", "K", "G", "S", "TH", "HH", "S K")),
        (
            "Y",
            ("P", "B", "T", "D", "K", "G", "F", "V", "TH", "HH", "M", "N", "L", "S", "S P", "S K"),
        ),
        *((last, ("S",)) for last in ("P", "T", "K", "M", "N", "F")),
    )
    for first in firsts
)

# After an error, festival leaves the utterance without a file and continues with the next.
_PRELUDE = """
(define (w2n_save text file)
  (let ((utt (eval (list 'Utterance 'Text text))))
    (utt.synth utt)
    (utt.save.wave utt file 'riff)))
(define (w2n_diphone text file stretch mean deviation)
  (Parameter.set 'Duration_Stretch stretch)
  (set! int_lr_params
    (list (list 'target_f0_mean mean) (list 'target_f0_std deviation)
          '(model_f0_mean 170) '(model_f0_std 34)))
  (w2n_save text file))
(define (w2n_hts text file rate)
  (set! hts_engine_params
    (append cmu_us_slt_arctic_hts::hts_engine_params (list (list "-r" rate))))
  (w2n_save text file))
"""


def voices(settings: RecordedVoicesSettings, language: str) -> list[list[Voice]]:
    """Voices by their names."""
    return recorded_voices("festival", settings.voices, SPEAKERS, LICENCES)


def speak(utterances: Sequence[Utterance]) -> list[Speech]:
    """Say all utterances, by one run of the program."""
    voices = list(dict.fromkeys(item.voice for item in utterances))
    festival = _program(voices)
    with tempfile.TemporaryDirectory(prefix="wav2nano-festival-") as folder:
        lines = [_PRELUDE]
        for voice in voices:  # loading a voice takes half a second: once for each
            lines.append(f"(voice_{voice})")
            for number, item in enumerate(utterances):
                if item.voice == voice:
                    text, made_up = with_made_up_words(item.text, item.pronunciations)
                    lines += map(_entry, made_up, made_up.values())
                    call = _festival_call(item, text, Path(folder) / f"{number}.wav")
                    lines.append(f"(unwind-protect {call} nil)")
        script = Path(folder) / "say.scm"
        script.write_text("\n".join(lines))
        _run_festival(festival, f'(load "{script}")', base.START_TIMEOUT + 0.2 * len(utterances))
        speech = []
        for number, item in enumerate(utterances):
            wav = Path(folder) / f"{number}.wav"
            if not wav.exists():
                raise base.failed("festival", item, "crashed or took too long")
            speech.append(soundfile.read(wav, dtype="int16"))
    return speech


@cache
def _festival_voices(festival: str) -> list[str]:
    return re.findall(
        r"[\w-]+", _run_festival(festival, "(print (voice.list))", base.START_TIMEOUT)
    )


def _festival_call(item: Utterance, text: str, wav: Path) -> str:
    # The plan lets letters, digits, - and ' through, and ends a text with one of . ? ! ,
    said = json.dumps(text)
    if item.voice not in F0:
        return f'(w2n_hts {said} "{wav}" {item.rate:.4f})'
    mean, deviation = F0[item.voice]
    numbers = (STRETCH / item.rate, mean * 2 ** (item.pitch / 12), deviation * item.range)
    return f'(w2n_diphone {said} "{wav}" {" ".join(f"{number:.4f}" for number in numbers)})'


def read_words(words: Sequence[str], voice: str) -> tuple[dict[str, str], dict[str, bool]]:
    """Say in phonemes of CMUdict how a voice reads words, and whether its lexicon has them.

    Of words with other letters than a to z nothing is said: they are several words to it.

    Raises
    ------
    UserError
        If festival or the voice is not installed.
    """
    festival = _program([voice])
    plain = [word for word in words if re.fullmatch("[a-z']+", word)]
    looked_up = " ".join(
        f"(print (list {json.dumps(word)} (lex.lookup_all {json.dumps(word)})"
        f" (lex.lookup {json.dumps(word)} nil)))"
        for word in plain
    )
    said = _run_festival(festival, f"(begin (voice_{voice}) {looked_up})", base.START_TIMEOUT)
    readings, has = {}, {}
    for word, entries, entry in re.findall(r'^\("(.+?)" (nil|\(.*\)) (\(".*\))\)$', said, re.M):
        symbols = []
        for sounds, stress in re.findall(r"\(([a-z ]+)\) (\d)", entry):
            names = sounds.upper().replace("AX", "AH").split()
            symbols += [name if name in CONSONANTS else f"{name}{stress}" for name in names]
        readings[word], has[word] = " ".join(symbols), entries != "nil"
    return readings, has


def _program(voices: Sequence[str]) -> str:
    festival = shutil.which("festival")
    if not festival:
        packages = " ".join(sorted({PACKAGES[voice] for voice in voices}))
        install = f"apt-get install festival {packages}"
        raise base.missing("festival", "the program festival", install)
    for voice in voices:
        if voice not in _festival_voices(festival):
            install = f"apt-get install {PACKAGES[voice]}"
            raise base.missing("festival", f"its voice {voice}", install)
    return festival


def _entry(word: str, phonemes: str) -> str:
    """Write the command that adds a word to the lexicon."""
    said = " ".join(f"(({' '.join(sounds)}) {stress})" for sounds, stress in syllables(phonemes))
    return f"(lex.add.entry '({json.dumps(word)} nil ({said})))"


def syllables(phonemes: str) -> list[tuple[list[str], int]]:
    """Divide a word as festival's lexicon does: each syllable begins as early as English allows.

    Examples
    --------
    >>> syllables("M AA1 N S T ER0")
    [(['m', 'aa', 'n'], 1), (['s', 't', 'er'], 0)]
    """
    found: list[tuple[list[str], int]] = []
    consonants: list[str] = []
    for symbol in phonemes.split():
        if symbol in CONSONANTS:
            consonants.append(symbol)
            continue
        start = 0
        if found:
            places = range(len(consonants) + 1)
            start = next(place for place in places if _is_onset(consonants[place:]))
            found[-1][0].extend(map(str.lower, consonants[:start]))
        vowel = "ax" if symbol == "AH0" else symbol[:-1].lower()
        found.append(([*map(str.lower, consonants[start:]), vowel], int(symbol[-1] != "0")))
        consonants = []
    found[-1][0].extend(map(str.lower, consonants))
    return found


def _is_onset(consonants: Sequence[str]) -> bool:
    """Tell whether an English syllable begins so."""
    return len(consonants) == 0 or (
        consonants[-1] != "NG" and (len(consonants) == 1 or " ".join(consonants) in ONSETS)
    )


def _run_festival(festival: str, expression: str, timeout: float) -> str:
    try:
        result = subprocess.run(
            [festival, "-b", expression],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return ""  # the utterances without a file are named by the caller
    return result.stdout
