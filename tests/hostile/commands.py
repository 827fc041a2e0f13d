"""Public commands, run in this process: what they say, and that a refusal leaves all as it was."""

import hashlib
import io
import os
import re
import sys
import traceback
from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import wav2nano.cli
from time_limit import time_limit

ROOT = Path(__file__).resolve().parents[2]
LIMIT_SECONDS = 60  # what takes longer hangs
CRASHED = 99
USUAL_EXAMPLES = 200
EXAMPLES = int(os.environ.get("WAV2NANO_EXAMPLES", USUAL_EXAMPLES))
# How hypothesis draws: the same examples every time, unless more are asked for.
DRAWING = {"deadline": None, "derandomize": EXAMPLES == USUAL_EXAMPLES}
DATASET = """\
name: set
title: a set
licence: none
recordings: data/raw/set
split: {policy: group}
shards: 1
"""
# Snakemake shows no more than the last line of a traceback from its files of rules.
CRASH = re.compile(r"Traceback|^(?!WorkflowError)\w+(Error|Exception) in ", re.MULTILINE)


@dataclass(frozen=True)
class Said:
    """Exit status of a command, and what it wrote on both streams."""

    status: int
    text: str


class HangError(BaseException):
    """A command takes too long; nothing that it catches."""


def wav2nano_says(*words: object, folder: Path) -> Said:
    """Run `wav2nano` in a folder, as its entry point does."""
    return _said(lambda: wav2nano.cli.main(list(map(str, words))), folder)


def snakemake_says(*words: object, folder: Path) -> Said:
    """Run `snakemake` in a folder, with the Snakefile of this checkout."""
    from snakemake.cli import main

    # The Snakefile itself looks at the command line.
    line = ["snakemake", "--snakefile", str(ROOT / "Snakefile"), *map(str, words)]
    with (
        patch.object(sys, "argv", line),
        patch.dict(os.environ),
        patch.object(sys, "path", [*sys.path]),
    ):
        return _said(lambda: main(line[1:]), folder)


def assert_refuses(
    say: Callable[..., Said],
    *words: object,
    folder: Path,
    message: str | re.Pattern[str],
    new: str | None = None,
) -> None:
    """Check that a command says what is wrong, in plain words, and that nothing has changed.

    `message` is in what it says, word for word or as a regular expression. `new` is a file that
    may be there afterwards: what is remembered for the next run.
    """
    before = contents(folder)
    said = say(*words, folder=folder)
    assert not CRASH.search(said.text), said.text
    assert said.status in (1, 2), said
    if isinstance(message, str):
        assert message in said.text, said.text
    else:
        assert message.search(said.text), said.text
    after = contents(folder)
    if new is not None:
        after.pop(str(folder / new), None)
    assert after == before


def contents(folder: Path) -> dict[str, str]:
    """Every file and link below a folder, with a hash of what it holds; but Snakemake's notes."""
    found = {}
    for place, folders, files in os.walk(os.fsencode(folder)):
        folders[:] = [name for name in folders if name != b".snakemake"]
        for name in [*files, *(name for name in folders if os.path.islink(place + b"/" + name))]:
            path = os.path.join(place, name)
            if os.path.islink(path):
                held = os.readlink(path)
            elif os.path.isfile(path):
                with open(path, "rb") as file:
                    held = file.read()
            else:
                held = b"neither file nor folder"
            found[os.fsdecode(path)] = hashlib.sha256(held).hexdigest()
    return found


def _said(main: Callable[[], object], folder: Path) -> Said:
    # As in a terminal: the one refuses what is not UTF-8, the other writes it as an escape.
    out = io.TextIOWrapper(io.BytesIO(), "utf-8", "strict", write_through=True)
    error = io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace", write_through=True)
    limit = time_limit(LIMIT_SECONDS, HangError(f"still at it after {LIMIT_SECONDS} s"))
    with chdir(folder), redirect_stdout(out), redirect_stderr(error), limit:
        try:
            status = main()
        except SystemExit as end:
            status = end.code
        except BaseException:
            error.write(traceback.format_exc())
            status = CRASHED
    text = b"".join(stream.buffer.getvalue() for stream in (out, error)).decode()
    return Said(int(status or 0), text)
