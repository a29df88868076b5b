"""Registry values as PowerShell objects: what `Get-ItemProperty` of a key becomes as JSON or CSV, or name and value.

Source: Microsoft, Get-ItemProperty (one property a value, then PSPath with the key), ConvertTo-Json, Export-Csv.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

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
_RULE = re.compile(r'"v\d{1,3}\.\d{1,3}\|[A-Za-z]')
_KEY = re.compile(r'"PSPath"\s*:\s*"[^"]*(?:FirewallPolicy|WindowsFirewall)')
_TYPE = re.compile(r"\A#TYPE [^\n]*\n")
"""What Windows PowerShell writes above the header."""
_MEMBER = re.compile(r'"((?:[^"\\\n]|\\.){1,300})"\s*:')
_NAMES = ("valuename", "name", "property")
_DATA = ("valuedata", "value", "data")
_LOCAL_RULES = r"SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules"
_ASSUMED = "The list does not say which key it shows: taken as the rules of the local policy."
_DEEPEST = 6
_MOST_OBJECTS, _MOST_VALUES = 100_000, 5_000_000
_POWERSHELL = frozenset({"pspath", "psparentpath", "pschildname", "psdrive", "psprovider"})


def recognises(document: Document) -> bool:
    """Is it such an object or list, with a rule or a key of the firewall policy? Looks at the first 20,000 bytes."""
    head = decoded(Document(document.name, document.data[:_HEAD])).text.lstrip("\ufeff \r\n\t")
    if head[:1] in ("{", "["):
        return _RULE.search(head) is not None or _KEY.search(head) is not None
    return (
        _columns(_TYPE.sub("", head)) is not None
        and re.search(r"[,;\t]\"?v\d{1,3}\.\d{1,3}\|[A-Za-z]", head) is not None
    )


def read(document: Document) -> WrittenHost:
    """The firewall policies of registry values that PowerShell wrote as objects.

    Raises:
        UnreadableError: damaged text, broken JSON or CSV, or no value of a firewall policy.
    """
    refuse_nonsense(document, MOST_REGISTRY_LINES)
    refuse_broken(document.name, document.decoded)
    found = decoded(document)
    text = _TYPE.sub("", found.text.lstrip("\ufeff"))
    is_json = text.lstrip()[:1] in ("{", "[")
    objects = list(_json(document.name, text) if is_json else _table(document.name, text))
    values = [each for one in objects for each in _values(document.name, one)]
    places = dict.fromkeys(where for where, _ in values)
    format_ = "registry JSON" if is_json else "registry CSV"
    result = collected(document, places, values, format_, encoding=found.encoding, note=found.note)
    notes = () if all("pspath" in one or "keypath" in one for one in objects) else (_ASSUMED,)
    return replace(result, gaps=result.gaps + tuple(_lost(document.name, objects)), notes=result.notes + notes)


Object = dict[str, tuple[str, Any, int]]
"""Name in lower case -> the name as written, the value and its line."""


def _json(file: str, text: str) -> Iterator[Object]:
    if text.count("{") + text.count("[") > _MOST_OBJECTS or text.count(",") > _MOST_VALUES:
        raise UnreadableError(file, f"over {_MOST_OBJECTS} objects: no registry key has so many")
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise UnreadableError(file, f"broken JSON ({error.msg}): export it again", error.lineno) from None
    except (RecursionError, ValueError):
        raise UnreadableError(file, "JSON nested too deeply, or with endless numbers: no export") from None
    lines: dict[str, int] = {}
    for number, line in enumerate(lines_with_ends(text), start=1):
        for member in _MEMBER.finditer(line):
            lines.setdefault(member[1].replace("\\\\", "\\"), number)
    yield from _flat(content, lines, 0)


def _flat(node: Any, lines: dict[str, int], depth: int) -> Iterator[Object]:
    if depth > _DEEPEST:
        return
    if isinstance(node, list):
        for each in node:
            yield from _flat(each, lines, depth + 1)
    elif isinstance(node, dict):
        plain = {key: value for key, value in node.items() if isinstance(value, str | int)}
        if plain:
            yield {key.casefold(): (key, value, lines.get(key, 0)) for key, value in plain.items()}
        for value in node.values():
            yield from _flat(value, lines, depth + 1)


def _columns(text: str) -> list[str] | None:
    """The columns of the header in lower case, where they are those of a list of values or of Get-ItemProperty."""
    first = text.partition("\n")[0]
    cells = [cell.strip('" \r').casefold() for cell in re.split("[,;\t]", first)]
    named = any(name in cells for name in _NAMES) and any(name in cells for name in _DATA)
    return cells if named or "pspath" in cells else None


def _table(file: str, text: str) -> Iterator[Object]:
    delimiter = next((each for each in ",;\t" if each in text.partition("\n")[0]), ",")
    rows = csv.reader(lines_with_ends(text), delimiter=delimiter, strict=True)
    try:
        header = next(rows)
        for row in rows:
            if len(row) != len(header):
                raise UnreadableError(
                    file, f"a row of {len(row)} cells under {len(header)} columns: export it again", rows.line_num
                )
            yield {
                name.strip().casefold(): (name.strip(), cell, rows.line_num)
                for name, cell in zip(header, row, strict=True)
            }
    except csv.Error as error:
        raise UnreadableError(file, f"broken CSV ({error}): export it again", rows.line_num) from None


def _values(file: str, one: Object) -> Iterator[Found]:
    """The values of an object: its name and value columns, or every property that is not PowerShell's own."""
    path = next((str(one[key][1]) for key in ("pspath", "keypath", "path") if key in one), _LOCAL_RULES)
    where = place(path.rpartition("::")[2].strip())
    if where is None:
        return
    name = next((one[key] for key in _NAMES if key in one), None)
    data = next((one[key] for key in _DATA if key in one), None)
    pairs = [(str(name[1]), data[1], data[2])] if name and data else _properties(one)
    for called, value, line in pairs:
        if isinstance(value, str) and len(value) > MOST_TEXT:
            raise UnreadableError(file, "a value longer than any rule: export it again", line)
        number = isinstance(value, str) and value.isdigit() and len(value) < 11
        yield where, RegistryValue(where.key, called, int(value) if number else value, line)


def _properties(one: Object) -> list[tuple[str, Any, int]]:
    return [each for key, each in one.items() if key not in _POWERSHELL]


def _lost(file: str, objects: list[Object]) -> Iterator[Gap]:
    """A gap for each value that the console shortened ("v2.30|Action=Allow|Act...")."""
    for one in objects:
        for called, value, line in one.values():
            if isinstance(value, str) and re.match(r"v\d+\.\d+\|", value) and value.endswith(("...", "…")):
                origin = Origin(file, line, line, "value", called[:60])
                yield Gap(origin, called[:60], "", f"line {line}: the rule is cut off", hides_access=True)
