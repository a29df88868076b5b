"""What `reg query KEY /s` prints: the registry's firewall policy as a text for people.

Source: the command's help and its output: a line with the full key, below it one line for each value, indented:
name, type and data with four blanks between them. What a window wrapped is no value any more: a gap.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from parsers.errors import UnreadableError
from parsers.model.origin import Gap, Origin
from parsers.source import Document
from parsers.windows.containers.policy import Place, place
from parsers.windows.containers.regtext import MOST_REGISTRY_LINES, collected
from parsers.windows.containers.values import MOST_TEXT, RegistryValue
from parsers.windows.encodings import decoded, lines_with_ends, refuse_broken, refuse_nonsense
from parsers.windows.written import WrittenHost

_KEY = re.compile(r"^\s*(HKEY_[A-Z_]+\\\S.*?|HKLM\\\S.*?)\s*$", re.IGNORECASE)
_VALUE = re.compile(r"^\s+(\S.*?)[ \t]{1,8}REG_(SZ|EXPAND_SZ|DWORD|MULTI_SZ|BINARY|QWORD|NONE)(?:[ \t]+(.*?))?\s*$")
_POLICY = re.compile(r"FirewallPolicy|Policies\\Microsoft\\WindowsFirewall", re.IGNORECASE)
_HEAD = 4096
_MOST_GAPS = 1000
_SHOWN = 60


def recognises(document: Document) -> bool:
    """Does the file begin with a key of the firewall policy and its values, without brackets?"""
    lines = decoded(Document(document.name, document.data[:_HEAD])).text.lstrip("\ufeff").splitlines()
    keys = [number for number, line in enumerate(lines) if _KEY.match(line) and _POLICY.search(line)]
    return bool(keys) and any(_VALUE.match(line) for line in lines[keys[0] + 1 :])


def read(document: Document) -> WrittenHost:
    """The firewall policies that the output shows.

    Raises:
        UnreadableError: broken text, a line of more characters than are read, or no key of a firewall policy.
    """
    refuse_nonsense(document, MOST_REGISTRY_LINES)
    refuse_broken(document.name, document.decoded)
    found = decoded(document)
    reader = _Reader(document.name)
    values = list(reader.values(found.text))
    result = collected(document, reader.places, values, "reg query", encoding=found.encoding, note=found.note)
    return replace(result, gaps=result.gaps + tuple(reader.gaps))


class _Reader:
    """The values of the output in order."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.places: dict[Place, None] = {}
        self.gaps: list[Gap] = []

    def values(self, text: str) -> Iterator[tuple[Place, RegistryValue]]:
        """Every value below a key of a firewall policy."""
        where: Place | None = None
        after_blank = True
        for number, line in enumerate(lines_with_ends(text), start=1):
            if len(line) > MOST_TEXT:
                raise UnreadableError(self.file, f"a line of {len(line)} characters: export it again", number)
            if key := _KEY.match(line):
                where = place(key[1])
                if where is not None:
                    self.places.setdefault(where)
            elif where is not None and line.strip():
                if value := _VALUE.match(line):
                    if not _is_unset(value[1], value[3] or ""):
                        yield where, RegistryValue(where.key, value[1], _data(value[2], value[3] or ""), number)
                elif after_blank and not line[0].isspace():
                    # A prompt or "End of search": the key is over.
                    where = None
                else:
                    self._gap(number, line.strip())
            after_blank = not line.strip()

    def _gap(self, line: int, text: str) -> None:
        if len(self.gaps) >= _MOST_GAPS:
            message = f"over {_MOST_GAPS} lines are no registry values: export it again with 'reg export KEY FILE'"
            raise UnreadableError(self.file, message, line)
        shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "..."
        origin = Origin(self.file, line, line, "value", shown)
        self.gaps.append(Gap(origin, shown, "", f"line {line} is no registry value", hides_access=True))


def _is_unset(name: str, data: str) -> bool:
    """The default value of a key without one: "(Default)    REG_SZ    (value not set)", in any language."""
    return name[0] + name[-1] == "()" and data[:1] + data[-1:] == "()"


def _data(kind: str, text: str) -> str | int:
    return int(text, 16) if kind == "DWORD" and re.fullmatch(r"0x[0-9a-fA-F]{1,8}", text) else text
