"""Files are written whole or not at all, and what prevents it is said plainly."""

import errno
import os
import subprocess

import h5py
import numpy as np
import pytest

from wav2nano.errors import UserError
from wav2nano.files import as_written, atomic_path, check_room, read_csv, write_text
from wav2nano.hdf5 import write_hdf5
from wav2nano.tables.features import read_features
from wav2nano.tables.windows import read_windows


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 200 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a small disk cannot be mounted here: that takes root")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def write_half(path):
    with atomic_path(path) as temporary:
        temporary.write_text("half")
        raise OSError(errno.EIO, "nothing of the kind")


def write_large_hdf5(path):
    with write_hdf5(path) as file:
        file["values"] = np.zeros(100_000)


def test_an_error_leaves_the_earlier_version(tmp_path):
    write_text(tmp_path / "a.txt", "first")
    with pytest.raises(OSError, match="nothing of the kind"):
        write_half(tmp_path / "a.txt")
    assert (tmp_path / "a.txt").read_text() == "first"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_a_full_disk_is_told(small_disk):
    write_text(small_disk / "a.txt", "first")
    with pytest.raises(UserError, match=r"a\.txt cannot be written: No space left .* Free some"):
        write_text(small_disk / "a.txt", "x" * 300_000)
    assert (small_disk / "a.txt").read_text() == "first"
    assert os.listdir(small_disk) == ["a.txt"]


def test_a_disk_that_is_full_already_is_told(small_disk):
    check_room(small_disk)
    (small_disk / "much").write_bytes(bytes(160_000))
    with pytest.raises(UserError, match="is full: No space left on device"):
        check_room(small_disk)


def test_a_full_disk_is_told_by_hdf5(small_disk):
    with pytest.raises(UserError, match=r"a\.h5 cannot be written: No space left"):
        write_large_hdf5(small_disk / "a.h5")
    assert os.listdir(small_disk) == []


@pytest.mark.parametrize("read", [read_windows, lambda path: read_features([path])])
@pytest.mark.parametrize("cut", [0, 100, 3000])
def test_a_damaged_file_is_named(tmp_path, read, cut):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["other"] = np.arange(1000)
    path.write_bytes(path.read_bytes()[:cut] if cut else path.read_bytes())
    with pytest.raises(UserError, match=r"a\.h5 is damaged or not of this version .* Delete it"):
        read(path)


def test_an_empty_table_is_told(tmp_path):
    (tmp_path / "a.csv").touch()
    with (
        pytest.raises(UserError, match=r"a\.csv is damaged .*\(it is empty\)"),
        as_written("a.csv"),
    ):
        read_csv(tmp_path / "a.csv")
