"""Registry values as other tools list them: RECmd's and KAPE's CSV, Get-ItemProperty's list, LGPO's text.

Source: RECmd's batch output (columns HivePath, KeyPath, ValueName, ValueType, ValueData, ...; a deleted value is
marked), `Get-ItemProperty HKLM:\\...\\FirewallRules` (one `name : data` a value, then PSPath with the key; the console
wraps long ones), `LGPO.exe /parse` (four lines a value: Computer or User, key, name, `TYPE:data` or what is deleted).
"""

from __future__ import annotations

import csv
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, pairwise

from parsers.errors import UnreadableError
from parsers.model.origin import Gap, Origin
from parsers.source import Document
from parsers.windows.containers.policy import Place, place
from parsers.windows.containers.regtext import MOST_REGISTRY_LINES, collected
from parsers.windows.containers.values import MOST_TEXT, RegistryValue
from parsers.windows.encodings import decoded, lines_with_ends, refuse_broken, refuse_nonsense
from parsers.windows.written import WrittenHost

Found = tuple[Place, RegistryValue]

_HEAD = 20_000
_MOST_GAPS = 1000
_COLUMNS = ("keypath", "valuename", "valuedata")
_ITEM = re.compile(r"^(\S.{0,300}?) *: (v\d+\.\d+\|.*)$")
_ITEM_PAIR = re.compile(r"^(\S.{0,300}?) *: (.*)$")
_LOCAL_RULES = r"SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules"
_LGPO = re.compile(
    r"^(?:Computer|User(?::\S+)?)\s*\n[^\n]*\\[^\n]*\n[^\n]+\n(?:[A-Z]{2,8}:|DELETE|CREATEKEY)", re.MULTILINE
)
"""The first value of an LGPO text; before it stand comments and the program's banner, and no command of a script."""
_WHOSE = re.compile(r"(?:Computer|User(?::\S+)?)\Z")
_TYPES = frozenset({"SZ", "EXSZ", "DWORD", "QWORD", "MULTISZ", "BINARY"})
_ASSUMED = "The list does not say which key it shows: taken as the rules of the local policy."


def recognises(document: Document) -> bool:
    """Is it one of these lists, with a value of the firewall policy? Looks at the first 20,000 bytes only."""
    return _reader(decoded(Document(document.name, document.data[:_HEAD])).text) is not None


def _reader(head: str) -> tuple[str, type[_Listing]] | None:
    plain = head.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    first = plain.partition("\n")[0]
    if set(_COLUMNS) <= {cell.strip('" \r').casefold() for cell in first.split(",")}:
        return "registry CSV", _Table
    if any(_ITEM.match(line) for line in plain.split("\n")):
        return "Get-ItemProperty", _Items
    found = _LGPO.search(plain)
    if found and not re.search("[$={]", plain[: found.start()]):
        return "LGPO text", _Lgpo
    return None


def read(document: Document) -> WrittenHost:
    """The firewall policies of a list of registry values.

    Raises:
        UnreadableError: damaged text, or no value of a firewall policy.
    """
    refuse_nonsense(document, MOST_REGISTRY_LINES)
    refuse_broken(document.name, document.decoded)
    found = decoded(document)
    reader = _reader(found.text[:_HEAD])
    if reader is None:
        raise UnreadableError(document.name, "no list of registry values")
    format_, kind = reader
    listing = kind(document.name)
    values = list(listing.values(found.text.lstrip("\ufeff")))
    result = collected(document, listing.places, values, format_, encoding=found.encoding, note=found.note)
    return replace(result, gaps=result.gaps + tuple(listing.gaps), notes=(*result.notes, *listing.notes))


class _Listing(ABC):
    """The values of a text, and what was not understood."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.gaps: list[Gap] = []
        self.notes: list[str] = []
        self.places: list[Place] = []

    @abstractmethod
    def values(self, text: str) -> Iterator[Found]:
        """Every value of a firewall policy."""

    def gap(self, line: int, name: str, what: str) -> None:
        if len(self.gaps) >= _MOST_GAPS:
            raise UnreadableError(self.file, f"over {_MOST_GAPS} values are not understood: export it again", line)
        origin = Origin(self.file, line, line, "value", name[:60])
        self.gaps.append(Gap(origin, name[:60], "", f"line {line}: {what}", hides_access=True))


class _Table(_Listing):
    """RECmd's CSV: one row a value."""

    def values(self, text: str) -> Iterator[Found]:
        rows = csv.reader(lines_with_ends(text), strict=True)
        try:
            header = [cell.strip().casefold() for cell in next(rows)]
            for row in rows:
                cells = dict(zip(header, row, strict=False))
                where = place(cells.get("keypath", "").strip())
                name = cells.get("valuename", "")
                if where is None or not name or cells.get("deleted", "").casefold() == "true":
                    continue
                self.places.append(where)
                if len(row) != len(header):
                    self.gap(rows.line_num, name, f"a row of {len(row)} cells under {len(header)} columns")
                    continue
                kind, data = cells.get("valuetype", ""), cells["valuedata"]
                yield where, RegistryValue(where.key, name, _number(kind, data), rows.line_num)
        except csv.Error as error:
            raise UnreadableError(self.file, f"broken CSV ({error}): export it again", rows.line_num) from None


class _Items(_Listing):
    """Get-ItemProperty's list: values, then the key they are in; a long value runs on over indented lines."""

    def values(self, text: str) -> Iterator[Found]:
        pairs: list[tuple[str, str, int]] = []
        for number, name, data in self._pairs(text):
            if name == "PSPath":
                yield from self._placed(pairs, data)
                pairs = []
            elif not name.startswith("PS"):
                pairs.append((name, data, number))
        if pairs:
            self.notes.append(_ASSUMED)
            yield from self._placed(pairs, _LOCAL_RULES)

    def _pairs(self, text: str) -> Iterator[tuple[int, str, str]]:
        current: tuple[int, str, str] | None = None
        width = _width(text)
        full = False
        for number, raw in enumerate(lines_with_ends(text), start=1):
            line = raw.rstrip()
            if current and line[:1] == " " and line.strip():
                # A line as long as the window was cut within a word, a shorter one at a blank.
                joined = f"{current[2]}{'' if full else ' '}{line.strip()}"
                if len(joined) > MOST_TEXT:
                    raise UnreadableError(self.file, "a value longer than any rule: export it again", number)
                current = (current[0], current[1], joined)
            elif pair := _ITEM_PAIR.match(line):
                if current:
                    yield current
                current = (number, pair[1], pair[2])
            elif line.strip() and current:
                yield current
                current = None
                self.gap(number, line.strip(), "is no registry value")
            full = len(line) >= width
        if current:
            yield current

    def _placed(self, pairs: list[tuple[str, str, int]], path: str) -> Iterator[Found]:
        where = place(path.rpartition("::")[2].strip())
        if where is None:
            return
        self.places.append(where)
        for name, data, line in pairs:
            yield where, RegistryValue(where.key, name, int(data) if data.isdigit() and len(data) < 11 else data, line)


class _Lgpo(_Listing):
    """LGPO's text: a value is four lines; comments begin with a semicolon."""

    def values(self, text: str) -> Iterator[Found]:
        found: dict[tuple[Place, str], RegistryValue] = {}
        lines = ((n, line.strip()) for n, line in enumerate(lines_with_ends(text), start=1))
        part: list[tuple[int, str]] = []
        begun = False  # LGPO prints a banner before the values
        for number, line in lines:
            begun = begun or _WHOSE.match(line) is not None
            if not line or line.startswith(";") or not begun:
                continue
            part.append((number, line))
            if len(part) == 4:
                self._value(part, found)
                part = []
        if part:
            self.gap(part[0][0], part[0][1], "the last value is cut off")
        yield from ((key[0], value) for key, value in found.items())

    def _value(self, part: list[tuple[int, str]], found: dict[tuple[Place, str], RegistryValue]) -> None:
        (line, whose), (_, key), (_, name), (_, what) = part
        where = place(key)
        if where is None or where.store != "gpo" or whose.casefold() != "computer":
            return
        self.places.append(where)
        kind, colon, data = what.partition(":")
        if colon and kind.upper() in _TYPES:
            found.pop((where, name.casefold()), None)
            number = "dword" if kind.upper() == "DWORD" else ""
            found[where, name.casefold()] = RegistryValue(where.key, name, _number(number, data), line)
        elif what.upper() == "DELETE":
            found.pop((where, name.casefold()), None)
        elif what.upper() in ("DELETEALLVALUES", "DELETEKEYS"):
            for each in [each for each in found if each[0] == where]:
                del found[each]
        elif what.upper() != "CREATEKEY":
            self.gap(line, name, f"{what[:40]!r} is not understood")


def _width(text: str) -> int:
    """The longest line that runs on in the next one: as wide as the console."""
    lines = [line.rstrip() for line in islice(lines_with_ends(text), 5000)]
    return max((len(one) for one, other in pairwise(lines) if other[:1] == " " and one), default=0)


def _number(kind: str, data: str) -> str | int:
    """A number where the type says so, in decimal or hexadecimal."""
    word = data.strip().casefold()
    if "dword" not in kind.casefold():
        return data
    if re.fullmatch(r"0x[0-9a-f]{1,8}", word):
        return int(word, 16)
    return int(word) if word.isdigit() and len(word) < 11 else data
