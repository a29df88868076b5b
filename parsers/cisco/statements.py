"""The lines of a configuration with their children, as ciscoconfparse2 sees them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from parsers.errors import UnreadableError
from parsers.source import Document

INSTALL = "this is a Cisco configuration: install the reader for it with  pip install 'fwproof[cisco]'"


@dataclass(frozen=True, slots=True)
class Statement:
    """One configuration line, split at blanks; `line` is 1-based, `children` the lines indented below it."""

    text: str
    words: tuple[str, ...]
    line: int
    children: tuple[Statement, ...] = ()

    def at(self, place: int) -> str:
        """The word at a place (0 is the first), "" where the line is shorter."""
        return self.words[place] if place < len(self.words) else ""

    @property
    def last_line(self) -> int:
        """The last line of the statement with everything below it."""
        return self.children[-1].last_line if self.children else self.line


@dataclass(frozen=True, slots=True)
class Configuration:
    """All top-level statements in order, an index by first word, and the number of lines of the file."""

    file: str
    statements: tuple[Statement, ...]
    line_count: int
    by_word: dict[str, list[Statement]] = field(default_factory=dict)

    def starting(self, *words: str) -> Iterator[Statement]:
        """The top-level statements that begin with these words, in order."""
        for statement in self.by_word.get(words[0], ()):
            if statement.words[: len(words)] == words:
                yield statement

    @property
    def device(self) -> str:
        """The name the device gives itself, else that of the file without folder and ending."""
        names = [each.at(1) for each in self.starting("hostname") if len(each.words) > 1]
        return names[-1] if names else self.file.rsplit("/", 1)[-1].rsplit(".", 1)[0]


def read_statements(document: Document, syntax: str) -> Configuration:
    """Every statement of a configuration.

    Raises:
        UnreadableError: ciscoconfparse2 is not installed (it is the extra `fwproof[cisco]`).
    """
    try:
        from parsers.cisco.library import CiscoConfParse
    except ImportError:
        raise UnreadableError(document.name, INSTALL) from None
    lines = indented(re.sub(r"[\x00-\x08\x0b-\x1f]", "", line) for line in re.split(r"\r\n|\n|\r", document.text))
    # An empty banner or an empty file gives the library nothing to parse; a lone "!" is a comment to it.
    parse = CiscoConfParse(lines or ["!"], syntax=syntax, factory=False)
    statements = tuple(
        statement for item in parse.objs if item.parent is item and (statement := _statement(item)) is not None
    )
    index: dict[str, list[Statement]] = {}
    for statement in statements:
        index.setdefault(statement.words[0], []).append(statement)
    return Configuration(document.name, statements, len(document.text.splitlines()), index)


_BELOW = {
    "interface": re.compile(
        r"(?:no )?(?:nameif|security-level|shutdown|description|management-only|speed|duplex|vlan|zone-member|"
        r"encapsulation|bridge-group|ip(?:v6)? address|ip access-group|ipv6 traffic-filter|ip nat (?:inside|outside)$)"
    ),
    "object network": re.compile(r"host|subnet|range|fqdn|nat \S+ (?:static|dynamic)"),
    "object service": re.compile(r"service"),
    "object-group": re.compile(r"(?:network|port|service|protocol|icmp)-object|group-object"),
    "ip access-list": re.compile(r"(?:\d+ )?(?:permit|deny|remark)\b"),
}
"""What belongs to a block; scripts that people paste often come without the blanks before it."""


def indented(lines: Iterable[str]) -> list[str]:
    """The lines, with a blank before those that belong to the block above them where that block has no blanks."""
    found: list[str] = []
    block = ""
    for line in lines:
        if not line or line[0].isspace() or line[0] == "!":
            block = "" if line.strip() else block  # an indented block needs no help, and "!" ends one
        elif block and _BELOW[block].match(line):
            line = f" {line}"
        else:
            block = next((each for each in _BELOW if line.startswith(f"{each} ")), "")
        found.append(line)
    return found


def _statement(item: Any) -> Statement | None:
    text = str(item.text).strip()
    words = tuple(text.split())
    if not words or words[0].startswith("!"):
        return None
    children = tuple(child for each in item.children if (child := _statement(each)) is not None)
    return Statement(text, words, int(item.linenum) + 1, children)
