"""Snakemake's locks are removed after a kill, and only if nobody can hold them."""

import os
import platform
import signal
import subprocess
import sys
import time

import pytest

from wav2nano import killed_runs
from wav2nano.killed_runs import VARIABLE, RunMark

RUN = """
import subprocess, sys
from pathlib import Path
from wav2nano.killed_runs import RunMark
folder = Path(sys.argv[1])
mark = RunMark(folder)
if "no lock" not in sys.argv:
    (folder / "locks").mkdir(exist_ok=True)
    (folder / "locks" / "0.output.lock").write_text("results/keywords/firmware/board.json\\n")
    mark.jobs_are_here()
job = subprocess.Popen(["sleep", "60"]) if "job" in sys.argv else None
print(job.pid if job else 0, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A function that begins a run in another process; gives it, and the number of its job."""
    monkeypatch.setenv(VARIABLE, "")
    started = []

    def begin(*how):
        process = subprocess.Popen(
            [sys.executable, "-c", RUN, str(tmp_path), *how],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process, int(process.stdout.readline())

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.wait()


def begin_process(folder):
    """Make what /proc shows while process 77 begins a program: no environment of it."""
    for name in ("self", "77"):
        (folder / name).mkdir(parents=True)
        (folder / name / "environ").touch()
    (folder / "77" / "exe").touch()


def locks(folder):
    return [path.name for path in (folder / "locks").iterdir()]


def test_the_locks_of_a_killed_run_are_removed(tmp_path, run):
    process, _ = run()
    kill(process)
    mark = RunMark(tmp_path)
    assert mark.remove_stale_locks()
    assert locks(tmp_path) == []
    assert not mark.remove_stale_locks()
    assert len(list((tmp_path / "runs").iterdir())) == 1  # its own


def test_a_run_that_is_alive_keeps_its_locks(tmp_path, run):
    killed, _ = run()
    kill(killed)
    run()
    assert not RunMark(tmp_path).remove_stale_locks()
    assert locks(tmp_path) == ["0.output.lock"]


def test_jobs_of_a_killed_run_are_waited_for(tmp_path, run):
    process, job = run("job")
    kill(process)
    mark = RunMark(tmp_path)
    assert not mark.remove_stale_locks()
    assert locks(tmp_path) == ["0.output.lock"]
    os.kill(job, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while not mark.remove_stale_locks():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_job_that_is_just_starting_is_waited_for(tmp_path, run, monkeypatch):
    """For a moment the kernel shows no environment of it."""
    process, _ = run()
    kill(process)
    (mark,) = (tmp_path / "runs").iterdir()
    begin_process(tmp_path / "proc")
    variables = f"HOME=/\0{VARIABLE}={mark.name}\0"
    environ = tmp_path / "proc" / "77" / "environ"
    monkeypatch.setattr(killed_runs, "PROCESSES", tmp_path / "proc")
    monkeypatch.setattr(time, "sleep", lambda _: environ.write_text(variables))
    assert not RunMark(tmp_path).remove_stale_locks()
    assert locks(tmp_path) == ["0.output.lock"]


def test_an_empty_environment_is_not_waited_for_long(tmp_path, run, monkeypatch):
    process, _ = run()
    kill(process)
    begin_process(tmp_path / "proc")
    monkeypatch.setattr(killed_runs, "PROCESSES", tmp_path / "proc")
    monkeypatch.setattr(killed_runs, "PATIENCE", 0.1)
    assert RunMark(tmp_path).remove_stale_locks()


def test_locks_of_nobody_known_stay(tmp_path, run):
    """Of another version of the workflow, say, or of a run with jobs on other machines."""
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks" / "0.input.lock").write_text("params.yaml\n")
    assert not RunMark(tmp_path).remove_stale_locks()
    process, _ = run("no lock")
    kill(process)
    assert not RunMark(tmp_path).remove_stale_locks()
    assert locks(tmp_path) == ["0.input.lock"]


def test_another_machine_may_hold_them(tmp_path, run, monkeypatch):
    process, _ = run()
    kill(process)
    monkeypatch.setattr(platform, "node", lambda: "another")
    assert not RunMark(tmp_path).remove_stale_locks()
    assert locks(tmp_path) == ["0.output.lock"]


def test_another_user_may_hold_them(tmp_path, run, monkeypatch):
    process, _ = run()
    kill(process)
    monkeypatch.setattr(os, "getuid", lambda: 123_456)
    assert not RunMark(tmp_path).remove_stale_locks()
    assert locks(tmp_path) == ["0.output.lock"]


def test_where_processes_cannot_be_seen_locks_stay(tmp_path, run, monkeypatch):
    process, _ = run()
    kill(process)
    monkeypatch.setattr(killed_runs, "PROCESSES", tmp_path / "none")
    assert not RunMark(tmp_path).remove_stale_locks()


def test_a_run_that_ends_leaves_no_mark(tmp_path, run):
    process, _ = run()
    process.communicate("")
    assert list((tmp_path / "runs").iterdir()) == []
