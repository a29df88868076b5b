"""What is wrong with a ruleset or site file, said so that a person can mend it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from parsers.errors import UnreadableError


class RulesetError(UnreadableError):
    """A broken ruleset or site file: file, line, path inside the document, what was expected, the nearest word."""

    def __init__(self, file: str, message: str, line: int = 0, path: str = "") -> None:
        self.path = path
        super().__init__(file, f"{path}: {message}" if path else message, line)


def closest(word: str, known: Iterable[str]) -> str:
    """The known word that is most like this one, "" when none is near."""
    found = get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return found[0] if found else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """ ", did you mean X?" for the closest known word, else the known words, else nothing."""
    choices = sorted(known)
    close = closest(word, choices)
    if close:
        return f", did you mean {close!r}?"
    return f"; known are {', '.join(choices)}" if 0 < len(choices) <= 12 else ""
