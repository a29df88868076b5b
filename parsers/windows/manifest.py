"""manifest.json of the collection script: whose files the others beside it are, and facts of the host.

Source: samples/windows/collect.ps1, which writes it (schema fwproof-collect/1).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from parsers.errors import UnreadableError
from parsers.model.addresses import NO_ADDRESS, AddressSet
from parsers.model.origin import Gap, Ledger, Origin
from parsers.source import Document
from parsers.windows.written import PROFILES, WrittenHost

SCHEMA = "fwproof-collect/1"
ROLES: Mapping[str, str] = {
    "clientaccessrole": "client_access",
    "hubtransportrole": "hub_transport",
    "mailboxrole": "mailbox",
    "unifiedmessagingrole": "unified_messaging",
    "edgetransportrole": "edge_transport",
    "v15.0 caferole": "client_access_2013",
    "v15.0 mailboxrole": "mailbox_2013",
    "v15.0 edgetransportrole": "edge_transport",
    "v15.1 mailboxrole": "mailbox_2016",
    "v15.1 edgetransportrole": "edge_transport",
    "v15.2 mailboxrole": "mailbox_2016",
    "v15.2 edgetransportrole": "edge_transport",
    "domaincontroller": "domain_controller",
}
"""What the script finds in the registry (keys below ExchangeServer\\v14 and v15) -> role of the rulesets."""
_SCHEMA = re.compile(rb'"schema"\s*:\s*"fwproof-collect/')
_MOST_BYTES = 1 << 20
_LINK_LOCAL = AddressSet.network("169.254.0.0/16") | AddressSet.network("fe80::/10")
"""Every network has these (RFC 3927, RFC 4291): no firewall passes them on, and no client is told them."""


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
    gaps += _stopped(document.name, content)
    gaps += _failures(document.name, content)
    networks_of = tuple(_profiles(document.name, content, gaps))
    placed = AddressSet.union(addresses for _, addresses in networks_of)
    unplaced = AddressSet.union(own) - _LINK_LOCAL - placed
    roles = (ROLES.get(word.casefold(), "") for word in _words(content, "roles"))
    version = " ".join(
        word.strip() for key in ("caption", "version") if isinstance(word := content.get(key), str)
    ).strip()
    return WrittenHost(
        name=host.strip(),
        addresses=(AddressSet.union(own) | placed) - _LINK_LOCAL,
        networks=AddressSet.union(networks),
        # An address whose network is not among them may stand in any profile.
        active_profiles=tuple(profile for profile, _ in networks_of) if networks_of and not unplaced else None,
        profile_addresses=networks_of,
        role_hints=tuple(dict.fromkeys(role for role in roles if role)),
        gaps=tuple(gaps),
        stores=(),
        bundle=tuple(f"{folder}{word}" for word in ("manifest.json", *_words(content, "files"))),
        version=version,
        format="collection manifest",
        encoding=document.decoded.encoding,
        ledger=Ledger(len(content), len(content), 0, 0),
    )


def _stopped(file: str, content: Mapping[str, object]) -> Iterator[Gap]:
    """A gap when the firewall's service did not run: the rules it holds filtered nothing then."""
    state = content.get("service")
    if isinstance(state, str) and state not in ("", "Running"):
        what = (
            f"the service of the Windows Firewall (MpsSvc) was {state.lower()} when the server was collected, so its "
            "rules filtered nothing: start it, or find out what filters this server, and run the script again"
        )
        yield Gap(Origin(file, 0, 0, "manifest", "service"), "service", state, what, hides_access=True)


_RULE_KEYS = frozenset({"firewallrules", "restrictedservices", "mdm"})
"""The registry keys whose rules the active store has as well; those of the profiles are nowhere else."""


def _failures(file: str, content: Mapping[str, object]) -> Iterator[Gap]:
    """A gap for each part that the script could not collect.

    Rules and profiles are asked of several sources. A registry key hides access when no other part has what it holds.
    """
    has_active_store = "active-store.json" in _words(content, "files")
    for text in _words(content, "failed"):
        part, _, why = text.partition(": ")
        key, _, said = why.partition(": ") if part == "registry.reg" else ("", "", why)
        is_elsewhere = has_active_store and key.casefold().rpartition("\\")[2] in _RULE_KEYS
        what = f"{key or part} could not be collected" + (f" ({said.strip()})" if said.strip() else "")
        origin = Origin(file, 0, 0, "manifest", "failed")
        yield Gap(origin, part, key, what, hides_access=bool(key) and not is_elsewhere)


def _profiles(file: str, content: Mapping[str, object], gaps: list[Gap]) -> Iterator[tuple[str, AddressSet]]:
    """The profiles of the host's networks with its addresses in them, from texts such as "Public 192.0.2.7"."""
    found: dict[str, AddressSet] = {}
    for text in _words(content, "networks"):
        category, _, address = text.partition(" ")
        profile = category.casefold().removesuffix("authenticated")
        try:
            known = profile in PROFILES
            found[profile] = found.get(profile, NO_ADDRESS) | AddressSet.network(address.partition("%")[0])
        except ValueError:
            known = False
        if not known:
            origin = Origin(file, 0, 0, "manifest", "networks")
            gaps.append(Gap(origin, "networks", text, f"the network {text!r} is not understood", hides_access=False))
    for profile in PROFILES:
        if found.get(profile):
            yield profile, found[profile]


def _words(content: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = content.get(key)
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()
