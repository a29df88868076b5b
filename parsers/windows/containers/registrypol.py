"""Registry.pol: the registry part of a group policy, as it lies in SYSVOL or in `System32\\GroupPolicy\\Machine`.

Source: the reference, section 5 (MS-GPREG): `PReg`, version 1, then `[key;value;type;size;data]` in UTF-16LE. Data is
read by its size: it may hold `]` and `;`. Names that begin with `**` delete values; of several records the last wins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from parsers.errors import TooLargeError, UnreadableError
from parsers.model.origin import Gap, Origin
from parsers.source import Document
from parsers.windows.containers.policy import Policy, host, place
from parsers.windows.containers.values import RegistryValue, decoded
from parsers.windows.written import WrittenHost

_MAGIC = b"PReg"
_MOST_RECORDS = 500_000
_MOST_NAME = 2 * 16_384
"""The longest key path or value name in bytes; the registry allows 255 and 16,383 characters."""
_BROKEN = "the Registry.pol is damaged at byte {}: take it again from the policy's Machine folder"


def recognises(document: Document) -> bool:
    """Does the file begin like a Registry.pol?"""
    return document.data.startswith(_MAGIC)


def read(document: Document) -> WrittenHost:
    """The firewall part of a group policy.

    Raises:
        UnreadableError: a damaged file, another version, or no firewall policy in it.
    """
    policy = Policy("gpo")
    found = False
    values: dict[tuple[str, str], RegistryValue] = {}
    for key, name, kind, data in records(document):
        where = place(key)
        if where is None or where.store != "gpo":
            continue
        found = True
        policy.has_rules_key |= where.key.casefold() == "firewallrules"
        if name.startswith("**"):
            _delete(values, where.key.casefold(), name, data)
            continue
        try:
            content, damaged = decoded(kind, data)
        except ValueError as error:
            raise UnreadableError(document.name, f"value {name!r}: {error}") from None
        identity = (where.key.casefold(), name.casefold())
        values.pop(identity, None)
        values[identity] = RegistryValue(where.key, name, content, damaged=damaged)
    if not found:
        raise UnreadableError(document.name, "this group policy sets nothing for the Windows Firewall")
    for value in values.values():
        policy.add(value)
    result = host(document, [policy], "Registry.pol", encoding="binary")
    gaps: tuple[Gap, ...] = ()
    if not result.richness:
        # A policy without rules is complete: it speaks of the group policy store and has none.
        result = replace(result, stores=("gpo",))
    origin = Origin(document.name, 0, 0, "policy", "Registry.pol")
    gaps += tuple(
        Gap(origin, value.key, value.name, f"the value {value.name!r} is damaged", hides_access=True)
        for value in values.values()
        if value.data is None and value.damaged
    )
    return replace(result, gaps=result.gaps + gaps)


def _delete(values: dict[tuple[str, str], RegistryValue], key: str, name: str, data: bytes) -> None:
    """`**del.NAME`, `**DeleteValues` (a list), `**delvals.` (all of the key), `**DeleteKeys` (a list of keys)."""
    word = name.casefold()
    text = data.decode("utf-16-le", errors="replace").rstrip("\0 ").casefold()
    if word.startswith("**del."):
        values.pop((key, word.removeprefix("**del.")), None)
    elif word.startswith("**deletevalues"):
        for each in text.split(";"):
            values.pop((key, each.strip()), None)
    elif word.startswith("**delvals"):
        for identity in [each for each in values if each[0] == key]:
            del values[identity]
    elif word.startswith("**deletekeys"):
        gone = {f"{key}\\{each.strip()}".strip("\\") for each in text.split(";")}
        for identity in [each for each in values if any(f"{each[0]}\\".startswith(f"{path}\\") for path in gone)]:
            del values[identity]


def records(document: Document) -> Iterator[tuple[str, str, int, bytes]]:
    """(key, value name, type, data) of every record.

    Raises:
        UnreadableError: another version, or a record that does not have this form.
    """
    data = document.data
    if data[4:8] != b"\1\0\0\0":
        raise UnreadableError(document.name, "a Registry.pol of another version than 1")
    at = 8
    count = 0
    while at < len(data):
        start = at
        count += 1
        if count > _MOST_RECORDS:
            raise TooLargeError(document.name, f"over {_MOST_RECORDS} records: no group policy has so many")
        try:
            at = _expect(data, at, "[")
            key, at = _text(data, at)
            name, at = _text(data, _expect(data, at, ";"))
            kind, at = _number(data, _expect(data, at, ";"))
            size, at = _number(data, _expect(data, at, ";"))
            at = _expect(data, at, ";")
            content = data[at : at + size]
            at = _expect(data, at + size, "]")
        except ValueError:
            raise UnreadableError(document.name, _BROKEN.format(start)) from None
        yield key, name, kind, content


def _expect(data: bytes, at: int, mark: str) -> int:
    if data[at : at + 2] != mark.encode("utf-16-le"):
        raise ValueError
    return at + 2


def _text(data: bytes, at: int) -> tuple[str, int]:
    """A text that ends with a NUL character, and where the next field begins."""
    end = at
    while (end := data.find(b"\0\0", end, at + _MOST_NAME + 2)) >= 0:
        if (end - at) % 2 == 0:
            return data[at:end].decode("utf-16-le"), end + 2
        end += 1
    raise ValueError


def _number(data: bytes, at: int) -> tuple[int, int]:
    if at + 4 > len(data):
        raise ValueError
    return int.from_bytes(data[at : at + 4], "little"), at + 4
