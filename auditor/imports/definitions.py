"""Network and service definitions of Capirca (`.net`, `.svc`) and Aerleon (YAML with `networks:`, `services:` as well).

Format: Aerleon, "Naming Definitions": a name, "=", addresses or names on one line or several, "#" for comments.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from auditor.imports.ends import slug
from auditor.imports.entries import Endpoint, Imported, Place, Problem
from parsers.errors import UnreadableError
from parsers.model.addresses import AddressSet
from parsers.model.services import ServiceSet

_NAME = re.compile(r"^([\w.\-]+)\s*=\s*(.*)$")
_SERVICE = re.compile(r"^(\d+(?:-\d+)?)/(tcp|udp|sctp)$", re.IGNORECASE)
SUFFIXES = (".net", ".svc")


@dataclass(slots=True)
class _Definitions:
    """Names with the words that stand behind them, and where each stands."""

    networks: dict[str, list[tuple[str, Place]]] = field(default_factory=dict)
    services: dict[str, list[tuple[str, Place]]] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def say(self, place: Place, message: str) -> None:
        """Something that was not understood."""
        self.problems.append(Problem(place, message))


def import_definitions(paths: Iterable[Path]) -> Imported:
    """The services of definition files as service terms, their networks as roles with addresses.

    Raises:
        UnreadableError: a file cannot be opened, is no text, or is YAML without `networks` and `services`.
    """
    found = _Definitions()
    files = tuple(paths)
    for path in files:
        if path.suffix.casefold() in SUFFIXES:
            _text(path, found)
        else:
            _yaml(path, found)
    services = {name: tuple(_flat(name, found.services, found, _service)) for name in found.services}
    networks = {name: tuple(_flat(name, found.networks, found, _network)) for name in found.networks}
    ends = tuple(
        Endpoint(name=slug(name) or "n", title=found.comments.get(name) or name, addresses=tuple(dict.fromkeys(each)))
        for name, each in networks.items()
    )
    named = {slug(name) or "n": tuple(dict.fromkeys(each)) for name, each in services.items() if each}
    return Imported(tuple(map(str, files)), (), tuple(found.problems), named, ends)


def _flat(
    name: str, known: Mapping[str, list[tuple[str, Place]]], found: _Definitions, read: Callable[[str], str]
) -> Iterator[str]:
    """The words of a name with other names resolved, each name once; what is neither is said where it stands."""
    seen = {name}
    left = [(word, place, True) for word, place in reversed(known[name])]
    while left:
        word, place, own = left.pop()
        text = read(word)
        if text:
            yield text
        elif word == name:
            found.say(place, f"{name} contains itself")
        elif word in known:
            if word not in seen:
                seen.add(word)
                left += [(each, at, False) for each, at in reversed(known[word])]
        elif own:
            found.say(place, f"{name}: {word!r} is neither defined in these files nor an address or port/protocol")


def _service(word: str) -> str:
    match = _SERVICE.match(word)
    if not match:
        return ""
    text = f"{match[2].casefold()}/{match[1]}"
    try:
        ServiceSet.parse(text)
    except ValueError:
        return ""
    return text


def _network(word: str) -> str:
    try:
        AddressSet.network(word)
    except ValueError:
        return ""
    return word.removesuffix("/32").removesuffix("/128")


def _text(path: Path, found: _Definitions) -> None:
    table = found.services if path.suffix.casefold() == ".svc" else found.networks
    name = ""
    for number, line in enumerate(_read(path).splitlines(), start=1):
        body, _, comment = line.partition("#")
        place = Place(str(path), row=number)
        match = _NAME.match(body.strip())
        if match:
            name = match[1]
            if name in table:
                found.say(place, f"{name} is defined twice; the definitions are united")
            table.setdefault(name, [])
            found.comments.setdefault(name, comment.strip())
        words = (match[2] if match else body).replace(",", " ").split()
        if words and not name:
            found.say(place, f"{body.strip()!r} belongs to no name: write NAME = {body.strip()}")
            continue
        if name:
            table[name] += [(word, place) for word in words]


def _yaml(path: Path, found: _Definitions) -> None:
    from auditor.baseline.document import Item, read_document

    top = read_document(path).mapping()
    if not {"networks", "services"} & set(top):
        raise UnreadableError(str(path), "expected networks: and services: (Aerleon), or a file ending in .net or .svc")
    for part, table in (("networks", found.networks), ("services", found.services)):
        names = top[part].mapping() if part in top else {}
        for name, item in names.items():
            words = table.setdefault(name, [])
            entry: Item = item
            values = entry.items() if entry.node.id == "sequence" else entry.mapping().get("values", entry).items()
            for value in values:
                place = Place(str(path), row=value.line)
                fields = {key: str(each.node.value) for key, each in value.mapping().items() if each.is_scalar}
                word = _yaml_word(part, fields)
                if word:
                    words.append((word, place))
                else:
                    shown = ", ".join(f"{key}: {text}" for key, text in fields.items())
                    found.say(place, f"{name}: {{{shown}}} is left out: no fixed address or port")


def _yaml_word(part: str, fields: Mapping[str, str]) -> str:
    if "name" in fields:
        return fields["name"]
    if part == "networks":
        return fields.get("address", "") or fields.get("ip", "")
    return f"{fields['port']}/{fields['protocol']}" if {"port", "protocol"} <= set(fields) else ""


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise UnreadableError(str(path), f"cannot be opened: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise UnreadableError(str(path), f"not UTF-8 at byte {error.start}: save the file as UTF-8") from None
