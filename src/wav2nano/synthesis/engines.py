"""Text-to-speech engines: from what is planned to the dry audio, many utterances at once."""

import json
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import soundfile

from wav2nano.errors import UserError
from wav2nano.synthesis import espeak_worker

TIMEOUT = 10.0  # seconds for one utterance; the slowest needs 0.1
START_TIMEOUT = 60.0  # seconds for an engine to start and load its voices on a busy machine


@dataclass(frozen=True)
class Utterance:
    """What an engine is asked to say; units as in `wav2nano.synthesis.planning.Planned`."""

    text: str
    voice: str
    rate: float
    pitch: float
    range: float


Speech = tuple[np.ndarray, int]
"""Samples, int16 [samples], and their rate in Hz."""


def speak(engine: str, utterances: Sequence[Utterance]) -> list[Speech]:
    """Let an engine say all `utterances`.

    The same utterance always gives the same samples, whatever else is in the batch.

    Raises
    ------
    UserError
        If the engine or a voice is not installed, or fails to say a word.
    """
    return _ENGINES[engine](utterances) if utterances else []


def missing(engine: str, what: str, package: str) -> UserError:
    """Build the message for an engine or voice that is not installed."""
    return UserError(
        f"The speech engine {engine} is in the settings, but {what} is not installed. "
        f"Install it ({package}), or remove synthesis.engines.{engine} from the settings"
    )


def _failed(engine: str, utterance: Utterance, how: str) -> UserError:
    return UserError(
        f"{engine} {how} when asked to say {utterance.text!r} with the voice "
        f"{utterance.voice}. Spell the word differently, or remove the voice or "
        f"synthesis.engines.{engine} from the settings"
    )


# --- espeak-ng ---------------------------------------------------------------------------------

ESPEAK_WORDS_PER_MINUTE = 165
ESPEAK_SEMITONE = 50 / 12  # its pitch scale runs from 0 to 100, an octave each side of 50

# Has the vowels in which accents of English differ.
ESPEAK_PROBE = "poor hot goat bath"


def _speak_espeak(utterances: Sequence[Utterance]) -> list[Speech]:
    try:
        import espeakng_loader
    except ImportError:
        package = "pip install espeakng-loader"
        raise missing("espeak", "the Python package espeakng-loader", package) from None
    batch = {
        "library": espeakng_loader.get_library_path(),
        "data": espeakng_loader.get_data_path(),
        "timeout": TIMEOUT,
        "utterances": [
            {
                "text": item.text,
                "voice": item.voice,
                "rate": round(ESPEAK_WORDS_PER_MINUTE * item.rate),
                "pitch": round(min(max(50 + item.pitch * ESPEAK_SEMITONE, 0), 100)),
                "range": round(min(max(50 * item.range, 0), 100)),
            }
            for item in utterances
        ],
    }
    result = subprocess.run(
        [sys.executable, "-I", espeak_worker.__file__],
        input=json.dumps(batch).encode(),
        capture_output=True,
        check=False,
    )
    if result.returncode:
        raise UserError(
            f"espeak-ng did not start: {_last_line(result.stderr)}. Install the pip package "
            "espeakng-loader again, or remove synthesis.engines.espeak from the settings"
        )
    rate, place = *struct.unpack_from("<i", result.stdout), 4
    speech = []
    for item in utterances:
        status, size = struct.unpack_from("<ii", result.stdout, place)
        place += 8
        if status == espeak_worker.NO_VOICE:
            raise _failed("espeak", item, "does not have the voice")
        if status == espeak_worker.TIMED_OUT:
            raise _failed("espeak", item, f"said nothing for {TIMEOUT:.0f} s")
        if status != espeak_worker.SPOKEN:
            raise _failed("espeak", item, "crashed")
        samples = np.frombuffer(result.stdout, "<i2", count=size // 2, offset=place)
        place += size
        speech.append((samples, rate))
    return speech


def check_espeak_voices(voices: Sequence[str]) -> None:
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
        utterances = [Utterance(ESPEAK_PROBE, name, 1.0, 0.0, 1.0) for name in names]
        heard: dict[bytes, str] = {}
        for name, (samples, _) in zip(names, _speak_espeak(utterances), strict=True):
            same = heard.setdefault(samples.tobytes(), name)
            if same != name:
                raise UserError(
                    f"espeak-ng gives the voices {same} and {name} the same sounds: its voice "
                    "files are incomplete, or too many. Install the pip package espeakng-loader "
                    "again, or remove one of them from synthesis.engines.espeak"
                )


# --- flite -------------------------------------------------------------------------------------

# Mean and standard deviation of a voice's fundamental frequency in Hz, as flite speaks by default.
FLITE_F0 = {"slt": (170, 28), "awb": (129, 22), "kal16": (95, 11)}


def _speak_flite(utterances: Sequence[Utterance]) -> list[Speech]:
    flite = shutil.which("flite")
    if not flite:
        raise missing("flite", "the program flite", "apt-get install flite")
    listed = subprocess.run([flite, "-lv"], capture_output=True, text=True, check=False).stdout
    for voice in sorted({item.voice for item in utterances} - set(listed.split())):
        raise missing("flite", f"its voice {voice}", "apt-get install flite")
    speech = []
    with tempfile.TemporaryDirectory(prefix="wav2nano-flite-") as folder:
        wav = Path(folder) / "speech.wav"
        for item in utterances:
            features = {"duration_stretch": 1 / item.rate}
            if item.voice in FLITE_F0:
                mean, deviation = FLITE_F0[item.voice]
                features["int_f0_target_mean"] = mean * 2 ** (item.pitch / 12)
                features["int_f0_target_stddev"] = deviation * item.range
            command = [flite, "-voice", item.voice]
            for name, value in features.items():
                command += ["--setf", f"{name}={value:.4f}"]
            wav.unlink(missing_ok=True)
            try:
                result = subprocess.run(
                    [*command, "-t", item.text, "-o", str(wav)],
                    capture_output=True,
                    timeout=TIMEOUT,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                raise _failed("flite", item, f"said nothing for {TIMEOUT:.0f} s") from None
            if result.returncode or not wav.exists():
                raise _failed("flite", item, "crashed")
            speech.append(soundfile.read(wav, dtype="int16"))
    return speech


# --- festival ----------------------------------------------------------------------------------

FESTIVAL_PACKAGES = {
    "kal_diphone": "festvox-kallpc16k",
    "ked_diphone": "festvox-kdlpc16k",
    "cmu_us_slt_arctic_hts": "festvox-us-slt-hts",
}
# Mean and standard deviation of the fundamental frequency in Hz, and the slowness, that the
# diphone voices set for themselves.
FESTIVAL_F0 = {"kal_diphone": (105, 14), "ked_diphone": (105, 15)}
FESTIVAL_STRETCH = 1.1

# After an error, festival leaves the utterance without a file and continues with the next.
_FESTIVAL_PRELUDE = """
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


def _speak_festival(utterances: Sequence[Utterance]) -> list[Speech]:
    festival = shutil.which("festival")
    if not festival:
        packages = " ".join(sorted({FESTIVAL_PACKAGES[item.voice] for item in utterances}))
        install = f"apt-get install festival {packages}"
        raise missing("festival", "the program festival", install)
    voices = list(dict.fromkeys(item.voice for item in utterances))
    for voice in voices:
        if voice not in _festival_voices(festival):
            install = f"apt-get install {FESTIVAL_PACKAGES[voice]}"
            raise missing("festival", f"its voice {voice}", install)

    with tempfile.TemporaryDirectory(prefix="wav2nano-festival-") as folder:
        lines = [_FESTIVAL_PRELUDE]
        for voice in voices:  # loading a voice takes half a second: once for each
            lines.append(f"(voice_{voice})")
            lines += [
                f"(unwind-protect {_festival_call(item, Path(folder) / f'{number}.wav')} nil)"
                for number, item in enumerate(utterances)
                if item.voice == voice
            ]
        script = Path(folder) / "say.scm"
        script.write_text("\n".join(lines))
        _run_festival(festival, f'(load "{script}")', START_TIMEOUT + 0.2 * len(utterances))
        speech = []
        for number, item in enumerate(utterances):
            wav = Path(folder) / f"{number}.wav"
            if not wav.exists():
                raise _failed("festival", item, "crashed or took too long")
            speech.append(soundfile.read(wav, dtype="int16"))
    return speech


@cache
def _festival_voices(festival: str) -> list[str]:
    return re.findall(r"[\w-]+", _run_festival(festival, "(print (voice.list))", START_TIMEOUT))


def _festival_call(item: Utterance, wav: Path) -> str:
    # The plan lets letters, digits, - and ' through, and ends a text with one of . ? ! ,
    text = json.dumps(item.text)
    if item.voice not in FESTIVAL_F0:
        return f'(w2n_hts {text} "{wav}" {item.rate:.4f})'
    mean, deviation = FESTIVAL_F0[item.voice]
    numbers = (FESTIVAL_STRETCH / item.rate, mean * 2 ** (item.pitch / 12), deviation * item.range)
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


def _last_line(text: bytes) -> str:
    lines = text.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "no message"


_ENGINES: dict[str, Callable[[Sequence[Utterance]], list[Speech]]] = {
    "espeak": _speak_espeak,
    "flite": _speak_flite,
    "festival": _speak_festival,
}
ENGINES = tuple(_ENGINES)
