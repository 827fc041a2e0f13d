"""HDF5 files of windows and features, written whole or not at all."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py

from wav2nano.files import atomic_path, damaged, require_readable


@contextmanager
def write_hdf5(path: Path | str) -> Iterator[h5py.File]:
    """Give an HDF5 file to fill; it is at `path` when the block ends without an error.

    Raises
    ------
    UserError
        If the disk is full.
    """
    # In memory: where the disk is full HDF5 cannot close its file, and ends in a crash.
    content = io.BytesIO()
    # Not track_order: HDF5 would write the time of day into the file.
    with h5py.File(content, "w") as file:
        yield file
    with atomic_path(path) as temporary:
        temporary.write_bytes(content.getbuffer())


@contextmanager
def read_hdf5(path: Path | str) -> Iterator[h5py.File]:
    """Open an HDF5 file to read.

    Raises
    ------
    UserError
        If it is damaged, or has not the contents that are read.
    """
    require_readable(path)
    try:
        with h5py.File(path, "r") as file:
            yield file
    except (OSError, KeyError) as error:
        raise damaged(path, error=error) from None
