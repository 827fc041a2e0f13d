"""What the model of the settings says about each of them: for messages and for the reference."""

import ast
import inspect
import sys
from collections.abc import Sequence
from functools import cache
from typing import Any, get_args, get_origin

import yaml
from pydantic import BaseModel


@cache
def explanations(settings: type[BaseModel]) -> dict[str, str]:
    """Give the strings below the fields of a class and of its base classes."""
    found: dict[str, str] = {}
    for cls in reversed(settings.__mro__):
        if not issubclass(cls, BaseModel) or cls is BaseModel:
            continue
        [definition] = [
            node
            for node in ast.walk(ast.parse(inspect.getsource(sys.modules[cls.__module__])))
            if isinstance(node, ast.ClassDef) and node.name == cls.__name__
        ]
        for field, text in zip(definition.body, definition.body[1:], strict=False):
            match field, text:
                case (
                    ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str(said))),
                ):
                    found[name] = " ".join(said.split())
    return found


def groups_in(annotation: Any) -> list[type[BaseModel]]:
    """Classes of settings that an annotation names, such as the kinds of a union."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [group for part in get_args(annotation) for group in groups_in(part)]


def as_yaml(value: Any) -> str:
    """Write a value in YAML, on one line unless it is a text of several."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=float("inf"))
    return text.removesuffix("...\n").strip()


def written(bound: float) -> str:
    """Write a bound of a setting: a whole number with all its digits."""
    return f"{bound:,.0f}" if float(bound).is_integer() else f"{bound:g}"


def tag_of(settings: type[BaseModel]) -> str | None:
    """Tell a class of a union apart from the others: its kind or architecture."""
    for name in ("kind", "architecture"):
        if name in settings.model_fields:
            [tag] = get_args(settings.model_fields[name].annotation)
            return str(tag)
    return None


def resolve(
    settings: type[BaseModel], location: Sequence[str | int]
) -> tuple[list[str | int], type[BaseModel] | None, str]:
    """Follow where pydantic found an error.

    Returns
    -------
    path : list
        The names and the numbers of entries that lead there: without the tags of unions.
    group : class, optional
        The group that the last named field belongs to.
    explanation : str
        Of that field; empty where there is none.

    Examples
    --------
    >>> from wav2nano.settings.chunking import ChunkingSettings
    >>> path, group, explanation = resolve(ChunkingSettings, ["rate"])
    >>> path, group.__name__
    (['rate'], 'ChunkingSettings')
    >>> explanation
    "sampling rate of the windows, Hz; the board's microphone gives 16,000"
    """
    path: list[str | int] = []
    group: type[BaseModel] | None = settings
    owner, field = None, ""
    keyed = False  # whether the names are those of people: keys of a dict
    candidates = [settings]
    for part in location:
        if len(candidates) > 1 and (chosen := [c for c in candidates if tag_of(c) == part]):
            candidates = chosen
            continue
        group = candidates[0] if len(candidates) == 1 else None
        if isinstance(part, int) or (keyed and part != "[key]"):
            path.append(part)
        elif group is not None and part in group.model_fields:
            path.append(part)
            owner, field = group, part
            annotation = group.model_fields[part].annotation
            candidates, keyed = groups_in(annotation), _has_keys(annotation)
        elif group is not None:
            path.append(part)
            break
        else:  # pydantic's own name, of a branch of a union or of what is wrong: a key
            break
    explanation = explanations(owner).get(field, "") if owner is not None else ""
    return path, candidates[0] if len(candidates) == 1 else group, explanation


def _has_keys(annotation: Any) -> bool:
    return get_origin(annotation) is dict or any(map(_has_keys, get_args(annotation)))
