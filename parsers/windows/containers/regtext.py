"""Registry texts: `.reg` files as `reg export` and the registry editor write them.

Source: the reference, section 5. Version 5 is UTF-16LE, REGEDIT4 is in the ANSI code page; strings escape backslash
and quote; `hex(n):` data may run over lines that end with a backslash; `"name"=-` deletes a value, `[-KEY]` a key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from parsers.errors import TooLargeError, UnreadableError
from parsers.model.origin import Gap, Origin
from parsers.source import Document
from parsers.windows.containers.policy import DISABLED, SERVICES, Place, Policy, host, never_starts, place
from parsers.windows.containers.values import MOST_TEXT, REG_EXPAND_SZ, REG_SZ, RegistryValue, decoded
from parsers.windows.encodings import refuse_nonsense
from parsers.windows.written import WrittenHost

_HEADERS = ("Windows Registry Editor Version 5.00", "REGEDIT4")
_VALUE = re.compile(r'^(?:"((?:[^"\\]|\\.)*)"|(@))\s*=\s*(.*)$', re.DOTALL)
_TEXT = re.compile(r'^"((?:[^"\\]|\\.)*)"\s*(?:;.*)?$')
_HEX = re.compile(r"^hex(?:\(([0-9a-fA-F]{1,8})\))?:([0-9a-fA-F,\s]*)(?:;.*)?$")
_DWORD = re.compile(r"^dword:([0-9a-fA-F]{1,8})\s*(?:;.*)?$")
_CURRENT = re.compile(r'^"Current"\s*=\s*dword:([0-9a-f]{1,8})\s*$', re.IGNORECASE)
_SERVICE = re.compile(rf"\\CurrentControlSet\\Services\\({'|'.join(SERVICES)})$", re.IGNORECASE)
_START = re.compile(r'^"Start"\s*=\s*dword:([0-9a-f]{1,8})\s*$', re.IGNORECASE)
_ESCAPE = re.compile(r"\\(.)")
_MOST_GAPS = 1000
"""After so many lines that are not understood the file is no registry text."""
_MOST_VALUES = 500_000
MOST_REGISTRY_LINES = 40_000_000
"""Lines of a registry text: one of a whole machine is read, too."""
_MOST_LINES = 50
"""How many lines one text value may have; a quote that is never closed must not swallow the rest of the file."""


def recognises(document: Document) -> bool:
    """Does the file begin like a registry text?"""
    head = Document("", document.data[:4096]).text.lstrip("\ufeff \t\r\n")
    return head.startswith(_HEADERS)


def read(document: Document) -> WrittenHost:
    """The firewall policies of a registry text: local, group policy, or both.

    Raises:
        UnreadableError: broken UTF-16, or no key of a firewall policy.
    """
    refuse_nonsense(document, MOST_REGISTRY_LINES)
    found = document.decoded
    if found.note and "utf-16" in found.encoding:
        raise UnreadableError(document.name, f"{found.note}: export it again with 'reg export KEY FILE'")
    reader = _Reader(document, ansi=found.text.lstrip("\ufeff \t\r\n").startswith("REGEDIT4"))
    try:
        values = list(reader.values(found.text))
    except ValueError as error:
        raise UnreadableError(document.name, f"{error}: export it again with 'reg export KEY FILE'") from None
    result = collected(
        document,
        reader.places,
        values,
        "registry export",
        encoding=found.encoding,
        note=found.note,
        current=reader.current,
    )
    return replace(result, gaps=result.gaps + tuple(reader.gaps))


def collected(
    document: Document,
    places: Iterable[Place],
    values: Iterable[tuple[Place, RegistryValue]],
    format_: str,
    *,
    encoding: str,
    note: str,
    current: str = "",
) -> WrittenHost:
    """One host from the values of a text and the `places` of its keys: one control set, and group policy.

    `current` is the control set in use, where the text says it.

    Raises:
        UnreadableError: no key of a firewall policy.
    """
    known = dict.fromkeys(places)
    values = list(values)
    chosen = _control_set(set(known), current)
    policies: dict[str, Policy] = {}
    for where in known:
        if where.store == "gpo" or where.control_set == chosen:
            policy = policies.setdefault(where.store, Policy(where.store))
            policy.has_rules_key |= where.key.casefold() == "firewallrules"
    for where, value in values:
        if where in known and (where.store == "gpo" or where.control_set == chosen):
            policies[where.store].add(value)
    if not policies:
        raise UnreadableError(
            document.name,
            "a registry file without a firewall policy; export HKLM\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess"
            "\\Parameters\\FirewallPolicy",
        )
    result = host(document, policies.values(), format_, encoding=encoding)
    gaps = tuple(_undecided(document.name, values, chosen)) if chosen not in ("currentcontrolset", current) else ()
    return replace(result, notes=result.notes + _notes(note), gaps=result.gaps + gaps)


def _undecided(file: str, values: Iterable[tuple[Place, RegistryValue]], chosen: str) -> Iterator[Gap]:
    """A gap where the control sets of a text differ and it does not say which is in use."""
    sets: dict[str, dict[tuple[str, str], object]] = {}
    for where, value in values:
        if where.store == "local":
            found = sets.setdefault(where.control_set, {})
            found[where.key.casefold(), value.name.casefold()] = value.data
    others = sorted(name for name, held in sets.items() if name != chosen and held != sets.get(chosen))
    if others:
        what = (
            f"the file does not say which control set is in use, and {', '.join(others)} holds another firewall policy "
            f"than {chosen}, which was read: export HKLM\\SYSTEM\\CurrentControlSet, or add HKLM\\SYSTEM\\Select"
        )
        yield Gap(Origin(file, 0, 0, "control set", chosen), chosen, "", what, hides_access=True)


def _notes(note: str) -> tuple[str, ...]:
    return (note,) if note else ()


def _control_set(places: set[Place], current: str) -> str:
    """One control set, never several: the current one, otherwise the one with the lowest number."""
    sets = {each.control_set for each in places if each.store == "local"}
    known = [name for name in ("currentcontrolset", current) if name in sets]
    return known[0] if known else min(sets, default="")


class _Reader:
    """The values of a registry text in order, deletions applied."""

    def __init__(self, document: Document, *, ansi: bool) -> None:
        self.document = document
        self.ansi = ansi
        self.places: dict[Place, None] = {}
        self.current = ""
        self._selects = False
        self._service = ""
        self.gaps: list[Gap] = []
        self.values_read = 0

    def values(self, text: str) -> Iterator[tuple[Place, RegistryValue]]:
        """Every value of a firewall policy that is left at the end of the file."""
        found: dict[tuple[Place, str], RegistryValue] = {}
        where: Place | None = None
        for number, line in _logical(text):
            if line.startswith("["):
                where = self._key(line, found)
            elif where is not None and line and not line.startswith((";", *_HEADERS)):
                self._value(where, number, line, found)
            elif self._selects and (selected := _CURRENT.match(line)):
                self.current = f"controlset{int(selected[1], 16):03d}"
            elif self._service and (start := _START.match(line)) and int(start[1], 16) == DISABLED:
                self.gaps.append(never_starts(self.document.name, self._service, number))
        yield from ((key[0], value) for key, value in found.items())

    def _key(self, line: str, found: dict[tuple[Place, str], RegistryValue]) -> Place | None:
        path = line[1:].rpartition("]")[0].strip()
        self._selects = path.casefold().endswith("\\system\\select")
        service = _SERVICE.search(path)
        self._service = service[1] if service else ""
        if not path.startswith("-"):
            where = place(path)
            if where is not None:
                self.places.setdefault(where)
            return where
        gone = place(path[1:])
        if gone is not None:
            prefix = gone.key.casefold()
            for key in [key for key in found if key[0].control_set == gone.control_set and key[0].store == gone.store]:
                below = key[0].key.casefold()
                if not prefix or below == prefix or below.startswith(prefix + "\\"):
                    del found[key]
        return None

    def _value(self, where: Place, line: int, text: str, found: dict[tuple[Place, str], RegistryValue]) -> None:
        match = _VALUE.match(text)
        if match is None:
            self._gap(line, text, "is no registry value")
            return
        name = _ESCAPE.sub(r"\1", match.group(1) or "")
        key = (where, name.casefold())
        # The registry lists a value once; what is set later counts.
        found.pop(key, None)
        if match.group(3).strip() == "-":
            return
        self.values_read += 1
        if self.values_read > _MOST_VALUES:
            message = f"over {_MOST_VALUES} values in one firewall policy: no host has so many"
            raise TooLargeError(self.document.name, message, line)
        try:
            data, damaged = _data(match.group(3).strip(), ansi=self.ansi)
        except ValueError as error:
            self._gap(line, name, str(error))
            return
        found[key] = RegistryValue(where.key, name, data, line, damaged)

    def _gap(self, line: int, name: str, what: str) -> None:
        if len(self.gaps) >= _MOST_GAPS:
            message = f"over {_MOST_GAPS} lines are no registry values: export it again with 'reg export KEY FILE'"
            raise UnreadableError(self.document.name, message, line)
        shown = name if len(name) <= 60 else name[:60] + "..."
        origin = Origin(self.document.name, line, line, "value", shown)
        self.gaps.append(Gap(origin, shown, "", f"line {line} {what}", hides_access=True))


def _data(text: str, *, ansi: bool) -> tuple[str | int | None, bool]:
    if found := _TEXT.match(text):
        return _ESCAPE.sub(r"\1", found.group(1)), False
    if found := _DWORD.match(text):
        return int(found.group(1), 16), False
    if found := _HEX.match(text):
        kind = int(found.group(1), 16) if found.group(1) else 3
        data = bytes.fromhex(found.group(2).replace(",", " "))
        if ansi and kind in (REG_SZ, REG_EXPAND_SZ):
            return data.partition(b"\0")[0].decode("cp1252", errors="replace"), False
        return decoded(kind, data)
    raise ValueError("has data of an unknown form")


def _logical(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their number; data that runs over several lines is put together under the number of its first."""
    parts: list[str] = []
    first = 0
    for number, raw in enumerate(_lines(text), start=1):
        line = raw.rstrip("\r")
        if len(line) > MOST_TEXT:
            raise ValueError(f"line {number} has {len(line)} characters; at most {MOST_TEXT} are read")
        if not parts:
            first = number
        parts.append(line.strip() if not parts or "=hex" in parts[0] else "\n" + line)
        if "=hex" in parts[0]:
            if parts[-1].endswith("\\"):
                parts[-1] = parts[-1][:-1]
                continue
        elif parts[0].startswith('"') and len(parts) < _MOST_LINES and _is_open("".join(parts)):
            continue
        yield first, "".join(parts)
        parts = []
    if parts:
        yield first, "".join(parts)


def _lines(text: str) -> Iterator[str]:
    """Lines one by one: a list of all of them would take many times the size of the text."""
    start = 0
    while (end := text.find("\n", start)) >= 0:
        yield text[start:end]
        start = end + 1
    yield text[start:]


def _is_open(text: str) -> bool:
    """Does a quoted text go on in the next line (an odd number of unescaped quotes)?"""
    return _ESCAPE.sub("", text).count('"') % 2 == 1
