"""PowerShell's `Format-List` output: `Name : Value` lines, long values broken by the console.

Source: Microsoft's own formatting (github.com/PowerShell/PowerShell, ComplexWriter.cs, GenerateLines). English, French,
German, Italian, Portuguese and Spanish sessions break a value behind a blank, all others anywhere; a word longer than
the line is broken where the line ends in both. Nothing is added and the blank stays, so the pieces put together are the
value, unless an editor has taken the blanks away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsers.source import Document
from parsers.windows.encodings import lines_with_ends
from parsers.windows.powershell.bags import LOST, Bag, value_of
from parsers.windows.powershell.columns import are_rules

_PAIR = re.compile(r"^([A-Za-z]\w*(?: \w+)?)\s*: ?(.*)$")
_LONGEST_TEXT = 10_000
"""So many characters of a wrapped text (a description) are kept."""
_LISTS = frozenset("localport remoteport localaddress remoteaddress icmptype localip remoteip".split())
_BLANK_AT_THE_END = re.compile(r"^[A-Za-z]\w* *: \r?$", re.MULTILINE)
"""An empty value ("Owner : "): the lines still end with the blanks that PowerShell wrote."""


_FILTER = re.compile(r"^\s*\$_ \| Get-NetFirewall\w*Filter\s*$", re.IGNORECASE)


def from_list(document: Document) -> Iterator[Bag]:
    """The objects of `Format-List` output: `Name : Value` lines, a blank line or a repeated name between objects.

    `Show-NetFirewallRule` puts the filters of a rule below it, each under a line that says how to get it.
    """
    rule: Bag | None = None
    for bag, is_filter in _listed(document):
        if is_filter and rule is not None:
            rule.properties = bag.properties | rule.properties
            continue
        if are_rules(bag.properties):
            rule = bag
        yield bag


def _listed(document: Document) -> Iterator[tuple[Bag, bool]]:
    """The blocks of a list, and whether the line of a filter stands before each."""
    text = document.text.lstrip("\ufeff")
    is_whole = _BLANK_AT_THE_END.search(text) is not None
    pieces: dict[str, list[str]] = {}
    last, first, column, length = "", 0, 0, 0
    heading = False
    for number, raw in enumerate(lines_with_ends(text), start=1):
        line = raw.rstrip("\r\n")
        pair = _PAIR.match(line)
        if not line.strip() or (pair and pair.group(1).casefold() in pieces):
            if pieces:
                yield _bag(pieces, first, is_whole=is_whole), heading
                heading = False
            pieces, last = {}, ""
        heading = heading or _FILTER.match(line) is not None
        if pair:
            first = first if pieces else number
            last, column, length = pair.group(1).casefold(), pair.start(2), 0
            pieces[last] = [pair.group(2)]
        elif line.strip() and last and length <= _LONGEST_TEXT:
            length += len(line)
            pieces[last].append(line[column:] if not line[:column].strip() else line.lstrip())
    if pieces:
        yield _bag(pieces, first, is_whole=is_whole), heading


def _bag(pieces: dict[str, list[str]], line: int, *, is_whole: bool) -> Bag:
    """The object with its values put together; without the blanks nobody can tell where a list was broken."""
    bag = Bag({}, line)
    for name, each in pieces.items():
        if len(each) == 1 or is_whole:
            bag.properties[name] = value_of("".join(each))
        else:
            bag.properties[name] = LOST if name in _LISTS else " ".join(part.strip() for part in each)
    return bag
