"""Speak with SVOX Pico; the batch has `library`, a path, and `resources`, paths by voice."""

import ctypes
import json
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from wav2nano.synthesis.workers.forked import NO_VOICE_EXIT, serve

# Of picoapi.h and picodefs.h.
RATE = 16000
MEMORY = 2_500_000  # bytes, enough for one voice
NAME_SIZE = 32
IDLE, BUSY = 200, 201
BLOCK = 1 << 12  # bytes
VOICE = b"voice"


def speak(
    pico: ctypes.CDLL,
    resources: dict[str, list[str]],
    utterance: dict[str, Any],
    give: Callable[[bytes], None],
) -> int:
    """Give the utterance's samples; returns the exit status."""
    memory = ctypes.create_string_buffer(MEMORY)
    system, engine = ctypes.c_void_p(), ctypes.c_void_p()
    if pico.pico_initialize(memory, ctypes.c_uint32(MEMORY), ctypes.byref(system)):
        return 1
    failed = pico.pico_createVoiceDefinition(system, VOICE)
    for path in resources[utterance["voice"]]:
        resource, name = ctypes.c_void_p(), ctypes.create_string_buffer(NAME_SIZE)
        failed = (
            failed
            or pico.pico_loadResource(system, path.encode(), ctypes.byref(resource))
            or pico.pico_getResourceName(system, resource, name)
            or pico.pico_addResourceToVoiceDefinition(system, VOICE, name)
        )
    if failed or pico.pico_newEngine(system, VOICE, ctypes.byref(engine)):
        return NO_VOICE_EXIT
    text = utterance["text"].encode() + b"\0"  # the zero ends it: what is buffered is spoken
    block = ctypes.create_string_buffer(BLOCK)
    taken, got, kind = ctypes.c_int16(), ctypes.c_int16(), ctypes.c_int16()
    while text:
        size = ctypes.c_int16(len(text))
        if pico.pico_putTextUtf8(engine, text, size, ctypes.byref(taken)):
            return 1
        text = text[taken.value :]
        status = BUSY
        while status == BUSY:
            status = pico.pico_getData(
                engine, block, ctypes.c_int16(BLOCK), ctypes.byref(got), ctypes.byref(kind)
            )
            give(block.raw[: got.value])
        if status != IDLE:
            return 1
    return 0


def main() -> None:
    """Serve one batch."""
    batch = json.load(sys.stdin)
    pico = ctypes.CDLL(batch["library"])
    serve(batch, RATE, partial(speak, pico, batch["resources"]))


if __name__ == "__main__":
    main()
