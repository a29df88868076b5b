"""Roles of servers that a site file does not bind: by what is published, and by the names of objects.

Which words and ports speak for a role is data of its ruleset (`recognise`). A published port that several roles claim
decides nothing by itself: a name has to speak for one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.baseline.document import Item
from auditor.baseline.model import Recognition, Role, Ruleset
from parsers.model.addresses import AddressSet
from parsers.model.services import ServiceSet


def read_recognition(item: Item) -> Recognition:
    """The entry of a ruleset.

    Raises:
        RulesetError: an unknown key, a word that is none, or a term that is no service.
    """
    entry = item.mapping(("names", "published"))
    names = tuple(_word(each) for each in entry["names"].parts()) if "names" in entry else ()
    terms = tuple(_term(each) for each in entry["published"].parts()) if "published" in entry else ()
    return Recognition(names, terms)


def _word(item: Item) -> str:
    if not re.fullmatch(r"[a-z0-9]+(?:[-_ ][a-z0-9]+)*", item.text()):
        raise item.error('a word of names holds lower-case letters and digits, as "sql" or "rd-gateway"')
    return item.text()


def _term(item: Item) -> str:
    try:
        ServiceSet.parse(item.text())
    except ValueError as error:
        raise item.error(str(error)) from None
    return item.text()


@dataclass(frozen=True, slots=True)
class Server:
    """A server that a translation publishes: its names, its zone ("" unknown) and what is let through to it."""

    address: AddressSet
    outside: AddressSet
    names: str
    zone: str
    service: ServiceSet


@dataclass(frozen=True, slots=True)
class Recognised:
    """A role for an address, and why; without a role only the sentence."""

    role: str
    address: AddressSet
    outside: AddressSet
    why: str


def published_roles(servers: Iterable[Server], rulesets: Iterable[Ruleset], taken: AddressSet) -> Iterator[Recognised]:
    """Roles by published ports; addresses that have a role already are left out.

    A name decides; without one only a port that one role claims and that is published to one server.
    """
    roles = {role.name: role for each in rulesets for role in each.roles.values() if role.recognise.published}
    free = tuple(each for each in servers if not each.address.overlaps(taken))
    claimed = {name: [each for each in free if _claims(role, each)] for name, role in roles.items()}
    known = {name for name, found in claimed.items() if any(speaks_for(roles[name], each.names) for each in found)}
    for server in free:
        claims = [role for name, role in roles.items() if server in claimed[name]]
        named = [role for role in claims if speaks_for(role, server.names)]
        alone = [
            role for role in claims if role.name not in known and len({s.address for s in claimed[role.name]}) == 1
        ]
        chosen = named if len(named) == 1 else alone if len(alone) == len(claims) == 1 else []
        shown, ports = server.address.text(), server.service.text(3)
        if chosen:
            why = f"{shown} taken as {chosen[0].name}: {server.names.split()[0]} publishes {ports} to it."
            yield Recognised(chosen[0].name, server.address, server.outside, why)
        elif named or any(role.name not in known for role in claims):
            words = " or ".join(sorted(role.name for role in named or claims))
            why = f"{shown} is published on {ports} and nothing tells whether it is {words}; bind it in a site file."
            yield Recognised("", server.address, server.outside, why)


def speaks_for(role: Role, name: str) -> bool:
    """Does a name hold a word of the role, alone or before digits: "SRV-SQL01" for sql, not "mysqldump"?"""
    plain = re.sub(r"[\s_.-]+", " ", name.casefold())
    words = (re.escape(word).replace(r"\-", " ").replace("_", " ") for word in role.recognise.names)
    return any(re.search(rf"(?<![a-z]){word}\d*(?![a-z])", plain) for word in words)


def _claims(role: Role, server: Server) -> bool:
    wanted = ServiceSet.union(ServiceSet.parse(term) for term in role.recognise.published)
    placed = not role.allowed_zones or not server.zone or server.zone in role.allowed_zones
    return placed and server.service.overlaps(wanted)
