"""Windows Firewall exports: netsh text in any language."""

from __future__ import annotations

from parsers.model.firewall import Firewall
from parsers.parser import Parser
from parsers.source import Document


def _recognise(document: Document) -> bool:
    from parsers.windows import texts

    return texts.recognises(document)


def _read(document: Document) -> tuple[Firewall, ...]:
    from parsers.windows import texts
    from parsers.windows.convert import convert

    return (convert(texts.read(document), (document,)),)


def _join(firewalls: tuple[Firewall, ...]) -> tuple[Firewall, ...]:
    if len(firewalls) < 2:
        return firewalls
    from parsers.windows.hosts import join

    return join(firewalls)


PARSER = Parser("windows", "Windows Firewall export (netsh advfirewall)", _recognise, _read, _join)
