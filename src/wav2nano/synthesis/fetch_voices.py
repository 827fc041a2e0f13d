"""Command fetch-voices: the files of a speech engine, which are kept for all checkouts."""

import sys

from wav2nano import package_files
from wav2nano.errors import UserError
from wav2nano.synthesis.voices import ENGINES, files_of, prepare


def fetch_voices(engine: str) -> None:
    """Fetch the files of a speech engine, verified, unless they are here.

    An interrupted call is continued by the next. The workflow does the same at need.

    Parameters
    ----------
    engine
        Its name: pico, piper or kokoro.

    Raises
    ------
    UserError
        If the engine has no files to fetch, or they cannot be had.
    """
    known = {name: files for name in ENGINES if (files := files_of(name))}
    if engine not in known:
        raise UserError(
            f"There are no files to fetch for {engine!r}; there are for: {', '.join(known)}."
        )
    files = known[engine]
    new = package_files.fetch(files)
    prepare(engine)
    said = "fetched and verified" if new else "all here, and verified"
    print(f"{files.folder}: {said}", file=sys.stderr)
