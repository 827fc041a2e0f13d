"""Step remove-unused: what no experiment uses any more, listed or removed."""

import sys
from pathlib import Path


def remove_unused(folders: list[Path], *, used: Path, remove: bool = False) -> None:
    """List the files below folders that no experiment uses, or remove them.

    Parameters
    ----------
    folders
        Where to look.
    used
        File with the path of a used file, or of a folder that is used as a whole, in each line.
    remove
        Remove them; without it they are only listed.
    """
    lines = set(used.read_text(encoding="utf-8").splitlines())
    unused = [
        path
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not lines & {path.as_posix(), *(p.as_posix() for p in path.parents)}
    ]
    size = sum(path.stat().st_size for path in unused)
    for path in unused:
        print(path)
        if remove:
            path.unlink()
    for folder in folders if remove else ():
        for below in sorted(folder.rglob("*"), reverse=True):
            if below.is_dir() and not any(below.iterdir()):
                below.rmdir()
    what = "removed" if remove else "not used by any experiment"
    print(f"{len(unused)} files, {size / 1e6:.1f} MB: {what}", file=sys.stderr)
