"""The user's recordings without any of the labels, which a track for detection is made of."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np

from wav2nano.audio import read_audio
from wav2nano.errors import UserError
from wav2nano.recording_files import list_recordings, not_here

SETTING = "detection.background"
SPEECH, MUSIC = "speech", "music"
KINDS = frozenset({SPEECH, MUSIC, "noise"})  # folders of MUSAN, in each of which there are several
WEBSITES = frozenset({"free-sound", "sound-bible"})  # of MUSAN's noise: one has a tenth of it


def background_of(folder: Path, part: str) -> list[Path]:
    """List the recordings of validation or test, in the order of their names.

    Of the folders in `folder` the first half is for validation; what is in none counts as one. If
    there are not two folders, it is the first half of the recordings. So what was recorded together
    stays together, and a new recording moves at most one other into the other part. Where the
    folders are named as those of MUSAN, each of them is divided so; but if none has two recordings,
    together.
    """
    return [folder / name for name in _names_of(list_recordings(folder), part)]


def _names_of(names: Sequence[str], part: str) -> list[str]:
    kinds = set(map(_folder, names))
    if not kinds <= KINDS or len(names) == len(kinds):
        return _divide(names, part)
    return [
        f"{kind}/{name}"
        for kind in sorted(kinds)
        for name in _divide([n.removeprefix(f"{kind}/") for n in names if _folder(n) == kind], part)
    ]


def _folder(name: str) -> str:
    return name.split("/")[0] if "/" in name else ""


def _divide(names: Sequence[str], part: str) -> list[str]:
    of_folders = [_folder(name) for name in names]
    together = len(set(of_folders) - {""}) > 1 and not set(of_folders) <= WEBSITES
    units = of_folders if together else names
    first_half = sorted(set(units))[: len(set(units)) // 2]
    return [
        name
        for name, unit in zip(names, units, strict=True)
        if (unit in first_half) == (part == "validation")
    ]


def require_folder(folder: str, root: Path) -> Path:
    """Check that a setting names a folder of recordings, and not all there is on a disk.

    Raises
    ------
    UserError
        If it does not.
    """
    place = root / folder.replace("\0", "")
    if "\0" in folder or not place.is_dir():
        raise not_here(
            SETTING,
            folder,
            root,
            f"there is no folder {folder!r}. Name one with recordings that have none of the labels "
            f"in them, or set {SETTING}: null.",
        )
    if root.resolve().is_relative_to(place.resolve()):
        raise UserError(f"{SETTING}: {folder} has all of this checkout in it. Name a folder below.")
    return Path(folder)


def check_background(
    folder: Path,
    hashes: Mapping[Path, str],
    others: Mapping[str, Path],
    kinds: Collection[str] = (),
) -> None:
    """Check that there are recordings for validation and test, and nothing is in both or known.

    Parameters
    ----------
    folder
        The user's folder.
    hashes
        Of the recordings in it.
    others
        Recordings of the data set, by their hashes.
    kinds
        What has to be in both parts: folders in `folder`.

    Raises
    ------
    UserError
        Saying what to do.
    """
    if len(hashes) < 2:
        found = "no recording" if not hashes else "only one recording"
        raise UserError(
            f"{SETTING}: there is {found} in {folder}. Put at least two there, one to choose "
            f"thresholds on and one to test on, or set {SETTING}: null."
        )
    names = [path.relative_to(folder).as_posix() for path in hashes]
    for part in ("validation", "test"):
        if missing := sorted(set(kinds).difference(map(_folder, _names_of(names, part)))):
            raise UserError(
                f"{SETTING}: there is no recording for the {part} set in {folder}/{missing[0]}, "
                "and detection.recipe: mlperf_tiny plays speech and music. Put at least two into "
                f"each of the folders {' and '.join(sorted(kinds))} there, and all others into "
                f"these or into noise, or set detection.recipe: back_to_back, or {SETTING}: null."
            )
    seen: dict[str, Path] = {}
    for path, digest in hashes.items():
        if digest in others:
            raise UserError(
                f"{SETTING}: {path} is also a recording of the data set, {others[digest]}, which "
                "the network may have learnt. Remove it from one of them."
            )
        if (other := seen.setdefault(digest, path)) != path:
            raise UserError(f"{SETTING}: {path} and {other} are the same recording. Remove one.")


def read_background(
    folder: Path, part: str, *, seconds: float, rate: int, seed: int, kind: str | None = None
) -> dict[str, np.ndarray]:
    """Read recordings of a part, in the order of a seed, until there are `seconds` of them.

    Of a `kind` they are, if that is given: a folder in `folder`.

    Returns
    -------
    dict of str to np.ndarray
        Samples int16 at `rate`, by file.

    Raises
    ------
    UserError
        If there is none, or one cannot be read.
    """
    place = folder / (kind or "")
    paths = [path for path in background_of(folder, part) if path.is_relative_to(place)]
    if not paths:
        raise UserError(f"{SETTING}: there is no recording for the {part} set in {place}.")
    found: dict[str, np.ndarray] = {}
    for number in np.random.default_rng(seed).permutation(len(paths)).tolist():
        if sum(map(len, found.values())) >= seconds * rate:
            break
        found[str(paths[number])] = read_audio(paths[number], rate)
    return found


class Pieces:
    """Sounds one after another, taken in pieces; the first one again when all were heard."""

    def __init__(self, sounds: Mapping[str, np.ndarray], rate: int) -> None:
        self._sounds: Sequence[tuple[str, np.ndarray]] = list(sounds.items())
        self._rate = rate
        self._number = self._start = 0

    def take(self, samples: int) -> tuple[str, np.ndarray]:
        """Take so many samples, or what is left of a sound: where they are from, and they."""
        name, sound = self._sounds[self._number]
        start = self._start
        self._start += samples
        if self._start >= len(sound):
            self._number, self._start = (self._number + 1) % len(self._sounds), 0
        return f"{name} from {start / self._rate:.0f} s on", sound[start : start + samples]
