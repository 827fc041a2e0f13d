"""Settings read from files and validated, with messages in plain words."""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from wav2nano.errors import UserError
from wav2nano.settings.base import PATTERNS
from wav2nano.settings.dataset import DatasetSettings
from wav2nano.settings.describe import as_yaml, groups_in, resolve, tag_of, written
from wav2nano.settings.experiment import ExperimentSettings, Params
from wav2nano.settings.search import SearchSettings
from wav2nano.settings.sweep import SweepSettings

# Most installations also have it written in C, which reads the settings in a tenth of the time, and
# they are read every time the workflow starts.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DEEPEST = 50  # lists in lists, beyond which the library overflows the stack of the process

PARAMS = Path("params.yaml")
EXPERIMENTS = Path("config/experiments")
DATASETS = Path("config/datasets")
SWEEPS = Path("config/sweeps")
SEARCHES = Path("config/searches")

# What distinguishes the kinds of a section.
TAGS = {"features": "kind", "model": "architecture"}
WANTED = {
    "int_type": "a whole number",
    "float_type": "a number",
    "string_type": 'text, in quotes if YAML takes it for something else ("yes", "on", "10")',
    "list_type": "a list",
    "dict_type": "`key: value` lines",
    "model_type": "`key: value` lines",
    "model_attributes_type": "`key: value` lines",
    "bool_type": "true or false",
    "finite_number": "a finite number",
}

BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("more than", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("less than", "lt"),
}
SHOWN = 80  # letters of a wrong value: some of it is enough

Group = TypeVar("Group", bound=BaseModel)
Layer = tuple[str, Mapping[str, Any]]  # where settings are from, and the settings


def load_yaml(path: Path | str) -> dict[str, Any]:
    """Read a YAML mapping.

    Raises
    ------
    UserError
        If the file is missing, is not YAML, says something twice, or is not a mapping.
    """
    path = Path(path)
    if path.exists() and not path.is_file():
        raise UserError(f"{path} is a folder, a pipe or a device, and should be a file.")
    try:
        # With the mark that some editors begin a file with.
        text = path.read_text(encoding="utf-8-sig")
        _require_plain(text)
        value = yaml.load(text, Loader=_OnceLoader)
    except FileNotFoundError:
        raise UserError(f"{path} does not exist.") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from None
    except (yaml.YAMLError, ValueError, TypeError) as error:
        # The library does not know the file's name.
        problem = str(error).replace('in "<unicode string>", ', "")
        raise UserError(f"{path} cannot be read as YAML: {problem}") from None
    if not isinstance(value, dict):
        raise UserError(f"{path} should consist of `key: value` lines.")
    return value


class _OnceLoader(LOADER):  # type: ignore[misc,valid-type]  # chosen at run time
    """Refuses a key that stands twice: YAML itself takes the last."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            kind = node.tag.rpartition(":")[2]  # what the library takes the text for
            raise yaml.constructor.ConstructorError(
                None, None, f"{_shown(node.value)} is not of type {kind}", node.start_mark
            ) from None

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in keys:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value} stands there twice", key.start_mark
                )
            keys.add(key.value)
        return super().construct_mapping(node, deep)


def _require_plain(text: str) -> None:
    """Refuse aliases, which can expand without limit, and deep nesting."""
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        mark: Any = event.start_mark  # may be the C library's, of another type
        if isinstance(event, yaml.AliasEvent):
            problem = f"aliases such as *{event.anchor} are not supported here: write it out"
            raise yaml.MarkedYAMLError(None, None, problem, mark)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            problem = f"lists or mappings are more than {DEEPEST} deep"
            raise yaml.MarkedYAMLError(None, None, problem, mark)


def parse(
    settings: type[Group], value: Any, *, source: str | Callable[[Sequence[str | int]], str]
) -> Group:
    """Make typed settings from plain values.

    Parameters
    ----------
    settings
        The class of the settings.
    value
        As read from YAML or JSON.
    source
        Where they are from, for messages; or a function that says so for the names, and numbers of
        entries, that lead to a setting.

    Raises
    ------
    UserError
        Naming every setting that is wrong, what it is and what it may be.
    """
    try:
        return settings.model_validate(value)
    except ValidationError as error:
        told: dict[str, list[str]] = {}
        for problem in error.errors(include_url=False):
            path, _, _ = resolve(settings, problem["loc"])
            place = source if isinstance(source, str) else source(path)
            line = f"  {_explain(settings, problem)}"
            if line not in told.setdefault(place, []):
                told[place].append(line)
        blocks = ["\n".join([f"{place}:", *lines]) for place, lines in told.items()]
        raise UserError("\n".join(blocks)) from None


def load_dataset(name: str, *, root: Path | str = ".") -> DatasetSettings:
    """Read and validate `config/datasets/{name}.yaml`.

    Raises
    ------
    UserError
        If there is no such data set (with the names there are), or it is not valid.
    """
    path = existing_file(name, DATASETS, Path(root), "data set")
    dataset = parse(DatasetSettings, load_yaml(path), source=str(path))
    if dataset.name != name:
        raise UserError(
            f"{path}:\n  name: {dataset.name!r} should be {name!r}, like the file's name."
        )
    return dataset


def load_params(value: Mapping[str, Any], *, source: str = str(PARAMS)) -> Params:
    """Validate what params.yaml holds.

    Raises
    ------
    UserError
        Naming every setting that is wrong.
    """
    return parse(Params, dict(value), source=source)


def load_experiment(
    name: str, defaults: Mapping[str, Any], *, root: Path | str = "."
) -> ExperimentSettings:
    """Read and validate `config/experiments/{name}.yaml` on top of the defaults.

    Parameters
    ----------
    name
        Of the experiment.
    defaults
        What params.yaml holds.

    Raises
    ------
    UserError
        If there is no such experiment (with the names there are), or it is not valid.
    """
    return combine((str(PARAMS), defaults), read_experiment(name, root=root))


def read_experiment(name: str, *, root: Path | str = ".") -> Layer:
    """Read what differs from the defaults in an experiment.

    Raises
    ------
    UserError
        If there is no such experiment (with the names there are), or it is not YAML.
    """
    path = existing_file(name, EXPERIMENTS, Path(root), "experiment")
    return str(path), load_yaml(path)


def load_sweep(path: Path) -> SweepSettings:
    """Read and validate a file of `config/sweeps/`.

    Raises
    ------
    UserError
        If it is missing or not valid.
    """
    return parse(SweepSettings, load_yaml(path), source=str(path))


def load_search(name: str, *, root: Path | str = ".") -> SearchSettings:
    """Read and validate `config/searches/{name}.yaml`.

    Raises
    ------
    UserError
        If there is no such search (with the names there are), or it is not valid.
    """
    path = existing_file(name, SEARCHES, Path(root), "search")
    return parse(SearchSettings, load_yaml(path), source=str(SEARCHES / f"{name}.yaml"))


def combine(*layers: Layer) -> ExperimentSettings:
    """Lay settings over each other, the defaults first, and validate the whole.

    If features are of another kind than in the layers below, settings of these that the kind does
    not have are dropped: those that it has mean the same, such as the edges of the bands. But
    filters or units suit the network that they were chosen for: where a layer names another
    architecture, what the layers below say of theirs is left out, and its own defaults hold.

    Raises
    ------
    UserError
        Naming every setting that is wrong, and in which of the layers it stands.
    """
    merged: dict[str, Any] = {}
    used = _of_one_architecture(layers)
    for number, (_, layer) in enumerate(used):
        merged = overlay(merged, layer)
        if number == 0:
            merged.pop("experiments", None)  # of params.yaml, and of no other

    def place(path: Sequence[str | int]) -> str:
        """Source of a setting; of one that is missing, the last."""
        holders = [source for source, layer in used if _holds(layer, path)]
        return holders[-1] if holders else layers[-1][0]

    return parse(ExperimentSettings, merged, source=place)


def overlay(base: Mapping[str, Any], differing: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one mapping over another, section by section."""
    merged = dict(base)
    for key, value in differing.items():
        below = merged.get(key)
        if not isinstance(value, Mapping) or not isinstance(below, Mapping):
            merged[key] = value
            continue
        if key == "features" and "kind" in value and value["kind"] != below.get("kind"):
            known = _settings_of_kind(value["kind"])
            below = {name: below[name] for name in below if name in known}
        merged[key] = overlay(below, value)
    return merged


def _settings_of_kind(kind: Any) -> set[str]:
    """Name the settings that a kind of features has; none where there is no such kind."""
    from wav2nano.features import KINDS

    known = isinstance(kind, str) and kind in KINDS
    return set(KINDS[kind].Settings.model_fields) if known else set()


def _of_one_architecture(layers: Sequence[Layer]) -> list[Layer]:
    """Leave out what layers say of the model if it is of another architecture than in the last."""
    found: list[Any] = []  # architecture that each layer's settings are for
    for _, layer in layers:
        below = found[-1] if found else None
        model = layer.get("model")
        found.append(model.get("architecture", below) if isinstance(model, Mapping) else below)
    return [
        (source, layer)
        if architecture == found[-1]
        else (source, {section: value for section, value in layer.items() if section != "model"})
        for (source, layer), architecture in zip(layers, found, strict=True)
    ]


def _holds(layer: Mapping[str, Any], path: Sequence[str | int]) -> bool:
    """Tell whether a setting stands in a layer; for an entry of a list, whether that does."""
    found: Any = layer
    for part in path:
        if not isinstance(found, Mapping):
            return True
        if part not in found:
            return False
        found = found[part]
    return True


def explain(hint: Any, error: ValidationError) -> str:
    """Say in plain words what was wrong with a value of a type."""
    groups = groups_in(hint)
    lines = []
    for problem in error.errors(include_url=False):
        location = problem["loc"]
        if len(groups) > 1 and location:
            groups = [group for group in groups if tag_of(group) == location[0]] or groups
            problem = {**problem, "loc": location[1:]}
        lines.append(_explain(groups[0], problem) if groups else problem["msg"])
    return "; ".join(lines)


def _is_number(value: Any) -> bool:
    """Tell whether a text is a number to everybody but YAML, such as 1e-3."""
    try:
        return isinstance(value, str) and math.isfinite(float(value))
    except ValueError:
        return False


def existing_file(name: str, folder: Path, root: Path, what: str) -> Path:
    """Give the path of `{name}.yaml` in a folder of `config/`.

    Raises
    ------
    UserError
        If there is none, with the names there are.
    """
    path = folder / f"{name}.yaml"
    if not (root / path).exists():
        known = ", ".join(sorted(file.stem for file in (root / folder).glob("*.yaml"))) or "none"
        raise UserError(
            f"There is no {what} {name}: {path} does not exist. There are: {known}. "
            "To add one, copy another's file and change it."
        )
    return root / path


def _shown(value: Any) -> str:
    """Write a wrong value on one line; text as it is quoted, anything else as YAML would."""
    try:
        text = repr(value) if isinstance(value, str) else " ".join(as_yaml(value).split())
    except ValueError:  # Python writes no number of thousands of digits
        text = "a number of thousands of digits"
    text = "".join(c if c.isprintable() else " " for c in text)
    return text if len(text) <= SHOWN else text[: SHOWN - 3] + "..."


def _name(part: Any) -> str:
    """Write a part of a setting's name as it stands in YAML; in quotes where it has to be."""
    simple = isinstance(part, str) and part.isprintable() and as_yaml(part) == part
    return part if simple else _shown(part)


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"


def _explain(settings: type[BaseModel], problem: Any) -> str:
    path, group, explanation = resolve(settings, problem["loc"])
    if problem["type"] == "invalid_key" or "[key]" in problem["loc"][-1:]:
        path = [*path[:-1], problem["input"]]  # pydantic gives another form of it
    where = ".".join(map(_name, path))
    context = problem.get("ctx", {})
    found = _shown(problem["input"])
    meaning = f" ({explanation})" if explanation else ""
    match problem["type"]:
        case "extra_forbidden" | "invalid_key":
            known = ", ".join(sorted(group.model_fields)) if group is not None else ""
            return f"{where} is not a setting. Settings here are: {known}"
        case "missing":
            return f"{where} is missing{meaning}"
        case "literal_error":
            choices = context["expected"].replace("'", "").replace(" or ", ", ")
            return f"{where}: {found} is not one of: {choices}"
        case "union_tag_invalid":
            tag = context["discriminator"].strip("'")
            choices = context["expected_tags"].replace("'", "")
            return f"{where}.{tag}: {_shown(problem['input'][tag])} is not one of: {choices}"
        case "union_tag_not_found":
            return f"{where}.{context['discriminator'].strip(chr(39))} is missing"
        case bound if bound in BOUNDS:
            word, key = BOUNDS[bound]
            return f"{where}: {found} should be {word} {written(context[key])}{meaning}"
        case "value_error":
            return f"{where + ': ' if where else ''}{context['error']}"
        case "too_short":
            return f"{where}: needs at least {_entries(context['min_length'])}{meaning}"
        case "too_long":
            return f"{where}: may have at most {_entries(context['max_length'])}{meaning}"
        case "string_too_short":
            return f"{where} is empty{meaning}"
        case "string_pattern_mismatch":
            return f"{where}: {found} should {PATTERNS[context['pattern']]}{meaning}"
        case kind:
            wanted = WANTED.get(kind, problem["msg"][:1].lower() + problem["msg"][1:])
            text = problem["input"]
            if kind == "float_type" and _is_number(text):
                wanted += f"; YAML takes it for text. Write {as_yaml(float(text))}"
            return f"{where}: {found} should be {wanted}{meaning}"
