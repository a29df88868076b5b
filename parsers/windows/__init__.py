"""Windows Firewall exports: netsh text in any language, registry containers, PowerShell output, scripts, bundles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from types import ModuleType

from parsers.errors import UnreadableError
from parsers.model.firewall import Firewall
from parsers.parser import Parser
from parsers.redaction import Pseudonyms
from parsers.source import Document, encoded

_CONTAINERS = (b"regf", b"PReg", b"{", b"[{", b"[\r", b"[\n", b"<", b"#TYPE", b"Windows Registry", b"REGEDIT4")


def _readers(document: Document) -> Iterator[ModuleType]:
    """The readers in the order in which they are asked; none is imported before it is its turn."""
    head = document.data[:4096]
    dashed = b"-" * 60 in head or b"-\0" * 60 in head
    if dashed and not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(_CONTAINERS):
        from parsers.windows.netsh import texts

        yield texts
    for name in ("containers", "manifest", "scripts", "powershell", "scripts.powershell", "tables", "netsh.texts"):
        yield import_module(f"parsers.windows.{name}")


def _reader(document: Document) -> ModuleType | None:
    return next((reader for reader in _readers(document) if reader.recognises(document)), None)


def _recognise(document: Document) -> bool:
    return _reader(document) is not None


def _read(document: Document) -> tuple[Firewall, ...]:
    from parsers.windows.convert import convert

    reader = _reader(document)
    if reader is None:
        raise UnreadableError(document.name, "not an export of the Windows Firewall")
    return (convert(reader.read(document), (document,)),)


def _join(firewalls: tuple[Firewall, ...]) -> tuple[Firewall, ...]:
    if len(firewalls) < 2:
        return firewalls
    from parsers.windows.hosts import join

    return join(firewalls)


def _explain(document: Document) -> str:
    from parsers.windows.refused import explain

    return explain(document)


def _redact(document: Document, pseudonyms: Pseudonyms) -> Callable[[], bytes]:
    from parsers.windows.netsh import texts

    if _reader(document) is not texts:
        raise UnreadableError(
            document.name, "of Windows, only the text that netsh prints can be redacted: export it so"
        )
    if pseudonyms.names:
        message = (
            "names are not replaced in Windows exports: fwproof knows rules of Windows and Exchange by their names"
        )
        raise UnreadableError(document.name, message)
    # In code pages of one byte a letter, the letters outside ASCII are carried through unread.
    wide = document.decoded.encoding.startswith("utf-16")
    text = document.text if wide else document.data.decode("latin-1")
    pseudonyms.pin(text)
    return lambda: (
        encoded(pseudonyms.addressed(text), document) if wide else pseudonyms.addressed(text).encode("latin-1")
    )


PARSER = Parser(
    "windows",
    "Windows Firewall export (netsh, .wfw, registry, group policy, PowerShell)",
    _recognise,
    _read,
    _join,
    explain=_explain,
    redact=_redact,
)
