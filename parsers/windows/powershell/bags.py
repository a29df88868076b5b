"""PowerShell objects as property bags, whatever they were written as: JSON, CSV or CLIXML.

Source: the reference, section 6. Collections are lists of text. What a format destroyed ("System.String[]", a list cut
at "...", a list wrapped by the console) is `LOST`: it is not "any" and not "none".
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from parsers.errors import UnreadableError
from parsers.source import Document
from parsers.windows.encodings import lines_with_ends
from parsers.windows.powershell.columns import are_rules
from parsers.windows.xmltree import local, tree

if TYPE_CHECKING:
    from xml.etree import ElementTree


class Lost:
    """A value that was there and that the export does not show."""


LOST: Final = Lost()
Value = str | int | bool | None | list[str] | Lost


@dataclass(slots=True)
class Bag:
    """The properties of one object, by name in lower case, and the line it begins at (0 where not known)."""

    properties: dict[str, Value]
    line: int = 0

    def has(self, *names: str) -> bool:
        """Does the object have all these properties?"""
        return all(name in self.properties for name in names)

    def text(self, *names: str) -> str:
        """The first of these properties that holds text or a number, as text."""
        for name in names:
            value = self.properties.get(name)
            if isinstance(value, list):
                value = ", ".join(value)
            if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
                return str(value).strip()
            if isinstance(value, bool):
                return str(value)
        return ""


_LOST_TEXT = re.compile(
    r"^(?:System\.(?:String|Object|UInt\d+)\[\]|System\.Collections\..*|.*\.\.\.\}|.*…\})$", re.DOTALL
)


def value_of(text: str) -> Value:
    """A value written as text: braces are a list, .NET type names and cut lists are lost."""
    word = text.strip()
    if _LOST_TEXT.match(word):
        return LOST
    if word.startswith("{") and word.endswith("}") and not re.match(r"^\{[0-9a-fA-F-]{36}\}$", word):
        return [part.strip() for part in word[1:-1].split(",") if part.strip()]
    return word


_MARKS = (
    "instanceid",
    "displayname",
    "direction",
    "localport",
    "localaddress",
    "defaultinboundaction",
    "program",
    "interfacealias",
)
_DEEPEST = 6
_MOST_OBJECTS = 1_000_000
_MOST_VALUES = 20_000_000
"""JSON takes some hundred bytes for each object and some ten for each value; exports have some ten thousand."""


def from_json(document: Document) -> Iterator[Bag]:
    """The objects of a JSON export, in lists, alone, or under names; NUL padding is passed over.

    Raises:
        UnreadableError: broken JSON, or more objects than any export has.
    """
    text = document.text.lstrip("\ufeff").replace("\0", " ")
    if text.count("{") + text.count("[") > _MOST_OBJECTS or text.count(",") > _MOST_VALUES:
        raise UnreadableError(document.name, f"over {_MOST_OBJECTS} objects: no export of firewall rules has so many")
    try:
        content = list(_documents(text))
    except json.JSONDecodeError as error:
        raise UnreadableError(document.name, f"broken JSON ({error.msg}): export it again", error.lineno) from None
    except (RecursionError, ValueError):
        raise UnreadableError(document.name, "JSON nested too deeply, or with endless numbers: no export") from None
    for each in content:
        yield from _objects(each, 0)


def _documents(text: str) -> Iterator[Any]:
    """The JSON values of a text: one, or several one after another, as `ForEach-Object { ConvertTo-Json }` writes."""
    decoder = json.JSONDecoder()
    at = len(text) - len(text.lstrip())
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        yield value
        gap = _GAP.match(text, at)
        at = gap.end() if gap else at


_GAP = re.compile(r"[\s,]*")


def _objects(node: Any, depth: int) -> Iterator[Bag]:
    if depth > _DEEPEST:
        return
    if isinstance(node, list):
        for each in node:
            yield from _objects(each, depth + 1)
    elif isinstance(node, dict):
        names = {str(key).casefold() for key in node}
        if names & set(_MARKS) or are_rules(names):
            yield _bag(node)
        else:
            for each in node.values():
                yield from _objects(each, depth + 1)


def _bag(node: dict[str, Any]) -> Bag:
    properties: dict[str, Value] = {}
    for key, content in node.items():
        name = key.casefold()
        if isinstance(content, dict):
            inner = {str(each).casefold(): each for each in content}
            if "value" in inner and isinstance(content[inner["value"]], list):
                properties[name] = _json_value(content[inner["value"]])
            elif set(inner) & set(_MARKS) - {"displayname"}:
                # A filter that was added to its rule as a property.
                for nested, nested_value in _bag(content).properties.items():
                    properties.setdefault(nested, nested_value)
        else:
            properties[name] = _json_value(content)
    return Bag(properties)


def _json_value(content: Any) -> Value:
    if isinstance(content, list):
        found = [str(each) for each in content if isinstance(each, str | int) and str(each).strip()]
        return LOST if any(isinstance(value_of(each), Lost) for each in found) else found
    if isinstance(content, str):
        return value_of(content)
    if content is None or isinstance(content, bool | int):
        return content
    return LOST


BEFORE_HEADER = re.compile(r"^(?:#TYPE\b|\s*sep=.\s*$)", re.IGNORECASE)
"""What may stand before the header of a CSV export: the type PowerShell writes, the separator Excel writes."""


def from_csv(document: Document) -> Iterator[Bag]:
    """The objects of a CSV export with a header line; the separator is the one the header uses.

    Raises:
        UnreadableError: a field over the CSV reader's limit, or quotes that never close.
    """
    text = document.text.lstrip("\ufeff")
    places = enumerate(lines_with_ends(text))
    start, header = next((found for found in places if found[1].strip() and not BEFORE_HEADER.match(found[1])), (0, ""))
    separator = max(",;\t", key=header.count)
    reader = csv.DictReader(islice(lines_with_ends(text), start, None), delimiter=separator)
    try:
        for row in reader:
            properties = {key.strip().casefold(): value_of(text or "") for key, text in row.items() if key}
            yield Bag(properties, start + reader.line_num)
    except csv.Error as error:
        raise UnreadableError(
            document.name, f"broken CSV ({error}): export it again", start + reader.line_num
        ) from None


_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SIMPLE = frozenset("S I16 I32 I64 U16 U32 U64 B By SB C DT G URI Version SBK XD Db Sg D TS".split())


def from_clixml(document: Document) -> Iterator[Bag]:
    """The objects of `Export-Clixml`: properties, enumerations by their words, lists, references to earlier objects.

    Raises:
        UnreadableError: broken XML.
    """
    root = tree(document, "CLIXML export")
    known: dict[str, ElementTree.Element] = {}
    for each in root.iter():
        if local(each) == "Obj" and each.get("RefId"):
            known[each.get("RefId", "")] = each
    for top in root:
        for each in _unwrapped(top):
            bag = _clixml_bag(each, known)
            if set(bag.properties) & set(_MARKS):
                yield bag


def _unwrapped(element: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """An exported array is one object around its elements."""
    lists = [child for child in element if local(child) in ("LST", "IE")]
    if local(element) == "Obj" and lists:
        for each in lists:
            yield from each
    elif local(element) == "Obj":
        yield element


def _clixml_bag(element: ElementTree.Element, known: dict[str, ElementTree.Element]) -> Bag:
    properties: dict[str, Value] = {}
    for part in element:
        if local(part) in ("Props", "MS"):
            for child in part:
                properties[child.get("N", "").casefold()] = _clixml_value(child, known)
    return Bag(properties)


def _clixml_value(element: ElementTree.Element, known: dict[str, ElementTree.Element]) -> Value:
    kind = local(element)
    if kind == "Nil":
        return None
    if kind == "Ref":
        element = known.get(element.get("RefId", ""), element)
        kind = local(element)
    if kind in _SIMPLE:
        return value_of(_unescaped(element.text or ""))
    lists = [child for child in element if local(child) in ("LST", "IE", "STK", "QUE")]
    if lists:
        return [_unescaped(child.text or "") for each in lists for child in each if local(child) in _SIMPLE]
    words = next((child.text for child in element if local(child) == "ToString"), None)
    if words is not None:
        return value_of(_unescaped(words))
    simple = next((child.text for child in element if local(child) in _SIMPLE), None)
    return LOST if simple is None else _unescaped(simple)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), text)
