"""The remarks about a text that was read, bounded: what a text repeats on every line is counted, not listed."""

from __future__ import annotations

import re

from parsers.fortigate.syntax.tree import Remark

MOST_ALIKE = 20
"""Remarks of one kind that are kept with their lines; the one after them stands for all others."""

_QUOTED = re.compile(r"'.*'")


class Remarks:
    """Adds to the remarks of a text; those that differ only in what they quote are of one kind.

    Args:
        kept: the list that receives them.
    """

    def __init__(self, kept: list[Remark]) -> None:
        self._kept = kept
        self._counts: dict[tuple[str, bool], int] = {}
        self._places: dict[tuple[str, bool], int] = {}  # in `kept`: the remark that stands for the others of its kind

    def add(self, line: int, message: str, *, gap: bool) -> None:
        """Note something about a line; `gap` when content may be misread."""
        kind = (_QUOTED.sub("", message), gap)
        count = self._counts[kind] = self._counts.get(kind, 0) + 1
        if count <= MOST_ALIKE + 1:
            self._places[kind] = len(self._kept)
            self._kept.append(Remark(line, message, gap))
            return
        first = self._kept[self._places[kind]]
        said = first.message.partition(_MORE)[0]
        more = f"{said}{_MORE}{count - MOST_ALIKE - 1} further lines, the last is {line}"
        self._kept[self._places[kind]] = Remark(first.line, more, gap)


_MORE = "; so are "
