"""Hashes of settings and of code, so that a change of either rebuilds what depends on it."""

import ast
import hashlib
import json
import pkgutil
import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import accumulate, chain, pairwise
from pathlib import Path
from typing import Any

from wav2nano.hashes import FileCache, hash_file

# The folder of this checkout's packages: what is imported from them is followed.
SOURCE = Path(__file__).resolve().parents[1]
LOCK = SOURCE.parent / "requirements.lock"
# Packages whose module has another name than they have themselves.
DISTRIBUTIONS = {"sklearn": "scikit-learn", "yaml": "pyyaml"}


def settings_digest(settings: Any) -> str:
    """Hash of JSON-like settings, whatever the order of their keys.

    Examples
    --------
    >>> settings_digest({"rate": 16000, "bits": 16}) == settings_digest({"bits": 16, "rate": 16000})
    True
    """
    text = json.dumps(settings, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def files_digest(paths: Iterable[Path | str]) -> str:
    """Hash of the names and contents of files; of a folder, of all files in it."""
    digest = hashlib.sha256()
    for path in map(Path, paths):
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            digest.update(f"{file.relative_to(path.parent).as_posix()}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def code_digest(*modules: str, files: FileCache | None = None) -> str:
    """Hash of what modules in `src/`, and all they import from there, do.

    Imports are followed wherever they are, even inside functions. Comments, docstrings (including
    those of attributes) and layout do not count: a job is done again if its code would do
    something else. Data files beside a module are part of what it does. For what is imported from
    elsewhere, the version that requirements.lock names counts.

    Parameters
    ----------
    modules
        Full names, such as `wav2nano.features.extract`.
    files
        Cache that remembers what files mean.
    """
    for name in modules:
        if _path_of(name) is None:
            raise ValueError(f"{name} is no module of {SOURCE}")
    reached: dict[str, str] = {}
    folders: set[Path] = set()
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        path = _path_of(name)
        if path is None:
            package = name.split(".")[0]
            package = DISTRIBUTIONS.get(package, package.replace("_", "-"))
            reached[name] = _locked_versions().get(package, "")
        else:
            reached[name], imported = _read(path, files)
            if "pkgutil" in imported and path.name == "__init__.py":
                # A registry imports all modules beside it, whatever their names.
                beside = pkgutil.iter_modules([str(path.parent)], f"{name}.")
                waiting += [module.name for module in beside]
            waiting += [*imported, *_parents(name), *chain(*map(_parents, imported))]
            folders.add(path.parent)
    for file in chain(*map(_data_files, folders)):
        digest = files.sha256(file) if files else hash_file(file)
        reached[file.relative_to(SOURCE).as_posix()] = digest
    text = "".join(f"{name} {digest}\n" for name, digest in sorted(reached.items()) if digest)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _locked_versions() -> dict[str, str]:
    """Version of each package; none if there is no lock (the library installed on its own)."""
    versions: dict[str, str] = {}
    if LOCK.exists():
        lock = LOCK.read_text(encoding="utf-8")
        # One package can have several, for other systems and other versions of Python.
        for name, version in re.findall(r"(?m)^([a-z0-9.-]+)==([^ ]+)", lock):
            versions[name] = f"{versions.get(name, '')} {version}"
    return versions


@cache
def _path_of(module: str) -> Path | None:
    place = SOURCE.joinpath(*module.split("."))
    candidates = (place / "__init__.py", place.with_suffix(".py"))
    return next((path for path in candidates if path.is_file()), None)


def _data_files(folder: Path) -> Iterator[Path]:
    """Files that are not Python in a folder of modules, and in its folders without modules."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "__pycache__")):
            continue
        if path.is_dir() and not any(path.glob("*.py")):
            yield from _data_files(path)
        elif path.is_file() and path.suffix != ".py":
            yield path


def _parents(module: str) -> list[str]:
    """Name the packages around a module: importing a.b.c runs a/__init__.py and a/b/__init__.py."""
    return list(accumulate(module.split(".")[:-1], "{}.{}".format))


@cache
def _read(path: Path, files: FileCache | None) -> list[Any]:
    return files.get(path, read_meaning) if files else read_meaning(path)


def read_meaning(path: Path | str) -> list[Any]:
    """Hash what one module means, and list the modules that it may import."""
    tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            imported |= {f"{node.module}.{alias.name}" for alias in node.names}
            imported.add(node.module)
        if isinstance(node, ast.Module | ast.ClassDef):
            node.body = _without_attribute_docstrings(node.body)
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and _is_docstring(body[0]):
            body[0].value.value = ""
    return [hashlib.sha256(_dump(tree).encode()).hexdigest(), sorted(imported)]


def _without_attribute_docstrings(body: list[ast.stmt]) -> list[ast.stmt]:
    return body[:1] + [
        statement
        for before, statement in pairwise(body)
        if not (isinstance(before, ast.Assign | ast.AnnAssign) and _is_docstring(statement))
    ]


def _dump(node: Any) -> str:
    """Text of a syntax tree, the same in every version of Python.

    `ast.dump` is not: versions differ in what they say about empty fields.
    """
    if isinstance(node, ast.AST):
        fields = ((name, getattr(node, name, None)) for name in node._fields)
        inside = ",".join([f"{n}={_dump(v)}" for n, v in fields if v is not None and v != []])
        return f"{type(node).__name__}({inside})"
    if isinstance(node, list):
        return f"[{','.join(map(_dump, node))}]"
    return repr(node)


def _is_docstring(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
