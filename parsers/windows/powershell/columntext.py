"""PowerShell's `Format-Table` output: a header, dashes below it, and columns that begin where the dashes begin.

Source: Microsoft, Format-Table. What does not fit a column is cut and ends in "..." (one character in PowerShell 7);
letters of Chinese, Japanese and Korean take two places. Words of an enumeration stand at the right of their column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import east_asian_width

from parsers.source import Document
from parsers.windows.powershell.bags import LOST, Bag, Value, value_of

_DASHES = re.compile(r"^[ \t]*-{2,}(?:[ \t]+-{2,})*[ \t]*$")
_NAME = re.compile(r"[A-Za-z]\w*")
_MOST_ABOVE = 200
_CUT = ("...", "…")
_PROFILES = re.compile(r"(?<!\S)(?:(?:Domain|Private|Public), )+(?:Domain|Private|Public)$")
_END = re.compile(r"^(?:PS )?[A-Za-z]:\\[^>\r\n]*>|^\*{10,}")
"""A prompt, or the frame of a transcript: the table is over."""


def header(lines: list[str]) -> tuple[int, list[str]]:
    """The index of the dashes of the first table and its property names in lower case; (0, []) where there is none."""
    for place in range(1, min(len(lines), _MOST_ABOVE)):
        if _DASHES.match(lines[place]):
            names = [cell.casefold() for cell in _cells(lines[place - 1], _starts(lines[place]))]
            if all(_NAME.fullmatch(name) for name in names):
                return place, names
    return 0, []


def from_table(document: Document) -> Iterator[Bag]:
    """The objects of a table; a cell that was cut is known to have been there and no more."""
    lines = document.text.lstrip("\ufeff").splitlines()
    place, names = header(lines)
    starts: list[int] = _starts(lines[place]) if names else []
    for number, line in enumerate(lines[place + 1 :] if names else (), start=place + 2):
        if _END.match(line):
            return
        if _DASHES.match(line) and [each.casefold() for each in _cells(lines[number - 2], _starts(line))] == names:
            starts = _starts(line)  # the next table of the same command
        elif line.strip() and [each.casefold() for each in _cells(line, starts)] != names:
            yield Bag(dict(_properties(names, _cells(line, _moved(line, names, starts)))), number)


def _properties(names: list[str], cells: list[str]) -> Iterator[tuple[str, Value]]:
    for name, cell in zip(names, cells, strict=True):
        if "name" in name or not cell.endswith(_CUT):
            yield name, value_of(cell)
        else:
            yield name, LOST


def _moved(line: str, names: list[str], starts: list[int]) -> list[int]:
    """Where the columns of this line begin: profiles may need more room than their heading, to its left."""
    if "profile" not in names:
        return starts
    place = names.index("profile")
    end = starts[place + 1] if place + 1 < len(starts) else len(line)
    found = _PROFILES.search(line[:end].rstrip())
    if found is None or found.start() >= starts[place] or (place and found.start() <= starts[place - 1]):
        return starts
    return [*starts[:place], found.start(), *starts[place + 1 :]]


def _starts(dashes: str) -> list[int]:
    return [found.start() for found in re.finditer(r"-+", dashes)]


def _cells(line: str, starts: list[int]) -> list[str]:
    """The cells of a line; a column begins at a place on the screen, not at a letter."""
    if not line.isascii():
        line = "".join(letter + "\0" if east_asian_width(letter) in "WF" else letter for letter in line)
    ends = [*starts[1:], len(line)]
    return [line[start:end].replace("\0", "").strip() for start, end in zip(starts, ends, strict=True)]
