"""Speak with espeak-ng; the batch has `library` and `data`, paths."""

import ctypes
import json
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from wav2nano.synthesis.workers.forked import NO_VOICE_EXIT, serve

SYNCHRONOUS = 2  # espeak_AUDIO_OUTPUT: AUDIO_OUTPUT_SYNCHRONOUS
UTF8 = 1  # espeakCHARS_UTF8
PHONEMES = 0x100  # espeakPHONEMES: they may stand in the text, in [[ and ]]
RATE, VOLUME, PITCH, RANGE = 1, 2, 3, 4  # espeak_PARAMETER

SYNTH_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


def speak(espeak: ctypes.CDLL, utterance: dict[str, Any], give: Callable[[bytes], None]) -> int:
    """Give the utterance's samples; returns the exit status."""
    if espeak.espeak_SetVoiceByName(utterance["voice"].encode()) != 0:
        return NO_VOICE_EXIT
    for parameter, value in (
        (RATE, utterance["rate"]),
        (VOLUME, 100),
        (PITCH, utterance["pitch"]),
        (RANGE, utterance["range"]),
    ):
        espeak.espeak_SetParameter(parameter, value, 0)
    espeak.espeak_ng_SetRandSeed(ctypes.c_long(1))

    def collect(wave: Any, count: int, _events: object) -> int:
        if wave and count > 0:
            give(ctypes.string_at(wave, 2 * count))
        return 0

    callback = SYNTH_CALLBACK(collect)  # held here, as C does not
    espeak.espeak_SetSynthCallback(callback)
    text = utterance["text"].encode() + b"\0"
    flags = UTF8 | PHONEMES
    failed = espeak.espeak_Synth(
        ctypes.c_char_p(text), ctypes.c_size_t(len(text)), 0, 0, 0, flags, None, None
    )
    espeak.espeak_Synchronize()
    return 1 if failed else 0


def main() -> None:
    """Serve one batch."""
    batch = json.load(sys.stdin)
    espeak = ctypes.CDLL(batch["library"])
    espeak.espeak_SetVoiceByName.argtypes = [ctypes.c_char_p]
    rate = espeak.espeak_Initialize(SYNCHRONOUS, 500, batch["data"].encode(), 0)
    serve(batch, rate, partial(speak, espeak))


if __name__ == "__main__":
    main()
