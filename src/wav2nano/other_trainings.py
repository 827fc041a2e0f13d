"""Experiments that differ from another only in split or seed, for the sake of honest figures.

They are named after it: `digits.random_split` is `digits` with its windows split at random,
`digits.fold_2` is `digits` tested on the second fold of cross-validation, and `digits.seed_2` is
`digits` trained with another seed.
"""

import re
from collections.abc import Iterable
from typing import Any

from wav2nano.tables.recordings import slug

RANDOM_SPLIT = "random_split"
FOLD, SEED = "fold_", "seed_"
ENDING = re.compile(rf"\.({RANDOM_SPLIT}|{FOLD}[A-Za-z0-9_-]+|{SEED}(?:0|[1-9][0-9]{{0,9}}))$")
MOST_FOLDS = 100  # each is a network to be trained; one a speaker makes thousands

# A goal of its own: nothing that is trained for its figures alone becomes a binary.
SETTINGS = {
    "goal": "evaluation",
    "evaluation": {"random_split_too": False, "folds": None, "seeds": 1},
}

Changes = dict[str, Any]
"""What the plan of a split is for one fold, where it differs from that of the experiment."""


def divide_name(experiment: str) -> tuple[str, str | None]:
    """Divide a name into that of the experiment and that of its other training, if it is one.

    Examples
    --------
    >>> divide_name("digits.random_split"), divide_name("example.mfcc.cnn")
    (('digits', 'random_split'), ('example.mfcc.cnn', None))
    """
    found = ENDING.search(experiment)
    return (experiment[: found.start()], found[1]) if found else (experiment, None)


def name_of_fold(fold: str) -> str:
    """Name the split that tests on a fold.

    Examples
    --------
    >>> name_of_fold("10"), name_of_fold("Fold A")
    ('fold_10', 'fold_Fold-A-8ccafb')
    """
    return f"{FOLD}{slug(fold)}"


def name_of_seed(seed: int) -> str:
    """Name the training with a seed.

    Examples
    --------
    >>> name_of_seed(2)
    'seed_2'
    """
    return f"{SEED}{seed}"


def settings_of(training: str) -> dict[str, Any]:
    """Give the settings in which an other training differs from the experiment.

    Examples
    --------
    >>> settings_of("seed_2")["training"], settings_of("fold_2")["goal"]
    ({'seed': 2}, 'evaluation')
    """
    if training.startswith(SEED):
        return SETTINGS | {"training": {"seed": int(training.removeprefix(SEED))}}
    return SETTINGS


def official_folds(folds: Iterable[str]) -> dict[str, Changes]:
    """Test on each official fold in turn, and validate on the next one.

    With two, validation takes groups of the one that trains.

    Examples
    --------
    >>> official_folds(["10", "1", "2"])["10"]
    {'folds': {'test': ['10'], 'validation': ['1']}}
    >>> official_folds(["a", "b"])["a"]
    {'folds': {'test': ['a']}}
    """
    names = sorted(set(folds), key=_natural)
    found = {}
    for i, name in enumerate(names):
        next_one = {"validation": [names[(i + 1) % len(names)]]} if len(names) > 2 else {}
        found[name] = {"folds": {"test": [name], **next_one}}
    return found


def folds_of_groups(groups: Iterable[str], each: int) -> dict[str, Changes]:
    """Test on `each` groups at a time, in alphabetical order; the last fold may have fewer.

    Examples
    --------
    >>> folds_of_groups(["eve", "ann", "bob"], 2)
    {'1': {'test_groups': ['ann', 'bob']}, '2': {'test_groups': ['eve']}}
    """
    names = sorted(set(groups))
    return {
        str(1 + first // each): {"test_groups": names[first : first + each]}
        for first in range(0, len(names), each)
    }


def _natural(name: str) -> list[str | int]:
    """Sort 10 after 9."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"([0-9]+)", name)]
