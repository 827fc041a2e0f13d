"""Speak each utterance of a batch in a child of its own.

A worker reads a JSON object from standard input: `timeout` (seconds for each utterance),
`utterances`, a list of {text, voice ...} in the engine's units, and what else the engine needs. It
writes the sampling rate in Hz, then for each utterance its status and size, all as little-endian
int32, and 16-bit samples.

A library carries state from one utterance to the next. Each is therefore spoken in a child forked
from the same state: what a recording sounds like does not depend on the ones before. A crash or a
hang ends with the child.
"""

import os
import select
import struct
import sys
import time
from collections.abc import Callable
from typing import Any

SPOKEN, CRASHED, TIMED_OUT, NO_VOICE = range(4)
NO_VOICE_EXIT = 3

Speak = Callable[[dict[str, Any], Callable[[bytes], None]], int]
"""Says an utterance, gives its samples to a function, and returns the exit status."""


def serve(batch: dict[str, Any], rate: int, speak: Speak) -> None:
    """Say what a batch holds, and write it to standard output."""
    out = sys.stdout.buffer
    out.write(struct.pack("<i", rate))
    for utterance in batch["utterances"]:
        status, samples = speak_in_child(speak, utterance, batch["timeout"])
        out.write(struct.pack("<ii", status, len(samples)))
        out.write(samples)
        out.flush()


def speak_in_child(speak: Speak, utterance: dict[str, Any], timeout: float) -> tuple[int, bytes]:
    """Fork, speak in the child, and collect what it says within `timeout` seconds."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reading)
            said = bytearray()
            status = speak(utterance, said.extend)
            view = memoryview(said)
            while view:
                view = view[os.write(writing, view) :]
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
