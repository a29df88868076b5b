"""What ports are called, and who answers on them (rulesets/services.yaml)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files

from auditor.baseline.document import read_document
from parsers.model.services import ServiceSet


@dataclass(frozen=True, slots=True)
class KnownService:
    """One port or range: its name, whether it is clear text or for administration, and its owners on Windows."""

    service: ServiceSet
    name: str
    cleartext: bool
    administration: bool
    listeners: tuple[str, ...]
    """Executables in lower case; () where any program may own it."""


@cache
def load_services() -> tuple[KnownService, ...]:
    """All known services, in the order of the file."""
    with as_file(files("rulesets").joinpath("services.yaml")) as path:
        root = read_document(path).mapping(("schema", "services"), ("schema", "services"))
    found = []
    for item in root["services"].items():
        entry = item.mapping(("port", "name", "cleartext", "administration", "listener"), ("port", "name"))
        found.append(
            KnownService(
                ServiceSet.parse(entry["port"].text()),
                entry["name"].text(),
                "cleartext" in entry and entry["cleartext"].flag(),
                "administration" in entry and entry["administration"].flag(),
                tuple(word.casefold() for word in entry["listener"].texts()) if "listener" in entry else (),
            )
        )
    return tuple(found)
