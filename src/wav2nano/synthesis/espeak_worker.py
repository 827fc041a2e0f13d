"""Speak with espeak-ng, in a process of its own: run by path, with the standard library alone.

Reads a JSON object from standard input: `library`, `data` (paths), `timeout` (seconds for each
utterance) and `utterances`, a list of {text, voice, rate, pitch, range} in espeak-ng's units.
Writes for each utterance its status and size as two little-endian int32, then 16-bit samples.

espeak-ng carries state (the phase of its flutter) from one utterance to the next, and setting it
up again does not clear it. Each utterance is therefore spoken in a child forked from the same
state: what a recording sounds like does not depend on the ones before. A crash or a hang ends
with the child.
"""

import ctypes
import json
import os
import select
import struct
import sys
import time
from typing import Any

SYNCHRONOUS = 2  # espeak_AUDIO_OUTPUT: AUDIO_OUTPUT_SYNCHRONOUS
UTF8 = 1  # espeakCHARS_UTF8
RATE, VOLUME, PITCH, RANGE = 1, 2, 3, 4  # espeak_PARAMETER

SPOKEN, CRASHED, TIMED_OUT, NO_VOICE = range(4)
NO_VOICE_EXIT = 3

SYNTH_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


def speak(espeak: ctypes.CDLL, utterance: dict[str, Any], out: int) -> int:
    """Write the utterance's samples to the file descriptor `out`; give the exit status."""
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
    samples = bytearray()

    def collect(wave: Any, count: int, _events: object) -> int:
        if wave and count > 0:
            samples.extend(ctypes.string_at(wave, 2 * count))
        return 0

    callback = SYNTH_CALLBACK(collect)  # held here, as C does not
    espeak.espeak_SetSynthCallback(callback)
    text = utterance["text"].encode() + b"\0"
    failed = espeak.espeak_Synth(
        ctypes.c_char_p(text), ctypes.c_size_t(len(text)), 0, 0, 0, UTF8, None, None
    )
    espeak.espeak_Synchronize()
    view = memoryview(samples)
    while view:
        view = view[os.write(out, view) :]
    return 1 if failed else 0


def speak_in_child(
    espeak: ctypes.CDLL, utterance: dict[str, Any], timeout: float
) -> tuple[int, bytes]:
    """Fork, speak in the child, and collect what it says within `timeout` seconds."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reading)
            status = speak(espeak, utterance, writing)
        finally:
            os._exit(status)
    os.close(writing)
    samples = bytearray()
    deadline = time.monotonic() + timeout
    timed_out = False
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([reading], [], [], left)[0]:
            timed_out = True
            os.kill(child, 9)
            break
        block = os.read(reading, 1 << 16)
        if not block:
            break
        samples += block
    os.close(reading)
    _, status = os.waitpid(child, 0)
    if timed_out:
        return TIMED_OUT, b""
    if status == 0:
        return SPOKEN, bytes(samples)
    exited_for_voice = os.WIFEXITED(status) and os.WEXITSTATUS(status) == NO_VOICE_EXIT
    return (NO_VOICE if exited_for_voice else CRASHED), b""


def main() -> None:
    """Serve one batch."""
    batch = json.load(sys.stdin)
    espeak = ctypes.CDLL(batch["library"])
    espeak.espeak_SetVoiceByName.argtypes = [ctypes.c_char_p]
    rate = espeak.espeak_Initialize(SYNCHRONOUS, 500, batch["data"].encode(), 0)
    out = sys.stdout.buffer
    out.write(struct.pack("<i", rate))
    for utterance in batch["utterances"]:
        status, samples = speak_in_child(espeak, utterance, batch["timeout"])
        out.write(struct.pack("<ii", status, len(samples)))
        out.write(samples)
    out.flush()


if __name__ == "__main__":
    main()
