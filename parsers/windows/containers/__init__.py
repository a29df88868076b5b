"""Files that carry the registry's firewall policy: hives, registry texts, group policies and their reports."""

from __future__ import annotations

from types import ModuleType

from parsers.errors import UnreadableError
from parsers.source import Document
from parsers.windows.containers import gpreport, hive, listings, registrypol, regquery, regtext, valueobjects
from parsers.windows.written import WrittenHost

_READERS: tuple[ModuleType, ...] = (hive, registrypol, regtext, gpreport, regquery, listings, valueobjects)


def recognises(document: Document) -> bool:
    """Is the file one of these containers? Looks at its beginning only."""
    return any(reader.recognises(document) for reader in _READERS)


def read(document: Document) -> WrittenHost:
    """What the container says of the firewall.

    Raises:
        UnreadableError: it is damaged, too large, or holds no firewall policy.
    """
    for reader in _READERS:
        if reader.recognises(document):
            found: WrittenHost = reader.read(document)
            return found
    raise UnreadableError(document.name, "not a registry container")
