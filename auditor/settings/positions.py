"""In which line of a TOML file a key stands: the standard library's reader gives values without places."""

from __future__ import annotations

import re

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]#]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
Place = tuple[str | int, ...]
"""The way to a key: names, and numbers (from 0) for tables of a list: ("audit", 0, "files")."""


class Positions:
    """The lines of tables and of `key = value` as they are usually laid out; used in messages only."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Place, int] = {}
        counts: dict[Place, int] = {}
        table: Place = ()
        for number, line in enumerate(text.splitlines(), start=1):
            if header := _HEADER.match(line):
                table = _parts(header.group(2))
                if header.group(1) == "[[":
                    counts[table] = counts.get(table, -1) + 1
                    self._lines.setdefault(table, number)
                    table = (*table, counts[table])
                self._lines.setdefault(table, number)
            elif key := _KEY.match(line):
                self._lines.setdefault((*table, *_parts(key.group(1))), number)

    def line(self, place: Place) -> int:
        """The 1-based line of a key, else that of the nearest table around it, 0 where none is known."""
        while place:
            if place in self._lines:
                return self._lines[place]
            place = place[:-1]
        return 0


def _parts(words: str) -> Place:
    return tuple(part.strip("\"'") for part in _PART.findall(words))
