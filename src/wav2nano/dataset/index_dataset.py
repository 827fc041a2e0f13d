"""Step index-dataset: every recording of the user's, checked and listed."""

from pathlib import Path

from wav2nano.dataset.index_sources import index_sources
from wav2nano.dataset.scan import scan_recordings
from wav2nano.settings.dataset import DatasetSettings


def index_dataset(*, dataset: DatasetSettings, known: Path, out: Path) -> None:
    """List a data set's own recordings.

    Parameters
    ----------
    dataset
        The data set's settings.
    known
        JSON file that remembers from call to call what was decoded; it is created if it is missing
        or cannot be read.
    out
        Table of recordings to write: without rows if there are none.

    Raises
    ------
    UserError
        If folders, names or the table do not say what each recording is, or some cannot be read
        (all of them are named).
    """
    index_sources(scan_recordings(dataset), known=known, out=out)
