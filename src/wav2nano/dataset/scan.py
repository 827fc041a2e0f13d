"""Finding a data set's own recordings, and what folders, names or tables say about them."""

import csv
import fnmatch
import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from wav2nano.errors import UserError
from wav2nano.hashes import hash_file
from wav2nano.recording_files import list_recordings
from wav2nano.settings.dataset import DatasetSettings, TableSettings
from wav2nano.tables.recordings import check_label

TRAIN = "train"  # the fold of a recording that no official list names
MOST_SHOWN = 10


class Description(NamedTuple):
    """What is known of a recording; an unknown `group` or `fold` is empty."""

    label: str
    group: str = ""
    fold: str = ""


@dataclass(frozen=True)
class Source:
    """A recording that was found, before it is read."""

    dataset: str
    path: Path
    id: str
    label: str
    group: str
    fold: str
    shard: str
    sha256: str


def scan_recordings(
    dataset: DatasetSettings,
    *,
    root: Path | str = ".",
    sha256: Callable[[Path], str] = hash_file,
) -> list[Source]:
    """Find a data set's own recordings and hash them, with `sha256` where hashes are remembered.

    A recording without a group is a group of its own.

    Raises
    ------
    UserError
        If folders, names or the table do not say what each recording is.
    """
    folder = Path(root) / dataset.recordings
    sources = []
    for name, said in describe_recordings(dataset, folder).items():
        path = folder / name
        check_label(said.label, str(path))
        shard = _shard_of(name, dataset.shards)
        group = said.group or name
        sources.append(
            Source(dataset.name, path, name, said.label, group, said.fold, shard, sha256(path))
        )
    return sources


def digest_sources(sources: Iterable[Source]) -> str:
    """One hash over recordings and what is said about them; it changes when any of that does."""
    lines = sorted(f"{s.id}\0{s.label}\0{s.group}\0{s.fold}\0{s.sha256}\n" for s in sources)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def describe_recordings(dataset: DatasetSettings, folder: Path) -> dict[str, Description]:
    """Find label, group and official fold of each recording in `folder`, without opening any.

    These come from the data set's `table`, else its `pattern`, else the folders `{label}/{file}`
    and `{label}/{group}/{file}`; `folds` names lists of recordings.

    Returns
    -------
    dict of str to Description
        By path below `folder`, in order; empty where there is no recording yet.

    Raises
    ------
    UserError
        If these do not say what each recording is, or name recordings that do not exist.
    """
    ignored = _pattern_of_ignored(dataset)
    names = [name for name in list_recordings(folder) if not ignored.match(name)]
    if not names:
        return {}
    if dataset.table is not None:
        described = _read_table(dataset.table, folder, names, ignored)
    elif dataset.pattern is not None:
        described = _match_names(dataset.pattern, folder, names)
    else:
        described = _read_folders(folder, names)
    if dataset.folds is not None:
        fold_of = _read_lists(dataset.folds, folder, names, ignored)
        described = {
            name: said._replace(fold=fold_of.get(name, TRAIN)) for name, said in described.items()
        }
    return described


def stream_recordings(
    dataset: DatasetSettings, folder: Path, wanted: Callable[[str], bool]
) -> Iterator[tuple[str, Description]]:
    """Find the recordings of labels that are wanted, and label, group and fold of each.

    Where a data set is `joined_only`, its table is read line by line, because it has millions, and
    what it names need not be there.

    Parameters
    ----------
    dataset
        The data set.
    folder
        Of its recordings.
    wanted
        Whether a label's recordings are wanted; it is asked about each recording.

    Yields
    ------
    tuple of str and Description
        Path below `folder`, and what is known of the recording.

    Raises
    ------
    UserError
        If folders, names or the table do not say what each recording is.
    """
    if dataset.table is None or not dataset.joined_only:
        described = describe_recordings(dataset, folder)
        yield from ((name, said) for name, said in described.items() if wanted(said.label))
        return
    ignored = _pattern_of_ignored(dataset)
    for line, name, said in _read_lines(dataset.table, folder, wanted):
        # Nobody lists the folder, in which a wrong name would not be found.
        if name.startswith(("/", "../")):
            raise UserError(
                f"{folder / dataset.table.file}, line {line}: {name} is outside the folder. Remove "
                "the line."
            )
        if said is not None and said.label and not ignored.match(name):
            yield name, said


def explain_no_recordings(dataset: DatasetSettings) -> str:
    """Say what to do about a data set without recordings."""
    folder, name = dataset.recordings, dataset.name
    if dataset.download is not None:
        return (
            f"There are no recordings in {folder}. Download them with "
            f"`snakemake --cores 1 fetch_{name}`, or use a copy that you have: "
            f"`wav2nano fetch-dataset {name} --source PATH`."
        )
    form = (dataset.pattern or "{label}/{file}") + ".wav"
    if dataset.table is not None:
        return (
            f"There are no recordings in {folder}. Put some there, "
            f"and name them in {folder}/{dataset.table.file}."
        )
    return f"There are no recordings in {folder}. Put some there as {folder}/{form}."


def _pattern_of_ignored(dataset: DatasetSettings) -> re.Pattern[str]:
    return re.compile("|".join(map(fnmatch.translate, dataset.ignore)) or r"(?!)")


def _shard_of(name: str, shards: int) -> str:
    return f"own-{int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % shards:03}"


def _read_folders(folder: Path, names: Sequence[str]) -> dict[str, Description]:
    described = {}
    for name in names:
        label, *groups = name.split("/")[:-1] or [""]
        if not label:
            raise UserError(
                f"{folder / name} is not in a label's folder. Move it to {folder / 'LABEL' / name}."
            )
        described[name] = Description(label, "/".join(groups))
    return described


def _match_names(pattern: str, folder: Path, names: Sequence[str]) -> dict[str, Description]:
    """Read names by a pattern (see `_compile_pattern`)."""
    matcher = _compile_pattern(pattern)
    described, strange = {}, []
    for name in names:
        match = matcher.fullmatch(os.path.splitext(name)[0])
        if match:
            fields = match.groupdict()
            described[name] = Description(
                fields["label"], fields.get("group", ""), fields.get("fold", "")
            )
        else:
            strange.append(f"{folder / name}")
    if strange:
        raise UserError(
            f"{_count(strange, 'recording')} not named as `pattern` says, {pattern}. Rename or "
            f"remove them, or list them under `ignore`.{_list(strange)}"
        )
    return described


def _compile_pattern(pattern: str) -> re.Pattern[str]:
    """Compile a pattern: {number} is digits, any other {field} a part of the path."""
    parts = re.split(r"\{([^{}]*)\}", pattern)
    fields = parts[1::2]
    wrong = [field for field in fields if not field.isidentifier()]
    twice = [field for field in fields if fields.count(field) > 1]
    if re.search("[{}]", "".join(parts[::2])):
        reason = "a brace without its other one: write fields as {label}"
    elif wrong:
        reason = f"{{{wrong[0]}}}: name a field with letters, digits and _, and no digit first"
    elif twice:
        reason = f"{{{twice[0]}}} twice: give each field a name of its own"
    else:
        for i, part in enumerate(parts):
            field = f"(?P<{part}>[0-9]+)" if part == "number" else f"(?P<{part}>[^/]+?)"
            parts[i] = field if i % 2 else re.escape(part)
        return re.compile("".join(parts))
    raise UserError(f"pattern: {pattern} has {reason}.")


def _read_table(
    table: TableSettings, folder: Path, names: Sequence[str], ignored: re.Pattern[str]
) -> dict[str, Description]:
    """Read a CSV file; the table's templates say which of its columns hold what."""
    path = folder / table.file
    described: dict[str, Description] = {}
    problems = []
    there = set(names)
    for line, name, said in _read_lines(table, folder):
        if said is None:
            problems.append(f"line {line} does not have {name} columns")
            continue
        if ignored.match(name):
            continue
        if not said.label:
            problems.append(f"line {line}: {name} has no label")
        elif name in described:
            problems.append(f"line {line}: {name} is listed twice")
        elif name not in there:
            problems.append(f"line {line}: {folder / name} does not exist, or is not a recording")
        described[name] = said
    problems += [f"no line is about {name}" for name in names if name not in described]
    if problems:
        raise UserError(
            f"{path} and the recordings in {folder} do not agree. Correct the table, or list what "
            f"should not be used under `ignore`.{_list(problems)}"
        )
    return {name: described[name] for name in names}


def _read_lines(
    table: TableSettings, folder: Path, wanted: Callable[[str], bool] | None = None
) -> Iterator[tuple[int, str, Description | None]]:
    """Read line numbers, paths below the folder and descriptions; all, or of wanted labels.

    Where a line has too many columns or too few, there is no description, and how many there should
    be stands for the path.
    """
    path = folder / table.file
    # A pipe would be waited for.
    if path.exists() and not path.is_file():
        kind = "a folder" if path.is_dir() else "a pipe or a device"
        raise UserError(f"{path} is {kind}: name a CSV file in `table`, as its `file`.")
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file)
            columns = next(reader, [])
            fill = {
                field: _filler(template, columns)
                for field, template in _templates(table, columns, path).items()
            }
            label_of, name_of = fill.pop("label"), fill.pop("path")
            for cells in filter(None, reader):
                if len(cells) != len(columns):
                    yield reader.line_num, str(len(columns)), None
                    continue
                label = label_of(cells)
                if wanted is None or wanted(label):
                    name = os.path.normpath(name_of(cells)).replace(os.sep, "/")
                    more = {field: value_of(cells) for field, value_of in fill.items()}
                    if more.get("group") in table.no_group:
                        more["group"] = ""
                    yield reader.line_num, name, Description(label, **more)
    except FileNotFoundError:
        raise UserError(
            f"{path} does not exist: it should say what the recordings in {folder} are."
        ) from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(f"{path} cannot be read as CSV in UTF-8: {reason}") from None


def _templates(table: TableSettings, columns: Sequence[str], path: Path) -> dict[str, str]:
    """Complete the templates: a field without one is the column of that name, if there is one."""
    given = {"path": table.path, "label": table.label, "group": table.group, "fold": table.fold}
    templates = {
        field: template or f"{{{field}}}"
        for field, template in given.items()
        if template or field in columns or field in ("path", "label")
    }
    used = {name for text in templates.values() for name in re.findall(r"\{([^{}]+)\}", text)}
    unknown = sorted(used - set(columns))
    if unknown:
        one = len(columns) == 1 and re.search(r"[;\t]", columns[0])
        advice = " Separate columns by commas." if one else ""
        raise UserError(
            f"{path} has no column {unknown[0]}. Its columns are: {', '.join(columns)}.{advice}"
        )
    return templates


def _filler(template: str, columns: Sequence[str]) -> Callable[[list[str]], str]:
    """Make a function that puts the cells of a line into a template."""
    parts = re.split(r"\{([^{}]+)\}", template)
    place = {column: i for i, column in enumerate(columns)}
    if parts[::2] == ["", ""]:  # most are of one column, and tables may be long
        only = place[parts[1]]
        return lambda cells: cells[only].strip()
    places = [place[part] if i % 2 else part for i, part in enumerate(parts)]
    return lambda cells: "".join(
        part if isinstance(part, str) else cells[part].strip() for part in places
    )


def _read_lists(
    lists: dict[str, str], folder: Path, names: Sequence[str], ignored: re.Pattern[str]
) -> dict[str, str]:
    """Fold of each recording that a list names; a list has a path below `folder` in each line."""
    there = set(names)
    fold_of: dict[str, str] = {}
    file_of: dict[str, str] = {}
    for fold, file in lists.items():
        path = folder / file
        try:
            lines = path.read_text(encoding="utf-8-sig").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or error
            raise UserError(
                f"{path}, the list of the fold {fold}, cannot be read: {reason}."
            ) from None
        named = [name for name in map(str.strip, lines) if name and not ignored.match(name)]
        problems = [f"{name} is not there" for name in named if name not in there]
        problems += [f"{name} is in {file_of[name]} too" for name in named if name in file_of]
        if problems:
            raise UserError(f"{path} names wrong recordings. Correct the list.{_list(problems)}")
        fold_of |= dict.fromkeys(named, fold)
        file_of |= dict.fromkeys(named, file)
    return fold_of


def _count(items: Sequence[str], noun: str) -> str:
    return f"1 {noun} is" if len(items) == 1 else f"{len(items)} {noun}s are"


def _list(problems: Sequence[str]) -> str:
    more = len(problems) - MOST_SHOWN
    return "".join(f"\n  {problem}" for problem in problems[:MOST_SHOWN]) + (
        f"\n  and {more} more" if more > 0 else ""
    )
