"""The rules of a netsh text as blocks of labelled lines, whatever the language.

Source: the reference, section 1.1 and 1.2: a rule starts with a line over at least 60 dashes; below it stand lines
"label: value", indented ICMP rows, and what a terminal or a mail program wrapped. Columns say nothing: labels that are
too long for their field shift them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from parsers.windows.words import fold, languages

DASHES = re.compile(r"^\s*(?:\[[*+!-]\]\s*)?-{60,}\s*$")
_PREFIXED = re.compile(r"^((?:\[[*+!.-]\]|(?:>[ \t]?)+|\s*\d{1,7}[:.)|\]]?(?=[\s-]))?[ \t]*)-{60,}\s*$")
_PREFIX = re.compile(r"^(?:\[[*+!.-]\] ?|(?:> ?)+|[ \t]*\d{1,7}(?:[:.)|\]][ \t]?|[ \t]))")
_FIELD = re.compile(r"^(\S(?:.*?\S)?)[ \u00a0]*[:：](?:[ \t\u00a0]+(.*))?$")
_COLUMNS = re.compile(r"\s{2,}")
_ICMP = frozenset({"icmpv4", "icmpv6"})
_ADDRESSES = re.compile(r"^(?=.*[0-9])[0-9A-Fa-f.:/,\- ]+,?$|^,")
_LONGEST_NAME = 3
"""How many lines a wrapped rule name may have."""
_LONGEST_TEXT = 20
"""How many lines a wrapped description may have."""
_CONSOLE = 79
"""A line at least this long was cut by the console, in the middle of a word; shorter ones were wrapped at a blank."""

_FEWEST_FIELDS = 3
_MOST_KNOWN = 300_000
"""How many different lines are remembered: most lines of a dump repeat others, those of nonsense may not."""
_MOST_FIELDS = 100
"""Five times the labels that a rule can have."""
_MOST_WRAPPED = 10_000
"""Lines of wrapped values of one rule; the longest lists have some thousand addresses."""
_STOPS = re.compile(r"^(?:\x1b\[[\d;]*m)*(?:\*Evil-WinRM\*\S*\s+)?(?:PS )?[A-Za-z]:\\[^<>|\"]*>|^\*{10,}\s*$")
"""A prompt, or the frame of a PowerShell transcript: what stands above is over."""
_BLANK, _RULE, _OTHER, _UNDERLINE, _STOP = range(5)
Item = tuple[str, str] | int


@dataclass(slots=True)
class Block:
    """One rule of a dump: its name, its (label, value) lines in order, its ICMP rows, and where it stands.

    `wrapped` counts lines that were put together.
    """

    name: str
    label: str
    first_line: int
    fields: list[tuple[str, str]]
    last_line: int = 0
    icmp: list[tuple[str, str]] = field(default_factory=list)
    wrapped: int = 0
    closing: int = 0
    """The line of a message right below the rule ("Ok."), 0 for none."""

    @property
    def is_endless(self) -> bool:
        """Does it have more lines than any rule? Then it is none; what is beyond the limits is not kept."""
        return len(self.fields) > _MOST_FIELDS or self.wrapped >= _MOST_WRAPPED or len(self.icmp) >= _MOST_WRAPPED


def lines_of(text: str) -> list[str]:
    """The lines of a text, without what a tool put before each of them ("[*]   ", "> ", "12: ").

    A carriage return stays at the end of its line: every reader of lines strips what it takes.
    """
    lines = text.split("\n")
    dashed = next((line for line in lines if "-" * 60 in line), "")
    found = _PREFIXED.match(dashed)
    if found is None or not found.group(1):
        return lines
    lead = found.group(1)
    if lead.strip():
        kept = _PREFIX.match(dashed)
        lines = [_PREFIX.sub("", line, count=1) for line in lines]
        lead = lead[kept.end() :] if kept else ""
    indent = len(lead)
    return [line[indent:] if not line[:indent].strip() else line for line in lines] if indent else lines


@dataclass(frozen=True, slots=True)
class Scan:
    """What a netsh text consists of: its rules, and the indices of dashed lines below other headings.

    `headings` are lines of at least 60 dashes (profiles, legacy tables), `underlines` shorter ones (dynamic ports).
    """

    blocks: list[Block]
    headings: list[int]
    underlines: list[int]


def scan(lines: list[str]) -> Scan:
    """Everything that stands under a dashed line; prompts, banners and messages between are passed over."""
    found: list[Block] = []
    headings: list[int] = []
    underlines: list[int] = []
    current: Block | None = None
    fields: list[tuple[str, str]] = []
    known: dict[str, Item] = {}
    look = known.get
    for number, line in enumerate(lines, start=1):
        item = look(line)
        if item is None:
            item = _item(line)
            if len(known) < _MOST_KNOWN:
                known[line] = item
            elif len(fields) > _MOST_FIELDS:
                continue  # nonsense: whoever reads the rule refuses it
        if type(item) is tuple:
            # The common case: most lines of a dump repeat others.
            fields.append(item)
        elif item in (_BLANK, _STOP):
            if current is not None and fields:
                current.last_line = (current.closing or number) - 1
                current = None
        elif item == _RULE:
            start = _head(lines, number - 1, known)
            if current is not None:
                current.last_line = (current.closing or number - 1) - 1
                _without_head(fields, start)
            current = None
            if start is None or not start.value:
                headings.append(number - 1)
            if start is not None:
                fields = []
                current = Block(start.value, start.label, start.line, fields)
                found.append(current)
        elif item == _UNDERLINE:
            underlines.append(number - 1)
        elif current is not None:
            _odd(current, lines, number, known)
        if current is None and fields:
            fields = []
    if current is not None:
        current.last_line = current.closing - 1 if current.closing else len(lines)
    return Scan([each for each in found if len(each.fields) >= _FEWEST_FIELDS], headings, underlines)


def _item(line: str) -> Item:
    label, colon, value = line.partition(":")
    if label and colon and label[0] > " " and label[-1] > " " and (not value or value[0] == " "):
        # Without a regular expression: "Label:   value", ASCII blanks only.
        return label, value.strip()
    if not line or line.isspace():
        return _BLANK
    if "-" * 60 in line and DASHES.match(line):
        return _RULE
    if line[:10] == "-" * 10 and not line.strip().strip("-"):
        return _UNDERLINE
    if line[0] in " \t" and len(line) - len(line.lstrip()) >= 8:
        return _OTHER
    if _STOPS.match(line):
        return _STOP
    stripped = line.strip()
    if stripped[0] in ":：" and not stripped[1:2].strip():
        return "", stripped[1:].strip()
    match = _FIELD.match(stripped)
    # "2001:db8::" at the end of a wrapped list looks like a label.
    if match and not (_ADDRESSES.match(stripped) and not match.group(2)):
        return match.group(1), (match.group(2) or "").strip()
    return _OTHER


def field_of(line: str) -> tuple[str, str] | None:
    """The label and the value of a line that has both, or None."""
    item = _item(line)
    return item if type(item) is tuple else None


class _Head(NamedTuple):
    label: str
    value: str
    line: int


def _head(lines: list[str], dashes: int, known: dict[str, Item]) -> _Head | None:
    """The line that names the rule over the dashes at this index; a long name may be wrapped."""
    above = _looked_up(lines[dashes - 1], known) if dashes else None
    if type(above) is tuple:
        return _Head(above[0], above[1], dashes)
    parts: list[str] = []
    for place in range(dashes - 1, max(-1, dashes - 1 - _LONGEST_NAME), -1):
        item = _looked_up(lines[place], known)
        if type(item) is tuple:
            if parts and not item[1]:
                return None
            name = item[1]
            for number, part in enumerate(reversed(parts), start=place):
                name = _joined(name, part, lines[number])
            return _Head(item[0], name, place + 1)
        if item != _OTHER:
            return None
        parts.append(lines[place].strip())
    return None


def _looked_up(line: str, known: dict[str, Item]) -> Item:
    item = known.get(line)
    return _item(line) if item is None else item


def _without_head(fields: list[tuple[str, str]], head: _Head | None) -> None:
    """Where no blank line stands between rules, the next rule's name was taken for a field of this one."""
    if head is not None and fields and fields[-1][0] == head.label and head.value.startswith(fields[-1][1]):
        fields.pop()


def _odd(block: Block, lines: list[str], number: int, known: dict[str, Item]) -> None:
    """A line inside a rule that is no "label: value": an ICMP row, the rest of a wrapped value, or a message."""
    line = lines[number - 1]
    text = line.strip()
    if not block.fields or block.is_endless:
        return
    label, value = block.fields[-1]
    indented = len(line) - len(line.lstrip()) >= 8
    if indented and value.casefold() in _ICMP:
        block.icmp.append(_row(text))
        return
    if value.endswith(",") or _ADDRESSES.match(text):
        block.fields[-1] = (label, f"{value}{text}")
    elif indented or (_goes_on(lines, number, known) and fold(text) not in _endings()):
        block.fields[-1] = (label, _joined(value, text, lines[number - 2]))
    else:
        block.closing = block.closing or number
        return
    block.wrapped += 1


def _row(text: str) -> tuple[str, str]:
    """Type and code; a word that fills its column runs into the next one ("BeliebigBeliebig")."""
    parts = _COLUMNS.split(text)
    if len(parts) != 2:
        parts = text.split()
    half = len(text) // 2
    if len(parts) == 1 and text[:half] == text[half:] and not text.isdigit():
        parts = [text[:half], text[half:]]
    return (parts[0], parts[1]) if len(parts) == 2 else (text, "")


def _goes_on(lines: list[str], number: int, known: dict[str, Item]) -> bool:
    """Does a field follow? Then the line is the rest of a wrapped text; otherwise it is a message ("Ok.")."""
    for line in lines[number : number + _LONGEST_TEXT]:
        item = _looked_up(line, known)
        if item != _OTHER:
            return type(item) is tuple
    return False


@cache
def _endings() -> frozenset[str]:
    """What netsh says at the end of a dump, in every known language."""
    return frozenset(
        text for language in languages().values() for text, keys in language.messages.items() if "ok" in keys
    )


def _joined(value: str, rest: str, before: str) -> str:
    return f"{value}{rest}" if len(before.rstrip()) >= _CONSOLE else f"{value} {rest}".strip()
