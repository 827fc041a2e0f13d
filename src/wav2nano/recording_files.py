"""Files of recordings in a folder."""

import os
from pathlib import Path

from wav2nano.errors import UserError

SUFFIXES = frozenset({".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".au"})


def list_recordings(folder: Path) -> list[str]:
    """List recordings by their paths below `folder`, sorted; hidden ones are left out.

    Raises
    ------
    UserError
        If a name is no text, or what it names is no file.
    """
    names = []
    seen = {os.path.realpath(folder): str(folder)}
    for place, folders, files in os.walk(folder, followlinks=True):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in folders:
            path = os.path.join(place, name)
            other = seen.setdefault(os.path.realpath(path), path)
            if other != path:
                raise UserError(
                    f"{path} and {other} are the same folder: one of them is a link. Remove it, or "
                    "its recordings count twice."
                )
        below = Path(place).relative_to(folder).as_posix()
        for file in files:
            name = file if below == "." else f"{below}/{file}"
            if file.startswith(".") or os.path.splitext(file)[1].lower() not in SUFFIXES:
                continue
            if not _is_text(name):
                raise UserError(f"{folder}/{name!r}: the name is not UTF-8. Rename the file.")
            if not os.path.isfile(os.path.join(place, file)):
                raise UserError(
                    f"{folder}/{name} is a pipe, a device, a folder or a link to nothing, and no "
                    "recording. Remove or rename it."
                )
            names.append(name)
    return sorted(names)


def not_here(setting: str, name: str, root: Path, otherwise: str) -> UserError:
    """Say that what a setting names, below `root`, is not here: DVC may have it, `otherwise`."""
    return UserError(f"{setting}: {in_dvc(name, root) or otherwise}")


def in_dvc(name: str, root: Path) -> str | None:
    """Say that something that is not here, below `root`, is in DVC; None if it is not."""
    if not Path(f"{root / name}.dvc".replace("\0", "")).exists():
        return None
    return f"{name} is in DVC but not here yet. Get it: dvc pull {name}"


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
