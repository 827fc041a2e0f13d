"""Whether what is made with something may be sold, as far as its licence's words tell."""

import re
from collections.abc import Mapping

CLEAR, REFUSED, DOUBTFUL = "allowed", "not allowed", "not clear"

# What two of the shipped settings and of our engines say: the words below would be in their way.
_KNOWN = (
    "yours",
    "of the voices, named in each archive's recordings.csv; your own recordings are yours",
    "GPL-3.0-or-later for the program and its voices; speech made with it is not covered",
)
_REFUSING = re.compile(r"\bNC\b|non[- ]?commercial|not for commercial", re.IGNORECASE)
_DOUBTFUL = re.compile(
    r"research|academic|educat|teaching|non-?profit|personal|evaluation|\b(only|not|no)\b",
    re.IGNORECASE,
)
_ALLOWING = re.compile(
    r"\b(Apache|MIT|BSD|CC0|CC BY|CDLA|ODbL|public domain|free use)\b", re.IGNORECASE
)


def commercial_use(licence: str) -> str:
    """Say whether a licence allows commercial use: `CLEAR`, `REFUSED` or `DOUBTFUL`.

    What is not known is doubtful. No lawyer has read it.

    Examples
    --------
    >>> [commercial_use(text) for text in ("CC BY-SA 4.0", "CC BY-NC 3.0", "ask me")]
    ['allowed', 'not allowed', 'not clear']
    """
    if licence in _KNOWN:
        return CLEAR
    if _REFUSING.search(licence):
        return REFUSED
    if _DOUBTFUL.search(licence) or not _ALLOWING.search(licence):
        return DOUBTFUL
    return CLEAR


def hindrances(licences: Mapping[str, str]) -> list[str]:
    """Name in a sentence each licence of those, by what has it, that does not allow to sell."""
    return [
        f"commercial use is {verdict}: {what} ({licence})"
        for what, licence in licences.items()
        if (verdict := commercial_use(licence)) != CLEAR
    ]
