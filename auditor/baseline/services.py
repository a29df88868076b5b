"""What ports are called, and who answers on them (rulesets/services.yaml)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files

from auditor.baseline.document import Item, read_document
from parsers.model.services import ServiceSet


@dataclass(frozen=True, slots=True)
class KnownService:
    """One port or range: its name, whether it is clear text, and its owners on Windows."""

    service: ServiceSet
    name: str
    cleartext: bool
    """Is it unencrypted by design? Messages say so beside the name."""
    listeners: tuple[str, ...]
    """Executables in lower case; () where any program may own it."""
    windows_services: tuple[str, ...] = ()
    """Services in lower case that own it in a shared process; () where it does not matter or is not known."""
    reserved: bool = False
    """Does every Windows hold the port for its listeners?"""


_KEYS = ("port", "name", "cleartext", "listener", "windows_service", "reserved")


@cache
def load_services() -> tuple[KnownService, ...]:
    """All known services, in the order of the file."""
    with as_file(files("rulesets").joinpath("services.yaml")) as path:
        root = read_document(path).mapping(("schema", "services"), ("schema", "services"))
    found = []
    for item in root["services"].items():
        entry = item.mapping(_KEYS, ("port", "name"))
        found.append(
            KnownService(
                ServiceSet.parse(entry["port"].text()),
                entry["name"].text(),
                "cleartext" in entry and entry["cleartext"].flag(),
                _words(entry, "listener"),
                _words(entry, "windows_service"),
                "reserved" in entry and entry["reserved"].flag(),
            )
        )
    return tuple(found)


def _words(entry: dict[str, Item], key: str) -> tuple[str, ...]:
    return tuple(word.casefold() for word in entry[key].texts()) if key in entry else ()
