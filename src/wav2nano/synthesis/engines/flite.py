"""flite: voices made of the speech of persons, from Debian's package."""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import soundfile

from wav2nano.arpabet import with_made_up_words
from wav2nano.settings.synthesis import RecordedVoicesSettings
from wav2nano.synthesis import base
from wav2nano.synthesis.base import Speech, Utterance, Voice, recorded_voices

# The person whose speech a voice was built from.
SPEAKERS = {"slt": "cmu-slt", "rms": "cmu-rms", "awb": "cmu-awb", "kal16": "cmu-kal"}

LICENCES = dict.fromkeys(SPEAKERS, "CMU licence (free use, BSD-like; Carnegie Mellon University)")
"""As of the Debian package's copyright file."""

FIXED_INTONATION = frozenset({"rms"})

# Mean and standard deviation of a voice's fundamental frequency in Hz, as flite speaks by default.
F0 = {"slt": (170, 28), "awb": (129, 22), "kal16": (95, 11)}


def voices(settings: RecordedVoicesSettings, language: str) -> list[list[Voice]]:
    """Voices by their names."""
    return recorded_voices("flite", settings.voices, SPEAKERS, LICENCES)


def speak(utterances: Sequence[Utterance]) -> list[Speech]:
    """Say all utterances, one call of the program each."""
    flite = _program()
    listed = subprocess.run([flite, "-lv"], capture_output=True, text=True, check=False).stdout
    for voice in sorted({item.voice for item in utterances} - set(listed.split())):
        raise base.missing("flite", f"its voice {voice}", "apt-get install flite")
    speech = []
    with tempfile.TemporaryDirectory(prefix="wav2nano-flite-") as folder:
        wav, lexicon = Path(folder) / "speech.wav", Path(folder) / "lexicon"
        for item in utterances:
            features = {"duration_stretch": 1 / item.rate}
            if item.voice in F0:
                mean, deviation = F0[item.voice]
                features["int_f0_target_mean"] = mean * 2 ** (item.pitch / 12)
                features["int_f0_target_stddev"] = deviation * item.range
            command = [flite, "-voice", item.voice]
            text, made_up = with_made_up_words(item.text, item.pronunciations)
            if made_up:
                lexicon.write_text("".join(map(_entry, made_up, made_up.values())))
                command += ["-add_lex", str(lexicon)]
            for name, value in features.items():
                command += ["--setf", f"{name}={value:.4f}"]
            wav.unlink(missing_ok=True)
            try:
                result = subprocess.run(
                    [*command, "-t", text, "-o", str(wav)],
                    capture_output=True,
                    timeout=base.TIMEOUT,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                raise base.failed("flite", item, f"said nothing for {base.TIMEOUT:.0f} s") from None
            if result.returncode or not wav.exists():
                raise base.failed("flite", item, "crashed")
            speech.append(soundfile.read(wav, dtype="int16"))
    return speech


def _program() -> str:
    program = shutil.which("flite")
    if not program:
        raise base.missing("flite", "the program flite", "apt-get install flite")
    return program


def read_words(words: Sequence[str], voice: str) -> dict[str, str]:
    """Say in phonemes of CMUdict how a voice reads words; none of a word that it does not read.

    Raises
    ------
    UserError
        If flite is not installed.
    """
    flite = _program()
    found = {}
    for word in words:
        command = [flite, "-voice", voice, "-t", word, "-psstress", "-o", "none"]
        try:
            result = subprocess.run(
                command, capture_output=True, text=True, timeout=base.TIMEOUT, check=False
            )
        except subprocess.TimeoutExpired:
            continue  # when it is to be spoken, this is an error
        symbols = [symbol for symbol in result.stdout.upper().split() if symbol != "PAU"]
        if symbols:
            found[word] = " ".join(symbols).replace("AX0", "AH0")
    return found


def _entry(word: str, phonemes: str) -> str:
    """Write a line of a lexicon of flite, which knows two degrees of stress, and a schwa."""
    said = phonemes.replace("2", "1").replace("AH0", "AX0").lower()
    return f"{word} : {said}\n"
