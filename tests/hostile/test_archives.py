"""Archives that are none, or that want more than to be unpacked: nothing of them is left.

To add one, add a line to a table: the archive, and words of the answer.
"""

import bz2
import gzip
import io
import os
import stat
import tarfile
import warnings
import zipfile

import pytest

from hostile.commands import DATASET, assert_refuses, wav2nano_says

DOWNLOAD = """\
download:
  url: http://127.0.0.1:9/set.zip
  megabytes: 1
  unpacked_megabytes: 1
  archive: {md5: "00000000000000000000000000000000"}
"""
GOOD = ("a/s/1.wav", b"not opened")


def zip_of(*members, method=zipfile.ZIP_DEFLATED):
    """A zip archive of (name or ZipInfo, content)."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name twice
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def zip_kind(name, kind, content=b""):
    """A zip archive with a member that is a link, a device, a pipe."""
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (kind | 0o777) << 16
    return zip_of(GOOD, (info, content))


def tar_of(*members, mode="w"):
    """A tar archive of (name, content), or (name, type of member, where it leads)."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:
        for name, *rest in members:
            info = tarfile.TarInfo(name)
            if len(rest) == 1:
                info.size = len(rest[0])
                archive.addfile(info, io.BytesIO(rest[0]))
            else:
                info.type, info.linkname = rest
                archive.addfile(info)
    return file.getvalue()


def encrypted():
    """A zip archive whose member says that it is encrypted."""
    content = bytearray(zip_of(GOOD, method=zipfile.ZIP_STORED))
    content[6] |= 1
    content[content.index(b"PK\1\2") + 8] |= 1
    return bytes(content)


def nameless():
    """A zip archive with a member whose name is empty: its four letters are an extra field now."""
    content = bytearray(zip_of(("ABCD", b"x"), GOOD).replace(b"ABCD", bytes(4)))
    for start in (26, content.index(b"PK\1\2") + 28):
        content[start : start + 4] = b"\0\0\4\0"
    return bytes(content)


def changed(content, offset, byte=0xFF):
    damaged = bytearray(content)
    damaged[offset] ^= byte
    return bytes(damaged)


BOMB = bytes(30_000_000)
ZIP, TAR = zip_of(GOOD, ("b/s/1.wav", os.urandom(5000))), tar_of(GOOD, ("b/s/1.wav", b"x" * 5000))
GZ = gzip.compress(TAR)
OUT = "which is not a plain file or is outside the folder"
NEITHER = "is not a zip or tar archive, or it is incomplete"

# the archive, words of the answer
ARCHIVES = [
    # no archives
    (b"", NEITHER),
    (b"\0", NEITHER),
    (b"not an archive", NEITHER),
    (b"<!DOCTYPE html><html><body>404</body></html>", NEITHER),
    (b"RIFF\0\0\0\0WAVE", NEITHER),
    (b"7z\xbc\xaf\x27\x1c" + bytes(100), NEITHER),
    (b"Rar!\x1a\x07\x01\0" + bytes(100), NEITHER),
    (gzip.compress(b"no tar"), NEITHER),
    (bz2.compress(b"no tar"), NEITHER),
    # out of the folder
    (zip_of(GOOD, ("../evil.wav", b"x")), OUT),
    (zip_of(GOOD, ("a/../../evil.wav", b"x")), OUT),
    (zip_of(GOOD, ("/tmp/evil.wav", b"x")), OUT),
    (tar_of(GOOD, ("../evil.wav", b"x")), OUT),
    (tar_of(GOOD, ("a/../../../evil.wav", b"x")), OUT),
    (tar_of(GOOD, ("/tmp/evil.wav", b"x")), OUT),
    # links, devices, pipes
    (tar_of(GOOD, ("a/s/2.wav", tarfile.SYMTYPE, "/etc/passwd")), OUT),
    (tar_of(GOOD, ("a/s/2.wav", tarfile.SYMTYPE, "1.wav")), OUT),
    (tar_of(GOOD, ("a/up", tarfile.SYMTYPE, "../.."), ("a/up/evil.wav", b"x")), OUT),
    (tar_of(GOOD, ("a/s/2.wav", tarfile.LNKTYPE, "a/s/1.wav")), OUT),
    (tar_of(GOOD, ("a/s/2.wav", tarfile.LNKTYPE, "/etc/passwd")), OUT),
    (tar_of(GOOD, ("a/s/2.wav", tarfile.FIFOTYPE, "")), OUT),
    (tar_of(GOOD, ("a/s/2.wav", tarfile.CHRTYPE, "")), OUT),
    (tar_of(GOOD, ("a/s/2.wav", tarfile.BLKTYPE, "")), OUT),
    (tar_of(GOOD, ("a/s/2.wav", b"Z", "")), OUT),
    (zip_kind("a/s/2.wav", stat.S_IFLNK, b"/etc/passwd"), OUT),
    (zip_kind("a/s/2.wav", stat.S_IFIFO), OUT),
    (zip_kind("a/s/2.wav", stat.S_IFCHR), OUT),
    (zip_kind("a/s/2.wav", stat.S_IFSOCK), OUT),
    # bombs
    (zip_of(GOOD, ("a/s/2.wav", BOMB)), "holds more than the expected"),
    (gzip.compress(tar_of(GOOD, ("a/s/2.wav", BOMB))), "holds more than the expected"),
    (bz2.compress(tar_of(GOOD, ("a/s/2.wav", BOMB))), "holds more than the expected"),
    (
        zip_of(GOOD, *((f"b/s/{i}.wav", BOMB[:900_000]) for i in range(30))),
        "more than the expected",
    ),
    # damaged
    (ZIP[: len(ZIP) // 2], NEITHER),
    (ZIP[:-10], NEITHER),
    (changed(ZIP, 0), "is broken"),
    (changed(ZIP, 2000), "is broken"),
    (changed(ZIP, -30), "is broken"),
    (TAR[: len(TAR) // 3], "is broken"),
    (changed(TAR, 1024), "is broken"),
    (GZ[: len(GZ) // 2], "is broken"),
    (changed(GZ, len(GZ) // 2), NEITHER),
    (TAR[:-9000], "is broken"),
    (TAR[:1024], "a.zip ends without its end mark: it was cut, or written without one. Fetch it"),
    (encrypted(), "a.zip is encrypted, and wav2nano opens no encrypted archive. Unpack it by hand"),
    (gzip.compress(TAR[:1024]), "a.zip ends without its end mark"),
    (TAR[:512], "is broken"),
    # names
    (nameless(), "holds a file without a name"),
    (zip_of(GOOD, (".", b"x")), OUT),
    (zip_of(GOOD, GOOD), "a.zip holds 'a/s/1.wav' twice. Unpack it by hand"),
    (tar_of(GOOD, GOOD), "a.zip holds 'a/s/1.wav' twice. Unpack it by hand"),
    (zip_of(GOOD, ("a/s/1.wav/2.wav", b"x")), "holds 'a/s/1.wav/2.wav', which is below a file"),
    (zip_of(GOOD, ("a/s", b"x")), "a.zip holds 'a/s' as a file and as a folder"),
    (zip_of(GOOD, ("x" * 300 + ".wav", b"x")), "x.wav': File name too long"),
    (tar_of(GOOD, ("x" * 300 + ".wav", b"x")), "x.wav': File name too long"),
    (zip_of(GOOD, ("a/" + "d/" * 3000 + "1.wav", b"x")), "1.wav': File name too long"),
    # nothing of use in it
    (zip_of(), "has no recordings where the data set has them"),
    (tar_of(), "has no recordings where the data set has them"),
    (zip_of(("readme.txt", b"x")), "has no recordings where the data set has them"),
    (zip_of(("1.wav", b"x")), "is not in a label's folder"),
    (zip_of(("a/s/1.wav/", b"")), "has no recordings where the data set has them"),
]

# Unusual names, which are only names.
UNUSUAL = [
    zip_of(GOOD, ("a/s/two\nlines.wav", b"x")),
    zip_of(GOOD, ("a/s/back\\slash.wav", b"x")),
    zip_of(GOOD, ("A/S/1.WAV", b"x")),
    zip_of(GOOD, ("a/s/$(touch hacked).wav", b"x")),
    zip_of(GOOD, ("./b//s/./1.wav", b"x")),
    zip_of(GOOD, ("größe/s/1.wav", b"x")),
    zip_of(GOOD, ("a/s/2.wav", b"x")).replace(b"a/s/2.wav", b"a/s/\xff.wav"),
    tar_of(GOOD, ("-rf/s/*.wav", b"x")),
    tar_of(GOOD, mode="w:xz"),
    tar_of(("a", tarfile.DIRTYPE, ""), GOOD),
]


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "config/datasets/set.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(DATASET)
    return tmp_path


def refuses(folder, message, *words):
    assert_refuses(wav2nano_says, "fetch-dataset", "set", *words, folder=folder, message=message)


@pytest.mark.parametrize(
    ("archive", "message"),
    [pytest.param(*row, id=str(number)) for number, row in enumerate(ARCHIVES)],
)
def test_archive(folder, archive, message):
    (folder / "a.zip").write_bytes(archive)
    refuses(folder, message, "--source", "a.zip")


@pytest.mark.parametrize("archive", UNUSUAL, ids=range(len(UNUSUAL)))
def test_names_that_are_possible(folder, archive):
    (folder / "a.zip").write_bytes(archive)
    said = wav2nano_says("fetch-dataset", "set", "--source", "a.zip", folder=folder)
    assert said.status == 0, said.text
    assert (folder / "data/raw/set/a/s/1.wav").read_bytes() == GOOD[1]
    assert {path.name for path in folder.iterdir()} == {"a.zip", "config", "data"}


def test_another_archive_than_was_published(folder):
    with (folder / "config/datasets/set.yaml").open("a") as file:
        file.write(DOWNLOAD)
    (folder / "a.zip").write_bytes(ZIP)
    refuses(folder, "is not what was published: its checksum (md5) is", "--source", "a.zip")


def make_pipe(folder):
    os.mkfifo(folder / "source")


# what is done before, words of the answer
SOURCES = [
    (lambda folder: None, "source does not exist"),
    (make_pipe, "source is neither a folder nor a file"),
    (lambda folder: (folder / "source").symlink_to("/dev/zero"), "is neither a folder nor a file"),
    (lambda folder: (folder / "source").symlink_to("source"), "source does not exist"),
    (lambda folder: (folder / "source").mkdir(), "source has no recordings where the data set"),
    (lambda folder: (folder / "source").write_bytes(b""), NEITHER),
]


@pytest.mark.parametrize(("change", "message"), SOURCES, ids=range(len(SOURCES)))
def test_source(folder, change, message):
    change(folder)
    refuses(folder, message, "--source", "source")


def test_recordings_that_cannot_be_downloaded(folder):
    refuses(folder, "The data set set cannot be downloaded. Put recordings into")


def test_a_file_where_the_folder_should_be(folder):
    (folder / "data/raw").mkdir(parents=True)
    (folder / "data/raw/set").write_bytes(b"the only copy")
    (folder / "a.zip").write_bytes(ZIP)
    refuses(
        folder, "data/raw/set is not a folder, and recordings of set go into", "--source", "a.zip"
    )


def test_a_file_above_it(folder):
    (folder / "data").write_bytes(b"the only copy")
    (folder / "a.zip").write_bytes(ZIP)
    refuses(folder, "data is not a folder, and recordings of set go into", "--source", "a.zip")


def test_recordings_that_are_there_are_kept(folder):
    (folder / "data/raw/set").mkdir(parents=True)
    (folder / "data/raw/set/mine.wav").write_bytes(b"the only copy")
    (folder / "a.zip").write_bytes(ZIP)
    said = wav2nano_says("fetch-dataset", "set", "--source", "a.zip", folder=folder)
    assert "already exists. To fetch it again, remove it first" in said.text
    assert (folder / "data/raw/set/mine.wav").read_bytes() == b"the only copy"
