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


def voices(settings: RecordedVoicesSettings) -> list[list[Voice]]:
    """Voices by their names."""
    return recorded_voices("festival", settings.voices, SPEAKERS, LICENCES)


def speak(utterances: Sequence[Utterance]) -> list[Speech]:
    """Say all utterances, by one run of the program."""
    festival = shutil.which("festival")
    if not festival:
        packages = " ".join(sorted({PACKAGES[item.voice] for item in utterances}))
        install = f"apt-get install festival {packages}"
        raise base.missing("festival", "the program festival", install)
    voices = list(dict.fromkeys(item.voice for item in utterances))
    for voice in voices:
        if voice not in _festival_voices(festival):
            install = f"apt-get install {PACKAGES[voice]}"
            raise base.missing("festival", f"its voice {voice}", install)

    with tempfile.TemporaryDirectory(prefix="wav2nano-festival-") as folder:
        lines = [_PRELUDE]
        for voice in voices:  # loading a voice takes half a second: once for each
            lines.append(f"(voice_{voice})")
            lines += [
                f"(unwind-protect {_festival_call(item, Path(folder) / f'{number}.wav')} nil)"
                for number, item in enumerate(utterances)
                if item.voice == voice
            ]
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


def _festival_call(item: Utterance, wav: Path) -> str:
    # The plan lets letters, digits, - and ' through, and ends a text with one of . ? ! ,
    text = json.dumps(item.text)
    if item.voice not in F0:
        return f'(w2n_hts {text} "{wav}" {item.rate:.4f})'
    mean, deviation = F0[item.voice]
    numbers = (STRETCH / item.rate, mean * 2 ** (item.pitch / 12), deviation * item.range)
    return f'(w2n_diphone {text} "{wav}" {" ".join(f"{number:.4f}" for number in numbers)})'


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
