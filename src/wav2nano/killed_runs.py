"""Snakemake's locks of runs that were killed: removed where it is certain that nobody holds them.

A run marks itself by a file in `.snakemake/runs/` that it keeps locked with flock, which the kernel
undoes when the process ends, however it ends. A mark that is there and not locked is that of a run
that was killed.
"""

import atexit
import fcntl
import os
import platform
import time
import uuid
from pathlib import Path
from typing import IO

VARIABLE = "WAV2NANO_RUN"  # in the environment of a run's jobs: its mark
PROCESSES = Path("/proc")
PATIENCE = 1.0  # seconds; some programs have an empty environment for good


class RunMark:
    """The mark of this process, for as long as it lives.

    Parameters
    ----------
    folder
        `.snakemake` of the working directory.

    Raises
    ------
    OSError
        If files cannot be locked there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "runs"
        self._locks = folder / "locks"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._name = f"{platform.node()}.{uuid.uuid4().hex}"
        # What has not taken Snakemake's lock yet is no proof that a lock is that of a killed run.
        self._path = self._folder / f".{self._name}"
        self._file = _create_locked(self._path)
        os.environ[VARIABLE] = self._name
        atexit.register(self._remove, os.getpid())

    def jobs_are_here(self) -> None:
        """Note that the run has Snakemake's lock, and that all its jobs run on this machine."""
        self._path = self._path.rename(self._folder / self._name)

    def remove_stale_locks(self) -> bool:
        """Remove Snakemake's locks if only killed runs can have left them; tells whether it did.

        Not if another run is alive, or one on another machine may be, or if jobs of a killed run
        are still at work.
        """
        # The own mark was there before: of two that begin at once, neither takes the other's locks.
        killed = self._killed_runs()
        locks = list(self._locks.glob("*.lock"))
        if not killed:
            return False
        if locks and _jobs_of({path.name for path in killed}):
            return False
        for path in (*locks, *killed):
            path.unlink(missing_ok=True)
        return bool(locks)

    def _killed_runs(self) -> list[Path]:
        """List the marks of runs that were killed; none if any other is alive, or may be."""
        killed = []
        for path in self._folder.iterdir():
            if path == self._path:
                continue
            elsewhere = path.name.lstrip(".").rpartition(".")[0] != platform.node()
            # Of another user's processes, it cannot be seen which run they belong to.
            if elsewhere or path.stat().st_uid != os.getuid():
                return []
            if not _is_free(path):
                return []
            if path.name.startswith("."):
                path.unlink(missing_ok=True)
            else:
                killed.append(path)
        return killed

    def _remove(self, process: int) -> None:
        if os.getpid() == process:
            self._path.unlink(missing_ok=True)


def _create_locked(path: Path) -> IO[str]:
    while True:
        file = path.open("w")
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            # Another process may have removed it before it was locked.
            if os.path.samestat(path.stat(), os.fstat(file.fileno())):
                return file
        except FileNotFoundError:
            pass
        file.close()


def _is_free(path: Path) -> bool:
    """Whether nobody holds a mark."""
    try:
        with path.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _jobs_of(runs: set[str]) -> bool:
    """Whether a process of one of these runs is at work; so it is where that cannot be seen."""
    if not (PROCESSES / "self" / "environ").exists():
        return True
    wanted = {f"{VARIABLE}={name}".encode() for name in runs}
    deadline = time.monotonic() + PATIENCE
    while True:
        starting = False
        for process in PROCESSES.glob("[0-9]*"):
            try:
                variables = (process / "environ").read_bytes()
                # Of a process that begins a program, the kernel shows none for a moment.
                starting |= not variables and (process / "exe").exists()
            except OSError:  # it has ended, or is another person's
                continue
            if not wanted.isdisjoint(variables.split(b"\0")):
                return True
        if not starting or time.monotonic() > deadline:
            return False
        time.sleep(0.01)
