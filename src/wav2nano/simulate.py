"""Run a firmware on the simulated board, with recordings at its microphone."""

import sys
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import numpy as np

from nano33sim import Board, PinChange, Recording, SerialLine, SimulationError
from nano33sim.microphone import RATE
from nano33sim.recording import ACTIVE_LOW
from wav2nano.audio import read_audio
from wav2nano.errors import UserError

# Virtual time between two progress reports.
PIECE = RATE
TOP = 15
LONGEST = 86_400  # seconds: a day of audio is 2.8 GB


def simulate(
    firmware: Path,
    recordings: list[Path],
    *,
    seconds: float | None = None,
    pause: float = 0.5,
    elf: Path | None = None,
    profile: bool = False,
) -> None:
    """Run a firmware, and print serial lines and pins as they change, then a summary.

    Parameters
    ----------
    firmware
        The .bin of a sketch (linked for 0x10000 or 0x0), or an .elf or .hex file.
    recordings
        Audio files, played to the microphone one after the other.
    seconds
        Virtual time to run for; by default as long as the recordings, or one second.
    pause
        Silence before each recording, seconds.
    elf
        The program's ELF file, for the names of functions; by default the one beside it.
    profile
        Count instructions by function (slower).
    """
    if not 0 <= pause <= LONGEST or not (seconds is None or 0 < seconds <= LONGEST):
        raise UserError(
            f"--pause must be 0 to {LONGEST:,} seconds, and --seconds more than 0 to {LONGEST:,}"
        )
    for path in filter(None, (firmware, elf)):
        # A pipe would be waited for, a device read for ever.
        if not path.is_file():
            reason = "is a folder, a pipe or a device" if path.exists() else "does not exist"
            raise UserError(f"{path} {reason}: name a file")
    beside = firmware.with_suffix(".elf")
    if elf is None and beside.is_file():
        elf = beside
    if profile and elf is None:
        raise UserError(
            f"--profile needs the names of functions: give --elf, or put {beside.name} beside "
            f"{firmware}"
        )
    audio, beginnings = _track(recordings, pause)
    samples = RATE if not len(audio) else len(audio)
    if seconds is not None:
        samples = round(seconds * RATE)
    audio = np.concatenate([audio, np.zeros(max(samples - len(audio), 0), np.int16)])[:samples]
    board = Board(firmware, elf=elf, profile=profile)
    pieces = []
    try:
        for start, end in _pieces(samples, [start for start, _ in beginnings]):
            for begin, path in beginnings:
                if begin == start:
                    print(f"{start / RATE:12.6f} s  playing {path}")
            pieces.append(board.run(audio[start:end], on_event=_print_event))
            _progress(end, samples)
    except SimulationError as error:
        if error.recording is not None:
            pieces.append(error.recording)
        print(_summary(pieces))
        raise
    print(_summary(pieces))


def _track(recordings: list[Path], pause: float) -> tuple[np.ndarray, list[tuple[int, Path]]]:
    """Join recordings with pauses; int16 [samples], and where each begins."""
    parts: list[np.ndarray] = []
    beginnings = []
    length = 0
    for path in recordings:
        samples = read_audio(path, RATE)
        silence = np.zeros(round(pause * RATE), np.int16)
        beginnings.append((length + len(silence), path))
        parts += [silence, samples]
        length += len(silence) + len(samples)
    return (np.concatenate(parts) if parts else np.zeros(0, np.int16)), beginnings


def _pieces(samples: int, marks: list[int]) -> Iterable[tuple[int, int]]:
    """Divide a run at the beginnings of recordings, and for signs of progress."""
    cuts = sorted({*range(0, samples, PIECE), *(mark for mark in marks if mark < samples), samples})
    return pairwise(cuts)


def _print_event(event: SerialLine | PinChange) -> None:
    if isinstance(event, SerialLine):
        print(f"{event.seconds:12.6f} s  serial  {_visible(event.text)}", flush=True)
    elif event.name in ACTIVE_LOW or event.name.startswith("LED"):
        state = "on" if event.is_on else "off"
        print(f"{event.seconds:12.6f} s  LED     {event.name} {state}", flush=True)
    else:
        print(f"{event.seconds:12.6f} s  pin     {event.name} = {event.level}", flush=True)


def _progress(done: int, samples: int) -> None:
    if sys.stderr.isatty() and samples > 5 * PIECE:
        end = "\n" if done == samples else ""
        print(
            f"\r{done / RATE:.0f} of {samples / RATE:.0f} s", end=end, file=sys.stderr, flush=True
        )


def _summary(pieces: list[Recording]) -> str:
    """Say what happened, in a few lines."""
    seconds = sum(piece.seconds for piece in pieces)
    if not pieces or seconds == 0:
        return ""
    instructions = sum(piece.instructions for piece in pieces)
    asleep = sum(piece.sleep_seconds for piece in pieces)
    lines = [
        "",
        f"ran        {seconds:.6f} s of virtual time (one instruction = 1/64 us)",
        f"busy       {1 - asleep / seconds:.2%} of the time: {instructions:,} instructions",
    ]
    buffers = sum(piece.pdm_buffers for piece in pieces)
    if buffers:
        delivered = sum(piece.pdm_samples_delivered for piece in pieces)
        reused = sum(piece.pdm_buffers_reused for piece in pieces)
        lines.append(
            f"microphone {delivered:,} samples in {buffers:,} buffers, {reused:,} of which were "
            "filled again before the program gave another"
        )
    depth = pieces[-1].stack_depth
    lines.append(
        f"stack      at most {depth:,} bytes"
        if depth is not None
        else "stack      depth unknown: the program's memory layout does not show its end"
    )
    for title, texts in (
        ("resets", [f"the program reset the chip {sum(p.resets for p in pieces)} times"]),
        ("warning", dict.fromkeys(text for piece in pieces for text in piece.warnings)),
        ("no effect", [", ".join(_grouped(pieces[-1].unmodelled))]),
    ):
        if title == "resets" and not any(piece.resets for piece in pieces):
            continue
        lines += [f"{title:10s} {text}" for text in texts if text]
    return "\n".join(lines + _functions(pieces, instructions))


def _grouped(registers: list[str]) -> list[str]:
    """Name the peripherals of registers that have no model, with how many of each were used."""
    counts = Counter(register.split(".")[0] for register in registers)
    return [f"{name} ({count} registers)" for name, count in counts.items()]


def _functions(pieces: list[Recording], instructions: int) -> list[str]:
    total: Counter[str] = Counter()
    for piece in pieces:
        total.update(piece.by_function)
    if not total:
        return []
    return [
        "",
        f"{'instructions':>14}  {'%':>5}  function",
        *(
            f"{count:>14,}  {100 * count / instructions:5.1f}  {name}"
            for name, count in total.most_common(TOP)
        ),
    ]


def _visible(text: str) -> str:
    r"""Write control characters as escapes: a firmware's output does not rule the terminal.

    Examples
    --------
    >>> _visible("red \\x1b[31m")
    'red \\x1b[31m'
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
