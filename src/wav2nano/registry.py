"""Packages in which every module is one entry: a feature kind, an architecture, a board."""

from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType


@cache
def entries(package: str, *, without: tuple[str, ...] = ()) -> dict[str, ModuleType]:
    """Import the modules of a package; by name, in alphabetical order.

    Adding an entry is adding a file: no list names them, but for those to leave out.

    Examples
    --------
    >>> kinds = entries("wav2nano.features.kinds")
    >>> kinds["logmel"].__name__
    'wav2nano.features.kinds.logmel'
    """
    folder = Path(str(import_module(package).__file__)).parent
    names = sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))
    return {name: import_module(f"{package}.{name}") for name in names if name not in without}
