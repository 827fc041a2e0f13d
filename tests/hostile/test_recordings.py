"""Recordings that are none, and what folders, names, tables and lists say wrongly about them.

To add one, add a line to a table: a file's name and what is in it, or what is done to a folder;
and words of the answer.
"""

import io
import json
import os
import socket
import struct

import numpy as np
import pytest
import soundfile

from hostile.commands import assert_refuses, wav2nano_says

SECOND = np.random.default_rng(0).normal(0, 0.1, 16000)


def audio(samples=SECOND, rate=16000, *, kind="WAV", subtype=None):
    """A recording in a format of libsndfile."""
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=kind, subtype=subtype)
    return file.getvalue()


def wav(*, form=1, channels=1, rate=16000, align=2, bits=16, data=bytes(3200), size=None, rest=b""):
    """A WAV file whose header says what it likes."""
    header = struct.pack("<HHIIHH", form, channels, rate, rate * align % 2**32, align, bits)
    chunks = b"fmt " + struct.pack("<I", 16) + header + rest
    chunks += b"data" + struct.pack("<I", len(data) if size is None else size) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def half(content):
    return content[: len(content) // 2]


WAV, STEREO = audio(), np.stack([SECOND, SECOND], axis=1)
ZIP = b"PK\3\4\x14\0\0\0\0\0" + bytes(100)
NO_AUDIO = "cannot be decoded"
HTML = b"<!DOCTYPE html><html><body>404 Not Found</body></html>"

# file below the label's folder, its content, words of the answer
BROKEN = [
    *(
        (f"empty.{end}", b"", f"empty.{end} is empty (0 bytes)")
        for end in ("wav", "flac", "mp3", "au")
    ),
    *((f"text.{end}", b"not audio\n" * 50, NO_AUDIO) for end in ("wav", "flac", "mp3", "aif")),
    *((f"page.{end}", HTML, NO_AUDIO) for end in ("wav", "mp3", "oga")),
    *((f"archive.{end}", ZIP, NO_AUDIO) for end in ("wav", "flac", "mp3")),
    *(
        (f"zeros.{end}", bytes(5000), NO_AUDIO)
        for end in ("wav", "flac", "ogg", "mp3", "aiff", "au")
    ),
    ("noise.wav", np.random.default_rng(1).bytes(9000), NO_AUDIO),
    ("noise.mp3", np.random.default_rng(2).bytes(9000), NO_AUDIO),
    ("picture.wav", b"\x89PNG\r\n\x1a\n" + bytes(200), NO_AUDIO),
    ("program.wav", b"\x7fELF" + bytes(500), NO_AUDIO),
    ("lfs.wav", b"version https://git-lfs.github.com/spec/v1\noid 0\nsize 9\n", NO_AUDIO),
    # cut off
    *(
        (f"cut at {count}.wav", WAV[:count], f"cut at {count}.wav {NO_AUDIO}")
        for count in (1, 4, 11, 12, 20, 35, 36, 40)
    ),
    ("cut at 43.wav", WAV[:43], "cut at 43.wav contains no samples. Remove it or record it again"),
    ("header only.wav", WAV[:44], "truncated"),
    ("a half.wav", half(WAV), "a half.wav is truncated: its header promises 32000 bytes of audio"),
    ("a byte less.wav", WAV[:-1], "a byte less.wav is truncated"),
    ("a half.flac", half(audio(kind="FLAC")), NO_AUDIO),
    ("header only.flac", audio(kind="FLAC")[:42], "header only.flac is truncated: "),
    ("header only.ogg", audio(kind="OGG")[:58], NO_AUDIO),
    ("header only.mp3", audio(kind="MP3")[:4], NO_AUDIO),
    ("a half.ogg", half(audio(kind="OGG")), "a half.ogg is truncated: "),
    ("less.ogg", audio(kind="OGG")[:-800], "less.ogg is truncated: "),
    ("24 bits.wav", half(audio(subtype="PCM_24")), "truncated"),
    ("floats.wav", half(audio(subtype="FLOAT")), "truncated"),
    # nothing in it
    *(
        (f"none.{end}", audio(SECOND[:0], kind=kind), f"none.{end} contains no samples. Remove it")
        for end, kind in (("wav", "WAV"), ("au", "AU"), ("aiff", "AIFF"))
    ),
    ("none.flac", audio(SECOND[:0], kind="FLAC"), "none.flac is empty (0 bytes). Remove it"),
    # headers that lie
    ("size.wav", wav(size=2**31), "truncated: its header promises 2147483648 bytes"),
    ("no channels.wav", wav(channels=0), NO_AUDIO),
    ("no rate.wav", wav(rate=0), NO_AUDIO),
    ("no bits.wav", wav(bits=0), NO_AUDIO),
    ("form.wav", wav(form=0xABCD), NO_AUDIO),
    ("form 0.wav", wav(form=0), NO_AUDIO),
    ("65535 channels.wav", wav(channels=65535, align=65534), NO_AUDIO),
    ("no fmt.wav", b"RIFF\x10\0\0\0WAVEdata\4\0\0\0\0\0\0\0", NO_AUDIO),
    ("endless chunk.wav", b"RIFF\xff\xff\xff\xffWAVEjunk\xff\xff\xff\xff" + bytes(100), NO_AUDIO),
    ("fmt twice.wav", wav(rest=b"fmt \xff\xff\xff\xff"), NO_AUDIO),
    # rates and samples
    ("1 Hz.wav", audio(rate=1), "1 Hz.wav has 1 samples a second, which is no recording of sound"),
    ("999 Hz.wav", audio(rate=999), "has 999 samples a second"),
    ("3 MHz.wav", wav(rate=3_000_000), "has 3,000,000 samples a second"),
    ("4 GHz.wav", wav(rate=2**32 - 1), NO_AUDIO),
    ("nan.wav", audio(np.full(999, np.nan), subtype="FLOAT"), "contains NaN, infinite"),
    ("one nan.wav", audio(np.r_[SECOND, np.nan], subtype="DOUBLE"), "contains NaN, infinite"),
    ("inf.wav", audio(np.full(999, np.inf), subtype="FLOAT"), "contains NaN, infinite"),
    ("-inf.wav", audio(np.r_[SECOND, -np.inf], subtype="FLOAT"), "contains NaN, infinite"),
    ("1e300.wav", audio(np.full(999, 1e300), subtype="DOUBLE"), "absurdly large"),
    ("3e38.wav", audio(np.full((999, 2), 3e38), subtype="FLOAT"), "absurdly large"),
    ("nan.au", audio(np.full(999, np.nan), kind="AU", subtype="FLOAT"), "contains NaN, infinite"),
    (
        "nan.aiff",
        audio(np.full(999, np.nan), kind="AIFF", subtype="FLOAT"),
        "contains NaN, infinite",
    ),
]

# Of these, libsndfile reads what there is.
TRUNCATED = [
    (f"{name} {kind}.{end}", cut(audio(kind=kind)), f"{name} {kind}.{end} is truncated: ")
    for name, cut in (("half", half), ("less", lambda content: content[:-800]))
    for end, kind in (
        ("wav", "RF64"),
        ("wav", "W64"),
        ("aiff", "AIFF"),
        ("au", "AU"),
        ("mp3", "MP3"),
    )
]

# Unusual, and decoded.
UNUSUAL = [
    ("8 bits.wav", audio(subtype="PCM_U8")),
    ("32 bits.wav", audio(subtype="PCM_32")),
    ("u-law.wav", audio(subtype="ULAW")),
    ("adpcm.wav", audio(subtype="IMA_ADPCM")),
    ("a sample.wav", audio(SECOND[:1])),
    ("silence.wav", audio(SECOND * 0)),
    ("wrong end.mp3", audio(kind="FLAC")),
    ("UPPER.WAV", WAV),
    ("192 kHz.wav", audio(rate=192_000)),
    ("8 channels.wav", audio(np.stack([SECOND] * 8, axis=1))),
    ("no size.wav", wav(size=0)),
    ("all ones.wav", wav(size=2**32 - 1)),
    ("a 'b' $c `d` #e.zip#f.wav", WAV),
    ("\u202etxt.wav", WAV),
    ("two\nlines.wav", WAV),
    ("x" * 251 + ".wav", WAV),
]


def link(name, target):
    return lambda folder: (folder / name).symlink_to(target)


def put(*names):
    def make(folder):
        for name in names:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(WAV)

    return make


def make_socket(folder):
    os.chdir(folder)  # the name of a socket has to be short
    socket.socket(socket.AF_UNIX).bind("b/s.wav")


# what is done to the data set's folder, words of the answer
FOLDERS = [
    (put("top.wav"), "top.wav is not in a label's folder. Move it to"),
    (lambda folder: os.mkfifo(folder / "b/p.wav"), "b/p.wav is a pipe, a device"),
    (lambda folder: os.mkfifo(folder / "b/p.mp3"), "b/p.mp3 is a pipe, a device"),
    (make_socket, "b/s.wav is a pipe, a device"),
    (link("b/z.wav", "/dev/zero"), "b/z.wav is a pipe, a device"),
    (link("b/n.flac", "/dev/null"), "b/n.flac is a pipe, a device"),
    (link("b/gone.wav", "nowhere.wav"), "or a link to nothing, and no recording"),
    (link("b/loop.wav", "loop.wav"), "or a link to nothing, and no recording"),
    (link("b/up", ".."), "are the same folder: one of them is a link"),
    (link("b/here", "."), "are the same folder: one of them is a link"),
    (link("c", "b"), "are the same folder: one of them is a link"),
    (link("b/s/t", "../../a"), "are the same folder: one of them is a link"),
    (lambda folder: (folder / "b/f.wav").mkdir(), None),
    (lambda folder: os.mkdir(os.fsencode(folder) + b"/\xff"), None),
    (
        lambda folder: open(os.fsencode(folder) + b"/b/\xff.wav", "x").close(),
        "the name is not UTF-8",
    ),
    (put("c\nd/s/1.wav"), "has line breaks, control"),
    (put("c\td/s/1.wav"), "has line breaks, control"),
    (put(" c/s/1.wav"), "has line breaks, control"),
    (put("c /s/1.wav"), "has line breaks, control"),
    (put("c\u2028d/s/1.wav"), "has line breaks, control"),
    (put("c\u202ed/s/1.wav"), "has line breaks, control"),
    (put("\x1b[31mred/s/1.wav"), "has line breaks, control"),
    (put("c" * 61 + "/s/1.wav"), "or more than 60 letters"),
    (put("c/" + "d/" * 300 + "1.wav"), None),
    (put("$(touch hacked)/`touch hacked`/$IFS.wav"), None),
    (put("c/.hidden.wav", ".d/1.wav", "c/._1.wav"), None),
]

# the table, words of the answer; recordings are a/s/1.wav and b/s/1.wav
TABLES = [
    (b"", "has no column label. Its columns are:"),
    (b"\n", "has no column label"),
    (b"path,label\n", "no line is about a/s/1.wav"),
    (b"path\na/s/1.wav\n", "has no column label. Its columns are: path"),
    (b"label\na\n", "has no column path"),
    (b"path,label\na/s/1.wav,a\n", "no line is about b/s/1.wav"),
    (b"path,label\na/s/1.wav,a\nb/s/1.wav,\n", "line 3: b/s/1.wav has no label"),
    (b"path,label\na/s/1.wav,a\nb/s/1.wav\n", "line 3 does not have 2 columns"),
    (b"path,label\na/s/1.wav,a\nb/s/1.wav,b,c\n", "line 3 does not have 2 columns"),
    (b"path,label\na/s/1.wav,a\nb/s/1.wav,b\na/s/1.wav,b\n", "a/s/1.wav is listed twice"),
    (b"path,label\na/s/1.wav,a\nb/s/1.wav,b\nb/../a/s/1.wav,a\n", "a/s/1.wav is listed twice"),
    (b"path,label\na/s/1.wav,a\nb/s/1.wav,b\nc.wav,c\n", "c.wav does not exist, or is not a"),
    (b"path,label\na/s/1.wav,a\nb/s/1.wav,b\n../../../etc/passwd,c\n", "passwd does not exist, or"),
    (
        b"path,label\na/s/1.wav,a\nb/s/1.wav,b\n/dev/zero,c\n",
        "/dev/zero does not exist, or is not a",
    ),
    (
        b"path;label\na/s/1.wav;a\nb/s/1.wav;b\n",
        "has no column label. Its columns are: path;label. Separate columns by commas.",
    ),
    (
        b"path\tlabel\na/s/1.wav\ta\nb/s/1.wav\tb\n",
        "has no column label. Its columns are: path\tlabel. Separate columns by commas.",
    ),
    (b"path,label,label\na/s/1.wav,a,b\n", "no line is about b/s/1.wav"),
    (b'path,label\n"a/s/1.wav,a\n', "do not agree"),
    (b'path,label\na/s/1.wav,"a\nb"\nb/s/1.wav,b\n', "the label 'a\\nb' has line breaks"),
    (b"path,label\na/s/1.wav,a\nb/s/1.wav,\xff\n", "cannot be read as CSV in UTF-8"),
    (b"\0\0\0", "has no column label"),
    ("path,label\na/s/1.wav,a\n".encode("utf-16"), "cannot be read as CSV in UTF-8"),
    (b"PK\3\4" + bytes(50), "has no column label"),
    (b"path,label\na/s/1.wav," + b"x" * 200_000 + b"\n", "cannot be read as CSV in UTF-8"),
    (b"path,label\na/s/1.wav," + b"x" * 100 + b"\nb/s/1.wav,b\n", "or more than 60 letters"),
    (HTML, "has no column label"),
]

# the list of the fold `test`, words of the answer
LISTS = [
    (b"c.wav\n", "c.wav is not there"),
    (b"../set/a/s/1.wav\n", "is not there"),
    (b"a/s/1\n", "a/s/1 is not there"),
    (b"a/s/1.wav,test\n", "is not there"),
    (b"\xff\n", "the list of the fold test, cannot be read"),
    ("a/s/1.wav\n".encode("utf-16"), "the list of the fold test, cannot be read"),
    (b"b/s/1.wav\n", "b/s/1.wav is in validation.txt too"),
    (HTML, "is not there"),
]

# names of recordings without .wav, the pattern, words of the answer
PATTERNS = [
    (["a_s_1"], "{label}_{number}_{group}", "1 recording is not named as `pattern` says"),
    (["a", "b"], "{label}_{number}", "2 recordings are not named as `pattern` says"),
    (["a_s_x"], "{label}_{group}_{number}", "not named as `pattern` says"),
    (["a_s_١"], "{label}_{group}_{number}", "not named as `pattern` says"),
    (["x/a_1"], "{label}_{number}", "not named as `pattern` says"),
    (["a_1"], "{label}_{number", "pattern: {label}_{number has a brace without its other one"),
    (["a_1"], "{label}_{label}", "has {label} twice: give each field a name of its own"),
    (["a_1"], "{label}_{1}", "has {1}: name a field with letters, digits and _, and no digit"),
    (["a_1"], "{label}_{la bel}", "pattern: {label}_{la bel} has {la bel}: name a field with"),
    (["a_1"], "{label}_{}", "has {}: name a field with letters"),
    (["a_1"], "{label}({", "has a brace without its other one: write fields as {label}"),
    (["a_1"], "{{label}}", "has a brace without its other one"),
    (["a_1"], "{label}}", "has a brace without its other one"),
    (["a_1"], "(?P<label>.*){label}", "not named as `pattern` says"),
    (["(a+)+" * 8 + "!"], "{label}{group}{x}{y}{z}{number}", "not named as `pattern` says"),
    ([" a_1"], "{label}_{number}", "spaces around it"),
]


@pytest.fixture
def folder(tmp_path):
    """A checkout with recordings of two labels."""
    put("a/s/1.wav", "b/s/1.wav")(tmp_path / "data/raw/set")
    return tmp_path


def index(**settings):
    dataset = {
        "name": "set",
        "title": "a set",
        "licence": "none",
        "recordings": "data/raw/set",
        "split": {"policy": "group"},
        "shards": 1,
        **settings,
    }
    return ["index-dataset", "--dataset", json.dumps(dataset), "--known", "k", "--out", "o.csv"]


def answers(folder, message, **settings):
    """A message refuses; without one, all is well."""
    if message is not None:
        assert_refuses(wav2nano_says, *index(**settings), folder=folder, message=message, new="k")
        return
    said = wav2nano_says(*index(**settings), folder=folder)
    assert said.status == 0, said.text
    assert not (folder / "hacked").exists()


def names_of(table):
    return [row[0][:30] for row in table]


def rows(table):
    return [pytest.param(*row, id=str(number)) for number, row in enumerate(table)]


@pytest.mark.parametrize(("name", "content", "message"), BROKEN, ids=names_of(BROKEN))
def test_broken(folder, name, content, message):
    (folder / "data/raw/set/b" / name).write_bytes(content)
    answers(folder, message)


@pytest.mark.parametrize(("name", "content", "message"), TRUNCATED, ids=names_of(TRUNCATED))
def test_truncated(folder, name, content, message):
    (folder / "data/raw/set/b" / name).write_bytes(content)
    answers(folder, message)


@pytest.mark.parametrize(("name", "content"), UNUSUAL, ids=names_of(UNUSUAL))
def test_unusual(folder, name, content):
    (folder / "data/raw/set/b" / name).write_bytes(content)
    answers(folder, None)


@pytest.mark.parametrize(("change", "message"), rows(FOLDERS))
def test_folder(folder, monkeypatch, change, message):
    monkeypatch.chdir(folder)
    change(folder / "data/raw/set")
    answers(folder, message)


@pytest.mark.parametrize(("table", "message"), rows(TABLES))
def test_table(folder, table, message):
    (folder / "data/raw/set/t.csv").write_bytes(table)
    answers(folder, message, table={"file": "t.csv"})


def test_a_table_that_is_no_file(folder):
    os.mkfifo(folder / "data/raw/set/t.csv")
    answers(folder, "t.csv is a pipe or a device: name a CSV file", table={"file": "t.csv"})


@pytest.mark.parametrize(("content", "message"), rows(LISTS))
def test_list_of_a_fold(folder, content, message):
    (folder / "data/raw/set/validation.txt").write_text("b/s/1.wav\n")
    (folder / "data/raw/set/test.txt").write_bytes(content)
    answers(folder, message, folds={"validation": "validation.txt", "test": "test.txt"})


@pytest.mark.parametrize(("names", "pattern", "message"), rows(PATTERNS))
def test_pattern(tmp_path, names, pattern, message):
    put(*(f"{name}.wav" for name in names))(tmp_path / "data/raw/set")
    answers(tmp_path, message, pattern=pattern)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("name", ["b/s/1.wav", "b/s", "."])
def test_what_may_not_be_read(folder, name):
    path = folder / "data/raw/set" / name
    path.chmod(0)
    try:
        answers(folder, "Permission denied")
    finally:
        path.chmod(0o755)
