"""Step index-joined: recordings that join from another data set, checked and listed."""

from pathlib import Path

from wav2nano.dataset.index_sources import index_sources
from wav2nano.dataset.join import read_sources


def index_joined(*, recordings: Path, known: Path, out: Path) -> None:
    """List the recordings of one shard.

    Parameters
    ----------
    recordings
        List of them, as the workflow drew them.
    known, out
        As of the step index-dataset.

    Raises
    ------
    UserError
        If some cannot be read (all of them are named).
    """
    index_sources(read_sources(recordings), known=known, out=out)
