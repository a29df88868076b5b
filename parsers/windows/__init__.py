"""Windows Firewall exports: netsh text in any language, registry containers, PowerShell output, bundles."""

from __future__ import annotations

from types import ModuleType

from parsers.model.firewall import Firewall
from parsers.parser import Parser
from parsers.source import Document


def _readers() -> tuple[ModuleType, ...]:
    from parsers.windows import containers, manifest, powershell, texts

    return containers, manifest, powershell, texts


def _recognise(document: Document) -> bool:
    return any(reader.recognises(document) for reader in _readers())


def _read(document: Document) -> tuple[Firewall, ...]:
    from parsers.windows.convert import convert

    reader = next(reader for reader in _readers() if reader.recognises(document))
    return (convert(reader.read(document), (document,)),)


def _join(firewalls: tuple[Firewall, ...]) -> tuple[Firewall, ...]:
    if len(firewalls) < 2:
        return firewalls
    from parsers.windows.hosts import join

    return join(firewalls)


PARSER = Parser(
    "windows", "Windows Firewall export (netsh, .wfw, registry, group policy, PowerShell)", _recognise, _read, _join
)
