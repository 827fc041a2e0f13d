"""Sweeps: the variants of an experiment, each with a name that says how it differs."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from wav2nano.errors import UserError
from wav2nano.other_trainings import ENDING
from wav2nano.provenance import settings_digest
from wav2nano.settings.load import TAGS, load_sweep
from wav2nano.settings.sweep import SweepSettings

MOST = 500  # variants; a typo makes thousands
LONG = 100  # letters of a name, beyond which it ends in a digest
SEPARATOR = "."  # between sweep and variant: in no name that users choose

# A kind of features or an architecture says itself what it is.
TOLD_BY_VALUE = {f"{section}.{tag}" for section, tag in TAGS.items()}

Variant = dict[str, Any]  # settings that differ, by dotted name


def read_variants(path: Path) -> tuple[str, dict[str, Variant]]:
    """Read a file of `config/sweeps/`: the experiment that is varied, and its variants by name.

    Raises
    ------
    UserError
        If the file is missing or not valid.
    """
    settings = load_sweep(path)
    try:
        variants = list_variants(settings)
    except UserError as error:
        raise UserError(f"{path}:\n  {error}") from None
    names = name_variants(variants)
    return settings.base, {
        f"{path.stem}{SEPARATOR}{name}": variant
        for name, variant in zip(names, variants, strict=True)
    }


def sweep_of(experiment: str) -> str | None:
    """Name the sweep that an experiment is a variant of; None if it has its own file."""
    sweep, separator, _ = experiment.partition(SEPARATOR)
    return sweep if separator else None


def list_variants(settings: SweepSettings) -> list[Variant]:
    """List every row of the table with every combination of the product.

    Raises
    ------
    UserError
        If there are none, too many, two that are alike, or a setting is given twice.

    Examples
    --------
    >>> list_variants(SweepSettings(base="a", product={"model.units": [[8], [16]]}))
    [{'model.units': [8]}, {'model.units': [16]}]
    """
    if not settings.table and not settings.product:
        raise UserError("There is nothing to vary: give a `table` or a `product`.")
    count = max(1, len(settings.table))
    for values in settings.product.values():
        count *= len(values)
    if count > MOST:
        raise UserError(f"This makes {count:,} variants; at most {MOST} are possible.")
    combinations = [
        dict(zip(settings.product, values, strict=True))
        for values in product(*settings.product.values())
    ]
    variants = [
        _joined([*_flatten(row), *_flatten(combination)])
        for row in settings.table or [{}]
        for combination in combinations
    ]
    for number, variant in enumerate(variants):
        unfold(variant)
        if variant in variants[:number]:
            raise UserError(f"Two variants are alike: {describe_variant(variant)}")
    return variants


def name_variants(variants: Sequence[Variant]) -> list[str]:
    """Name each by what distinguishes it from the others.

    Examples
    --------
    >>> name_variants([{"model.units": [32, 16]}, {"model.units": [8]}])
    ['units-32-16', 'units-8']
    >>> name_variants([{"model.architecture": "cnn"}, {"model.architecture": "dense"}])
    ['cnn', 'dense']
    """
    keys = list(dict.fromkeys(key for variant in variants for key in variant))
    # What they all share does not distinguish them.
    told = [key for key in keys if any(_differs(key, variants[0], other) for other in variants)]
    short = {key: _shortest(key, keys) for key in keys}
    names: list[str] = []
    for variant in variants:
        parts = [
            _legible(variant[key])
            if key in TOLD_BY_VALUE
            else f"{short[key]}-{_legible(variant[key])}"
            for key in told or keys
            if key in variant
        ]
        name = ".".join(parts) or "base"
        # Some file systems take Ja and ja for the same; some names are those of other trainings.
        twice = name.lower() in map(str.lower, names)
        if len(name) > LONG or twice or ENDING.search(f"{SEPARATOR}{name}"):
            name = f"{name[:LONG]}-{settings_digest(describe_variant(variant))[:8]}"
        names.append(name)
    return names


def describe_variant(variant: Variant) -> str:
    """Write what differs on one line."""
    return ", ".join(f"{key}: {describe_value(value)}" for key, value in variant.items())


def describe_value(value: Any) -> str:
    """Write a value as one would in YAML."""
    if isinstance(value, list):
        return f"[{', '.join(map(describe_value, value))}]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def unfold(variant: Variant) -> dict[str, Any]:
    """Make sections from dotted names.

    Raises
    ------
    UserError
        If a name is that of a section and of a value.

    Examples
    --------
    >>> unfold({"model.units": [8], "model.dropout": 0.1, "goal": "evaluation"})
    {'model': {'units': [8], 'dropout': 0.1}, 'goal': 'evaluation'}
    """
    sections: dict[str, Any] = {}
    for key, value in variant.items():
        *path, name = key.split(".")
        section = sections
        for part in path:
            section = section.setdefault(part, {})
            if not isinstance(section, dict):
                raise UserError(f"{key}: {part} already has a value and cannot have settings.")
        section[name] = value
    return sections


def _joined(settings: Sequence[tuple[str, Any]]) -> Variant:
    names = [name for name, _ in settings]
    if twice := [name for name in names if names.count(name) > 1]:
        raise UserError(f"{twice[0]} is given twice for one variant.")
    return dict(settings)


def _flatten(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _differs(key: str, one: Variant, other: Variant) -> bool:
    return (key in one) != (key in other) or one.get(key) != other.get(key)


def _shortest(key: str, keys: Sequence[str]) -> str:
    """Shorten a dotted name to as few last parts as no other name ends in."""
    parts = key.split(".")
    for count in range(1, len(parts)):
        ending = ".".join(parts[-count:])
        if sum(f".{other}".endswith(f".{ending}") for other in keys) == 1:
            return ending
    return key


def _legible(value: Any) -> str:
    """Write a value in letters that a file's name may have."""
    text = "-".join(map(_legible, value)) if isinstance(value, list) else describe_value(value)
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", text) or "none"
