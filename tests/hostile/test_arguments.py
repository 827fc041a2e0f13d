"""Command lines that cannot be; and that a command is the same in this process and in its own.

To add one, add a line to a table: the arguments, and words of the answer.
"""

import os
import shlex
import shutil
import subprocess
import sys

import pytest

from hostile.commands import CRASH, ROOT, assert_refuses, snakemake_says, wav2nano_says
from hostile.conftest import BOARD, CHUNKING, FEATURES, LABELS, STEPS, write_wav

BIN = os.path.dirname(sys.executable)
DEEP = "[" * 100_000
LONG = "x" * 300
SPLIT = ["split-dataset", "--manifest", "m.csv", "--out", "o.csv", "--labels", LABELS]
SIMULATE = ["simulate", "m.csv", "--seconds"]
RATE = ["extract-features", "--windows", "m.csv", "--settings", FEATURES, "--out", "o", "--rate"]
SPEAK = ["synthesize-speech", "--archive", "a.zip", "--table", "a.csv", "--rate", "16000"]
CODE = ["compile-firmware", "--data", "m.csv", "--config-hash", "0", "--code-hash", "0"]
CODE += ["--libraries", str(ROOT / "firmware/libraries"), "--out", "f", "--code", "m.csv"]

# arguments, words of the answer; m.csv is a file of text
ARGUMENTS = [
    ([], "the following arguments are required: COMMAND"),
    (["nothing"], "invalid choice: 'nothing'"),
    (["--nothing"], "the following arguments are required: COMMAND"),
    (["Predict"], "invalid choice: 'Predict'"),
    ([""], "invalid choice: ''"),
    (["predict\n"], "invalid choice"),
    (["chunk-audio"], "the following arguments are required: --recordings, --shard"),
    (["chunk-audio", "--recordings"], "argument --recordings: expected one argument"),
    (["predict", "--modell", "int8"], "unrecognized arguments: --modell"),
    (["predict", "--model", "gpu"], "argument --model: invalid choice: 'gpu'"),
    (["predict"], "Name at least one audio file"),
    (["predict", "x.wav", "--experiment", "nowhere"], "nowhere has no trained model"),
    (["predict", "x.wav", "--experiment", "m.csv"], "m.csv has no trained model. Train one"),
    (["predict", "x.wav", "--experiment", LONG], "File name too long"),
    # settings
    ([*SPLIT, "--chunking", CHUNKING, "--settings", "{"], "argument --settings: not JSON"),
    ([*SPLIT, "--chunking", CHUNKING, "--settings", ""], "argument --settings: not JSON"),
    ([*SPLIT, "--chunking", CHUNKING, "--settings", DEEP], "argument --settings: not JSON"),
    ([*SPLIT, "--chunking", CHUNKING, "--settings", "3"], "should be `key: value` lines"),
    ([*SPLIT, "--chunking", CHUNKING, "--settings", "[]"], "should be `key: value` lines"),
    ([*SPLIT, "--chunking", CHUNKING, "--settings", "{}"], "policy is missing"),
    ([*SPLIT, "--chunking", CHUNKING, "--settings", '{"policy": "x"}'], "'x' is not one of: group"),
    ([*SPLIT, "--chunking", CHUNKING, "--settings", '{"policy": NaN}'], "nan is not one of: group"),
    (
        [*SPLIT, "--chunking", '{"rate": 1e99}', "--settings", '{"policy": "group"}'],
        "should be at most 48,000 (sampling rate of the windows",
    ),
    ([*SPLIT, "--chunking", '{"hop": 1}', "--settings", '{"policy": "group"}'], "not a setting"),
    ([*SPLIT[:-1], "yes", "--chunking", CHUNKING, "--settings", "{}"], "--labels: not JSON"),
    ([*SPLIT[:-1], "[1]", "--chunking", CHUNKING, "--settings", "{}"], "argument --labels: "),
    (["summarize", ""], "the name of a file or folder is empty"),
    # numbers
    ([*RATE, "nan"], "argument --rate: invalid int value: 'nan'"),
    ([*RATE, "16e3"], "argument --rate: invalid int value: '16e3'"),
    ([*RATE, "9" * 5000], "argument --rate: invalid int value"),
    ([*SIMULATE, "nan"], "--seconds more than 0 to 86,400"),
    ([*SIMULATE, "inf"], "--seconds more than 0 to 86,400"),
    ([*SIMULATE, "-1"], "--seconds more than 0 to 86,400"),
    ([*SIMULATE, "0"], "--seconds more than 0 to 86,400"),
    ([*SIMULATE, "1e9"], "--seconds more than 0 to 86,400"),
    ([*SIMULATE, "ten"], "argument --seconds: invalid float value: 'ten'"),
    ([*SIMULATE, "1", "--pause", "nan"], "--pause must be 0 to 86,400 seconds"),
    ([*SIMULATE, "1", "--pause", "-1"], "--pause must be 0 to 86,400 seconds"),
    ([*SIMULATE, "1", "--profile"], "--profile needs the names of functions"),
    ([*SIMULATE, "1"], "m.csv is too short (5 bytes) to be a program"),
    (["simulate", "nowhere.bin"], "nowhere.bin does not exist: name a file"),
    (["simulate", "."], ". is a folder, a pipe or a device: name a file"),
    (["simulate", "pipe"], "pipe is a folder, a pipe or a device: name a file"),
    (["simulate", "/dev/zero"], "/dev/zero is a folder, a pipe or a device: name a file"),
    # files and folders
    (["summarize", "nowhere"], "nowhere/evaluation/evaluation.json: No such file or directory"),
    (["summarize", "m.csv"], "m.csv/evaluation/evaluation.json: Not a directory"),
    (["record-checksums", "nowhere", "--out", "c.txt"], "nowhere cannot be read"),
    (["record-checksums", ".", "--out", "c.txt"], ". cannot be read: Is a directory"),
    (["record-checksums", "m.csv", "--out", "."], ". is a folder, and a file is to be written"),
    (
        ["record-checksums", "m.csv", "--out", "m.csv/c.txt"],
        "m.csv/c.txt cannot be written: m.csv is not a",
    ),
    (
        ["record-checksums", "m.csv", "--out", "/proc/c.txt"],
        "/proc/c.txt cannot be written: No such file",
    ),
    (["record-checksums", "m.csv", "--out", LONG], "File name too long"),
    (["record-checksums", "m.csv", "--out", "folder"], "folder is a folder, and a file is to"),
    (["select-recordings", "--out", "o.csv"], "the following arguments are required: --tables"),
    (
        ["select-recordings", "--tables", "m.csv", "--out", "folder"],
        "There are no recordings: m.csv have none",
    ),
    (["remove-unused", "folder", "--used", "nowhere"], "nowhere: No such file or directory"),
    (["remove-unused", "folder", "--used", "folder"], "folder: Is a directory"),
    (["write-reference", "--root", "nowhere"], "nowhere/config/README.md: No such file or"),
    (["write-reference", "--root", "m.csv"], "m.csv/config/README.md: Not a directory"),
    (
        ["compare-experiments", "--title", "t", "--table", "t", "--plot", "p", "--page", "h"],
        "the following arguments are required: --metrics",
    ),
    # names
    (["tune"], "the following arguments are required: TEXT"),
    (
        ["tune", "nowhere"],
        "There is no search nowhere: config/searches/nowhere.yaml does not",
    ),
    (["tune", "../sweeps/example"], "'../sweeps/example' is no name of a search: it should be at"),
    (["tune", "nowhere", "--cores", "0"], "--cores must be 1 or more."),
    (["fetch-dataset"], "the following arguments are required: TEXT"),
    (["fetch-dataset", "nowhere"], "There is no data set nowhere"),
    (["fetch-dataset", "../x"], "There is no data set ../x"),
    (["fetch-dataset", "$(touch hacked)"], "There is no data set $(touch hacked)"),
    (["fetch-dataset", LONG], "There is no data set xxx"),
    (["fetch-dataset", "nowhere", "--experiment"], "params.yaml does not exist"),
    (
        [*CODE, "--sketch", "nowhere", "--board", BOARD],
        "compile-firmware: nowhere is not a sketch: it has no nowhere.ino",
    ),
    ([*SPEAK, "--label", "a", "--labels", "[]", "--settings", "{}"], "seed is missing"),
    ([*SPEAK, "--label", "a", "--labels", "no", "--settings", "{}"], "--labels: not JSON"),
]

# words of `predict`, words of the answer; of the tiny experiment
PREDICTED = [
    (["nowhere.wav"], "nowhere.wav cannot be read: No such file or directory"),
    ([""], "argument PATH: the name of a file or folder is empty"),
    (["."], ". is no file: a folder, a pipe or a device"),
    (["pipe"], "pipe is no file: a folder, a pipe or a device"),
    (["/dev/zero"], "/dev/zero is no file: a folder, a pipe or a device"),
    (["raw.zip#a.wav"], "raw.zip#a.wav cannot be read"),
    (["split.csv"], "split.csv cannot be decoded"),
    (["model.keras"], "model.keras cannot be decoded"),
    (["two\nlines.wav"], "lines.wav cannot be read"),
    (["\udcff.wav"], "cannot be read"),
    (["\x1b[31mred.wav"], "cannot be read"),
    ([LONG], "cannot be read: File name too long"),
    (["raw/low/a/0.wav", "nowhere.wav"], "nowhere.wav cannot be read"),
    (["raw/low/a/0.wav", "--experiment", "raw"], "raw has no trained model"),
]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "m.csv").write_text("text\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/kept").write_text("kept")
    os.mkfifo(tmp_path / "pipe")
    return tmp_path


def rows(table):
    return [pytest.param(*row, id=str(number)) for number, row in enumerate(table)]


@pytest.mark.parametrize(("words", "message"), rows(ARGUMENTS))
def test_arguments(folder, words, message):
    assert_refuses(wav2nano_says, *words, folder=folder, message=message)


@pytest.mark.xdist_group("hostile")
@pytest.mark.parametrize(("words", "message"), rows(PREDICTED))
def test_predict(copy, words, message):
    os.mkfifo(copy / "pipe")
    line = ["predict", "--experiment", ".", *words]
    assert_refuses(wav2nano_says, *line, folder=copy, message=message)


@pytest.mark.xdist_group("hostile")
@pytest.mark.parametrize("name", ["two\nlines.wav", "\udcff.wav", "\x1b[31mred.wav", "a.zip#b.wav"])
@pytest.mark.parametrize("command", ["predict", "predict --json", "simulate"])
def test_names_are_only_names(copy, command, name):
    write_wav(copy / "ok.wav")
    os.rename(copy / "ok.wav", os.path.join(copy, name))
    step, *options = command.split()
    where = ["firmware/listener.bin"] if step == "simulate" else ["--experiment", ".", *options]
    said = wav2nano_says(step, *where[:1], *where[1:], name, folder=copy)
    assert said.status == 0, said.text


@pytest.mark.xdist_group("hostile")
@pytest.mark.parametrize("step", [name for name, words in STEPS.items() if "--out" in words])
@pytest.mark.parametrize("where", ["/proc/nowhere/o", "split.csv/o"])
def test_where_nothing_can_be_written(copy, step, where):
    words = list(STEPS[step])
    words[words.index("--out") + 1] = where
    assert_refuses(wav2nano_says, step, *words, folder=copy, message=where.rsplit("/", 1)[0])


# What a shell or make would run.
INJECTIONS = [
    "$(touch hacked)",
    "`touch hacked`",
    "$(shell touch hacked)",
    '"; touch hacked; "',
    "'; touch hacked; '",
    "; touch hacked #",
    "| touch hacked",
    "a b",
    "$HOME",
    "$$",
    "*",
    "größe",
]


@pytest.mark.parametrize("variable", ["EXPERIMENT", "RECORDINGS", "URL"])
@pytest.mark.parametrize("text", INJECTIONS)
def test_make_hands_on_what_it_is_given(tmp_path, variable, text):
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("tools/setup", ".venv/bin/wav2nano", ".venv/bin/snakemake", ".venv/bin/dvc"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('#!/bin/sh\nfor word; do printf "<%s>" "$word" >> said; done\n')
        path.chmod(0o755)
    target = "remote" if variable == "URL" else "firmware"
    experiment = ["EXPERIMENT=x"] if variable == "RECORDINGS" else []
    line = ["make", target, *experiment, f"{variable}={text}"]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done
    assert not (tmp_path / "hacked").exists()
    said = (tmp_path / "said").read_text()
    assert (f"<experiments=[{text}]>" if variable == "EXPERIMENT" else f"<{text}>") in said


# A command, or snakemake, in a process of its own says what it says in this one.
@pytest.mark.parametrize(
    "words",
    [
        ["wav2nano", "nothing"],
        ["wav2nano", *SIMULATE, "nan"],
        ["wav2nano", "record-checksums", "nowhere", "--out", "c.txt"],
        ["wav2nano", "predict", "x.wav", "--experiment", "\udcff"],
        ["wav2nano", "fetch-dataset", "nowhere"],
        ["snakemake", "--dry-run", "--quiet", "all"],
    ],
    ids=shlex.join,
)
def test_it_is_the_same_in_a_process_of_its_own(folder, words):
    name, *line = words
    if name == "snakemake":
        (folder / "params.yaml").write_text("experiments: [x, x\n")
        said = snakemake_says(*line, folder=folder)
        line = ["--snakefile", str(ROOT / "Snakefile"), *line]
    else:
        said = wav2nano_says(*line, folder=folder)
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [os.path.join(BIN, name), *map(os.fsencode, line)]
    done = subprocess.run(command, cwd=folder, capture_output=True, env=environment, check=False)
    assert done.returncode == said.status != 0
    text = (done.stdout + done.stderr).decode()
    assert not CRASH.search(text)
    assert text.splitlines()[-1] in said.text


def test_a_reader_that_closes_the_output_early():
    line = f"{shlex.quote(sys.executable)} -m wav2nano --help | head -n 1"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = ["bash", "-o", "pipefail", "-c", line]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.stderr == ""
