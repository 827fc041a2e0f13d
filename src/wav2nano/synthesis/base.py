"""What every text-to-speech engine is: its voices, and how it speaks many utterances at once."""

import json
import os
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import IO, Any, Protocol

import numpy as np

from wav2nano.errors import UserError
from wav2nano.progress import Progress
from wav2nano.provenance import SOURCE
from wav2nano.synthesis.workers import forked

TIMEOUT = 10.0  # seconds for one utterance; the slowest needs 0.1
NETWORK_TIMEOUT = 60.0  # the same for a network, which needs 1 on a machine at rest
START_TIMEOUT = 60.0  # seconds for an engine to start and load its voices on a busy machine


@dataclass(frozen=True)
class Voice:
    """One voice of one engine.

    `name` is what the engine is asked for ("en-us+m3", "slt"). `group` is the person who is heard,
    or a family of persons who are alike, which a split keeps together: two engines may have been
    built from the same person's speech.
    """

    engine: str
    name: str
    group: str
    licence: str


@dataclass(frozen=True)
class Utterance:
    """What an engine is asked to say; units as in `wav2nano.synthesis.planning.Planned`.

    `pronunciations` are phonemes of CMUdict by word in lower case, for words that no engine is to
    read by itself.
    """

    text: str
    voice: str
    rate: float
    pitch: float
    range: float
    pronunciations: Mapping[str, str] = field(default_factory=dict)


Speech = tuple[np.ndarray, int]
"""Samples, int16 [samples], and their rate in Hz."""


class Engine(Protocol):
    """A module in `engines/`.

    Attributes
    ----------
    FIXED_INTONATION
        Names of the voices whose pitch and range the engine cannot set; the scale of the formants
        still moves both.

    One that speaks more than English has `SPEAKS`, the codes of its languages.

    An engine whose files are fetched has `FILES`; if something is made of them before it can speak,
    `prepare()`, which makes it, and `is_ready()`, which tells whether it is there.
    """

    FIXED_INTONATION: frozenset[str]

    @staticmethod
    def voices(settings: Any, language: str) -> list[list[Voice]]:
        """Voices of the settings, as lists of the same group: turns balance the groups.

        They speak the language.

        Raises
        ------
        UserError
            If one is unknown.
        """

    @staticmethod
    def speak(utterances: Sequence[Utterance]) -> list[Speech]:
        """Say all utterances, of which there is at least one.

        The same utterance always gives the same samples, whatever else is in the batch.

        Raises
        ------
        UserError
            If the engine or a voice is not installed, or fails to say a word.
        """


def recorded_voices(
    engine: str, names: Sequence[str], speakers: dict[str, str], licences: dict[str, str]
) -> list[list[Voice]]:
    """Make the voices of an engine each of which is a person of its own.

    Parameters
    ----------
    engine
        Its name.
    names
        Of the voices that are asked for.
    speakers, licences
        Of all voices: the person whose speech it was built from, and the licence.
    """
    voices = []
    for name in names:
        if name not in speakers:
            raise UserError(
                f"synthesis.engines.{engine}.voices: no voice {name!r}; there are "
                f"{', '.join(speakers)}"
            )
        voices.append([Voice(engine, name, speakers[name], licences[name])])
    return voices


def speak_by_worker(
    engine: str,
    batch: dict[str, Any],
    utterances: Sequence[Utterance],
    remedy: str,
    *,
    timeout: float | None = None,
) -> list[Speech]:
    """Let the worker of an engine say what is in its `batch`, in the engine's units.

    Raises
    ------
    UserError
        If it does not start, where `remedy` helps, or fails to say a word within `timeout` seconds.
    """
    limit = TIMEOUT if timeout is None else timeout
    path = [str(SOURCE), *filter(None, [os.environ.get("PYTHONPATH")])]
    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as complaints:
        asked.write(json.dumps({**batch, "timeout": limit}).encode())
        asked.seek(0)
        worker = subprocess.Popen(
            [sys.executable, "-P", "-m", f"{forked.__package__}.{engine}"],
            stdin=asked,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path)},
        )
        assert worker.stdout is not None
        with worker:
            try:
                return list(_read_speech(engine, worker.stdout, utterances, limit))
            except struct.error:  # it ended too early
                worker.wait()
                complaints.seek(0)
                raise UserError(
                    f"{engine} does not run: {last_line(complaints.read())}. {remedy}, or remove "
                    f"synthesis.engines.{engine} from the settings"
                ) from None
            finally:
                worker.kill()


def _read_speech(
    engine: str, out: IO[bytes], utterances: Sequence[Utterance], limit: float
) -> Iterator[Speech]:
    [rate] = struct.unpack("<i", out.read(4))
    progress = Progress(engine, len(utterances), unit="words")
    for item in utterances:
        status, size = struct.unpack("<ii", out.read(8))
        if status == forked.NO_VOICE:
            raise failed(engine, item, "does not have the voice")
        if status == forked.TIMED_OUT:
            raise failed(engine, item, f"said nothing for {limit:.0f} s")
        if status != forked.SPOKEN:
            raise failed(engine, item, "crashed")
        content = out.read(size)
        if len(content) < size:
            raise struct.error
        yield np.frombuffer(content, "<i2"), rate
        progress.add()


def missing(engine: str, what: str, package: str) -> UserError:
    """Build the message for an engine or voice that is not installed."""
    return UserError(
        f"The speech engine {engine} is in the settings, but {what} is not installed. "
        f"Install it ({package}), or remove synthesis.engines.{engine} from the settings"
    )


def require_onnxruntime(engine: str) -> None:
    """Make sure that networks in ONNX can be run.

    Raises
    ------
    UserError
        If they cannot.
    """
    if not find_spec("onnxruntime"):
        package = "pip install onnxruntime"
        raise missing(engine, "the Python package onnxruntime", package)


def failed(engine: str, utterance: Utterance, how: str) -> UserError:
    """Build the message for a word that an engine could not say."""
    return UserError(
        f"{engine} {how} when asked to say {utterance.text!r} with the voice "
        f"{utterance.voice}. Spell the word differently, or remove the voice or "
        f"synthesis.engines.{engine} from the settings"
    )


def last_line(text: bytes) -> str:
    """Last line of what a program said."""
    lines = text.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "no message"
