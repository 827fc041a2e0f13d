"""Experiments that differ from another only in how it is split, for the sake of honest figures.

They are named after it: `digits.random_split` is `digits` with its windows split at random.
"""

import re

RANDOM_SPLIT = "random_split"
ENDING = re.compile(rf"\.({RANDOM_SPLIT})$")

# A goal of its own: nothing that is split in another way becomes a binary.
SETTINGS = {"goal": "evaluation", "evaluation": {"random_split_too": False}}


def divide_name(experiment: str) -> tuple[str, str | None]:
    """Divide a name into that of the experiment and that of its other split, if it is of one.

    Examples
    --------
    >>> divide_name("digits.random_split"), divide_name("example.mfcc.cnn")
    (('digits', 'random_split'), ('example.mfcc.cnn', None))
    """
    found = ENDING.search(experiment)
    return (experiment[: found.start()], found[1]) if found else (experiment, None)
