"""Recordings of an experiment's words in another data set, which join its own."""

import hashlib
import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from wav2nano.arpabet import words_in
from wav2nano.dataset.scan import Description, Source, stream_recordings
from wav2nano.errors import UserError
from wav2nano.files import as_written, read_csv, read_json, write_csv, write_json
from wav2nano.provenance import code_digest, settings_digest
from wav2nano.settings.dataset import DatasetSettings
from wav2nano.settings.join import JoinSettings
from wav2nano.tables.recordings import BACKGROUND, check_label, slug

DIGITS = 8  # of a digest in a shard's name
WORD, OTHERS = "word-", "others-"  # what a shard's name begins with
REMEMBERED = Path(".snakemake/joined")

Drawn = list[str]
"""A recording's path below the data set's folder, its label there and its speaker; as in JSON."""

Stamp = dict[str, list[int]]
"""What changes with the table and with folders, by path below the data set's folder; as in JSON."""

Unlike = Callable[[list[str], Sequence[str]], list[str]]


def join_recordings(
    dataset: DatasetSettings,
    settings: JoinSettings,
    labels: Sequence[str],
    *,
    said: Sequence[str],
    unlike: Unlike,
    sha256: Callable[[Path], str],
    root: Path | str = ".",
) -> list[Source]:
    """Draw a data set's recordings of some labels, and some of other words.

    None is of a fold that validates or tests in the data set itself, and none of a speaker whom
    nobody knows.

    Of a large data set no other recording is opened, and its table is read again only where it or
    a folder of such words has changed. The recordings of a label are a shard, and so are those of
    other words: experiments that draw alike share windows, and a new recording changes those of its
    word alone.

    Parameters
    ----------
    dataset
        The data set.
    settings
        `join` of the experiment.
    labels
        The experiment's labels; of one that is not a single word there is nothing.
    said
        The same as they are said: phonemes in place of words that have some.
    unlike
        Leaves out of a list the words that sound the same as one of these.
    sha256
        Hash of a file.
    root
        Folder of the checkout.

    Returns
    -------
    list of Source
        In no official fold: folds are of the experiment's own data set.

    Raises
    ------
    UserError
        If folders, names or the table do not say what each recording is.
    """
    folder = Path(root) / dataset.recordings
    label_of = words_of(labels)
    words = [words_in(label) for label in labels if label not in BACKGROUND]
    spelled = sorted(filter(None, words))
    labelled = [spelled, sorted(said)]

    def draw() -> tuple[list[Drawn], Stamp]:
        return _draw(dataset, folder, spelled, settings, lambda words: unlike(words, said))

    if dataset.joined_only:
        code = code_digest("wav2nano.dataset.join", "wav2nano.synthesis.near_misses")
        described = dataset.model_dump(
            include={"recordings", "table", "ignore", "language", "split"}
        )
        request = _digest(code, labelled, described, settings.model_dump(exclude={"datasets"}))
        known = Path(root) / REMEMBERED / f"{dataset.name}-{request}.json"
        drawn = _remember(known, folder, draw)
    else:
        drawn, _ = draw()
    sources = []
    for name, label_there, speaker in drawn:
        path = folder / name
        word = label_there.lower()
        label = label_of.get(word, label_there)
        check_label(label, str(path))
        if word in label_of:
            how = _digest(word, label, settings.recordings, settings.seed)
            shard = f"{WORD}{slug(label)}-{how}"
        else:
            shard = f"{OTHERS}{_digest(labelled, settings.unknown, settings.seed)}"
        group = f"{dataset.name}/{speaker or name}"
        known_as = f"{dataset.name}/{name}"
        sources.append(Source(dataset.name, path, known_as, label, group, "", shard, sha256(path)))
    return sources


def words_of(labels: Sequence[str]) -> dict[str, str]:
    """Find the labels that are one word, by the word as a dictionary has it.

    Examples
    --------
    >>> words_of(["Never", "turn on", "_unknown_"])
    {'never': 'Never'}
    """
    words = {label: words_in(label) for label in labels if label not in BACKGROUND}
    return {found[0]: label for label, found in words.items() if len(found) == 1}


def is_joined(shard: str) -> bool:
    """Tell whether a shard is of recordings that join others, by its name."""
    return shard.startswith((WORD, OTHERS))


def write_sources(path: Path | str, sources: Iterable[Source]) -> None:
    """Write a list of recordings as CSV, whole or not at all; `read_listed` reads it, too."""
    write_csv(
        path, (field.name for field in fields(Source)), (vars(one).values() for one in sources)
    )


def read_sources(path: Path | str) -> list[Source]:
    """Read a list that `write_sources` wrote.

    Raises
    ------
    UserError
        If it is missing or damaged.
    """
    with as_written(path):
        rows: list[dict[str, Any]] = [*read_csv(path)]
        return [Source(**row | {"path": Path(row["path"])}) for row in rows]


def _digest(*what: Any) -> str:
    return settings_digest(list(what))[:DIGITS]


def _draw(
    dataset: DatasetSettings,
    folder: Path,
    spelled: Collection[list[str]],
    settings: JoinSettings,
    unlike: Callable[[list[str]], list[str]],
) -> tuple[list[Drawn], Stamp]:
    """Draw recordings of each word, and of other words: of as many as possible, equally many.

    `spelled` has the words of each label. The stamp is of the table, and of the folders that the
    words' recordings are in or would be in.
    """
    words = {label[0] for label in spelled if len(label) == 1}
    of_word: dict[str, list[Drawn]] = defaultdict(list)
    others: set[str] = set()
    # Looked at before the recordings in them: what arrives meanwhile is found the next time.
    stamp = _stamp(dataset, folder)

    def look_at_folder_of(name: str) -> None:
        if (parent := os.path.dirname(name)) not in stamp:
            stamp[parent] = _look(folder / parent)

    def is_new(label: str) -> bool:
        word = label.lower()
        return word in words or (word not in others and word not in BACKGROUND)

    for name, said in _may_join(dataset, folder, is_new):
        word = said.label.lower()
        if word in words:
            look_at_folder_of(name)
            of_word[word].append([name, said.label, said.group])
        elif (folder / name).is_file() and words_in(word) not in spelled:
            others.add(word)
    chosen = [
        one
        for word in sorted(of_word)
        for one in _some(of_word[word], settings.recordings, settings.seed, folder)
    ]
    few = set(unlike(_in_random_order(others, settings.seed)[: settings.unknown]))
    if not few:
        return chosen, stamp
    of_other: dict[str, list[Drawn]] = defaultdict(list)
    for name, said in _may_join(dataset, folder, lambda label: label.lower() in few):
        look_at_folder_of(name)
        of_other[said.label.lower()].append([name, said.label, said.group])
    each = -(-settings.unknown // len(few))
    ranked = [
        _some(of_other[word], each, settings.seed, folder)
        for word in _in_random_order(few, settings.seed)
    ]
    in_turn = [one[turn] for turn in range(each) for one in ranked if turn < len(one)]
    return chosen + in_turn[: settings.unknown], stamp


def _may_join(
    dataset: DatasetSettings, folder: Path, wanted: Callable[[str], bool]
) -> Iterator[tuple[str, Description]]:
    """Find the recordings of labels that are wanted, but those that would spoil a test."""
    held_out = {*(dataset.split.validation or ()), *(dataset.split.test or ())}
    need_group = dataset.table is not None and bool(dataset.table.no_group)
    for name, said in stream_recordings(dataset, folder, wanted):
        # An unknown speaker may be one whose other recordings are in another part.
        if said.fold not in held_out and (said.group or not need_group):
            yield name, said


def _some(found: list[Drawn], most: int, seed: int, folder: Path) -> list[Drawn]:
    """Draw recordings that are there; a new one takes the place of at most one other."""
    by_name = {one[0]: one for one in found}
    drawn: list[Drawn] = []
    for name in _in_random_order(by_name, seed):
        if len(drawn) == most:
            break
        if (folder / name).is_file():
            drawn.append(by_name[name])
    return drawn


def _in_random_order(names: Iterable[str], seed: int) -> list[str]:
    """Order names at random; what is added later changes the order of no others."""
    return sorted(names, key=lambda name: hashlib.sha256(f"{seed}\0{name}".encode()).digest())


def _stamp(dataset: DatasetSettings, folder: Path) -> Stamp:
    """Look at the table, and at the folder and those in it."""
    table = [dataset.table.file] if dataset.table is not None else []
    below = sorted(path.name for path in folder.iterdir() if path.is_dir())
    return {name: _look(folder / name) for name in (*table, "", *below)}


def _look(path: Path) -> list[int]:
    """Look at what changes with a file, or with a folder; nothing if it is not there."""
    try:
        found = path.stat()
    except OSError:
        return []
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]


def _remember(
    path: Path, folder: Path, draw: Callable[[], tuple[list[Drawn], Stamp]]
) -> list[Drawn]:
    """Give what `draw` gave before, as long as all is there and the stamp is the same."""
    try:
        stored = read_json(path)
        drawn = [[str(name), str(label), str(speaker)] for name, label, speaker in stored["drawn"]]
        same = all(_look(folder / name) == look for name, look in stored["stamp"].items())
        # A link's file may be gone, and no folder here tells.
        if same and all((folder / name).is_file() for name, _, _ in drawn):
            return drawn
    except (OSError, UserError, ValueError, KeyError, TypeError, AttributeError):
        pass
    drawn, stamp = draw()
    write_json(path, {"stamp": stamp, "drawn": drawn})
    return drawn
