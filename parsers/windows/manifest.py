"""manifest.json of the collection script: whose files the others beside it are, and facts of the host.

Source: samples/windows/collect.ps1, which writes it (schema fwproof-collect/1).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from parsers.errors import UnreadableError
from parsers.model.addresses import AddressSet
from parsers.model.origin import Gap, Ledger, Origin
from parsers.source import Document
from parsers.windows.written import WrittenHost

SCHEMA = "fwproof-collect/1"
ROLES: Mapping[str, str] = {
    "clientaccessrole": "client_access",
    "hubtransportrole": "hub_transport",
    "mailboxrole": "mailbox",
    "unifiedmessagingrole": "unified_messaging",
    "edgetransportrole": "edge_transport",
    "domaincontroller": "domain_controller",
}
"""What the script finds in the registry (keys below ExchangeServer\\v14) -> role of the rulesets."""
_SCHEMA = re.compile(rb'"schema"\s*:\s*"fwproof-collect/')
_MOST_BYTES = 1 << 20


def recognises(document: Document) -> bool:
    """Is it a manifest of the collection script?"""
    return document.data[:4].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and bool(
        _SCHEMA.search(document.data[:2000])
    )


def read(document: Document) -> WrittenHost:
    """The host a collection describes: its name, Windows version, addresses and roles.

    Raises:
        UnreadableError: broken JSON, another schema, no host name.
    """
    try:
        content = json.loads(document.text) if len(document.data) <= _MOST_BYTES else None
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise UnreadableError(document.name, "a broken manifest: run the collection script again")
    if content.get("schema") != SCHEMA:
        raise UnreadableError(document.name, f"a manifest of another schema than {SCHEMA}: update fwproof")
    host = content.get("host")
    if not isinstance(host, str) or not host.strip():
        raise UnreadableError(document.name, "the manifest names no host: run the collection script again")
    folder = document.name[: len(document.name) - len(re.split(r"[/\\]", document.name)[-1])]
    own: list[AddressSet] = []
    networks: list[AddressSet] = []
    gaps: list[Gap] = []
    for text in _words(content, "addresses"):
        try:
            networks.append(AddressSet.network(text))
            own.append(AddressSet.network(text.partition("/")[0]))
        except ValueError as error:
            origin = Origin(document.name, 0, 0, "manifest", "addresses")
            gaps.append(Gap(origin, "addresses", text, str(error), hides_access=False))
    roles = (ROLES.get(word.casefold(), "") for word in _words(content, "roles"))
    version = " ".join(
        word.strip() for key in ("caption", "version") if isinstance(word := content.get(key), str)
    ).strip()
    return WrittenHost(
        name=host.strip(),
        addresses=AddressSet.union(own),
        networks=AddressSet.union(networks),
        role_hints=tuple(dict.fromkeys(role for role in roles if role)),
        gaps=tuple(gaps),
        stores=(),
        bundle=tuple(f"{folder}{word}" for word in ("manifest.json", *_words(content, "files"))),
        version=version,
        format="collection manifest",
        encoding=document.decoded.encoding,
        ledger=Ledger(len(content), len(content), 0, 0),
    )


def _words(content: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = content.get(key)
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()
