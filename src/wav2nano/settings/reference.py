"""What is generated from the model of the settings: defaults, JSON schemas, reference tables.

`wav2nano write-reference` writes them; a test fails where they differ from the model.
"""

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from wav2nano.settings.dataset import DatasetSettings
from wav2nano.settings.describe import as_yaml, explanations, groups_in, tag_of, written
from wav2nano.settings.experiment import ExperimentSettings, Params
from wav2nano.settings.search import SearchSettings
from wav2nano.settings.sweep import SweepSettings

WIDTH = 100
BEGIN, END = "<!-- generated: {} -->", "<!-- end -->"
PARAMS_HEADER = """\
# yaml-language-server: $schema=workflow/schemas/params.schema.json
# The defaults for all experiments, and which ones to build. An experiment is a file in
# config/experiments/ that states only what differs. config/README.md explains every key, too.
"""


def params_yaml() -> str:
    """Text of params.yaml: every default, with its explanation."""
    params = Params()
    values = params.model_dump(mode="json")
    lines = [PARAMS_HEADER]
    first = ["experiments"]
    for name in [*first, *(name for name in Params.model_fields if name not in first)]:
        annotation = Params.model_fields[name].annotation
        groups = groups_in(annotation)
        if not groups:
            lines += [*_entry(name, values[name], explanations(Params)[name], ""), ""]
            continue
        group = _chosen(groups, values[name])
        lines.append(f"{name}: # {_summary(group)}")
        said = explanations(group)
        # Not from the dump, which leaves out some settings where they are the default.
        for key, value in getattr(params, name):
            text = said[key]
            if tags := [tag for tag in map(tag_of, groups) if tag and tag == value]:
                text = f"or {', '.join(str(tag_of(g)) for g in groups if tag_of(g) not in tags)}"
            lines += _entry(key, value, text, "  ")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def schemas() -> dict[str, str]:
    """JSON schemas by file name, for editors: of params.yaml and each kind of file in config/."""
    described: dict[str, type[BaseModel]] = {
        "params": Params,
        "experiment": ExperimentSettings,
        "dataset": DatasetSettings,
        "sweep": SweepSettings,
        "search": SearchSettings,
    }
    texts = {}
    for name, settings in described.items():
        schema = settings.model_json_schema()
        # An experiment need not say which kind it is, where it is the default's.
        for field in schema["properties"].values():
            if "oneOf" in field:
                field["anyOf"] = field.pop("oneOf")
        _describe(schema, settings)
        texts[f"{name}.schema.json"] = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    return texts


def tables() -> dict[str, str]:
    """Tables of the reference by name, in Markdown."""
    return {
        "experiment": _table(ExperimentSettings),
        "sweep": _table(SweepSettings),
        "search": _table(SearchSettings),
        "dataset": _table(DatasetSettings),
    }


def fill_in(text: str) -> str:
    """Put the tables between their marks in the text of config/README.md."""
    for name, table in tables().items():
        begin = BEGIN.format(name)
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(END)
        text = f"{before}{begin}\n{table}{END}{after}"
    return text


def generated(root: Path) -> dict[Path, str]:
    """Every generated file below a checkout's root, with its text."""
    readme = root / "config" / "README.md"
    texts = {
        root / "params.yaml": params_yaml(),
        readme: fill_in(readme.read_text(encoding="utf-8")),
    }
    return texts | {root / "workflow" / "schemas" / name: text for name, text in schemas().items()}


def _entry(name: str, value: Any, text: str, indent: str) -> list[str]:
    line = f"{indent}{name}: {as_yaml(value)}"
    if len(line) + len(text) + 3 <= WIDTH:
        return [f"{line} # {text}"]
    above = textwrap.wrap(text, WIDTH - len(indent) - 2)
    return [*(f"{indent}# {part}" for part in above), line]


def _chosen(groups: list[type[BaseModel]], value: dict[str, Any]) -> type[BaseModel]:
    if len(groups) == 1:
        return groups[0]
    return next(group for group in groups if tag_of(group) in value.values())


def _summary(group: type[BaseModel]) -> str:
    text = (group.__doc__ or "").split("\n")[0].rstrip(".")
    return text[:1].lower() + text[1:] if not text[:2].isupper() else text


def _table(settings: type[BaseModel]) -> str:
    rows = "".join(f"| {a} | {b} | {c} |\n" for a, b, c in _rows(settings, ""))
    return f"| setting | default | meaning |\n|---|---|---|\n{rows}"


def _rows(settings: type[BaseModel], prefix: str) -> Iterator[tuple[str, str, str]]:
    said = explanations(settings)
    for name, field in settings.model_fields.items():
        groups = groups_in(field.annotation)
        # The kinds that a list may hold have tables of their own.
        if not groups or (len(groups) > 1 and get_origin(field.annotation) is list):
            default = ""
            if not field.is_required():
                default = f"`{as_yaml(field.get_default(call_default_factory=True))}`"
            limits = _limits(field, said[name])
            yield f"`{prefix}{name}`", default, said[name] + (f" ({limits})" if limits else "")
        elif len(groups) == 1:
            if name in said:
                yield f"`{prefix}{name}`", "", said[name]
            yield from _rows(groups[0], f"{prefix}{name}.")
        else:
            for group in groups:
                yield f"**`{prefix}{name}`, {tag_of(group)}**", "", _summary(group)
                yield from _rows(group, f"{prefix}{name}.")


def _limits(field: Any, said: str) -> str:
    """Say what a setting may be, unless its explanation already does."""
    choices = [str(value) for value in get_args(field.annotation)]
    if get_origin(field.annotation) is Literal:
        return "" if all(choice in said for choice in choices) else ", ".join(choices)
    bounds = {
        name: written(getattr(limit, name))
        for limit in field.metadata
        for name in ("ge", "gt", "le", "lt")
        if getattr(limit, name, None) is not None
    }
    low = bounds.get("ge") or (f"more than {bounds['gt']}" if "gt" in bounds else "")
    high = bounds.get("le") or (f"less than {bounds['lt']}" if "lt" in bounds else "")
    if low and high:
        return f"{low} to {high}"
    if high:
        return f"at most {high}"
    return f"{low} or more" if "ge" in bounds else low


def _describe(schema: dict[str, Any], settings: type[BaseModel]) -> None:
    """Put the explanations into a JSON schema."""
    for title, part in [(settings.__name__, schema), *schema.get("$defs", {}).items()]:
        known = [g for g in _all(settings) if g.__name__ == title.split("__")[-1]]
        properties = part.get("properties", {})
        for group in known:
            if set(group.model_fields) != set(properties):
                continue
            for name, text in explanations(group).items():
                properties[name].setdefault("description", text)


def _all(settings: type[BaseModel]) -> list[type[BaseModel]]:
    found, waiting = [settings], [settings]
    while waiting:
        for field in waiting.pop().model_fields.values():
            for group in groups_in(field.annotation):
                if group not in found:
                    found.append(group)
                    waiting.append(group)
    return found
