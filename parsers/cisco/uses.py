"""Uses of access lists and object groups outside access groups: crypto maps, class maps, group policies, route maps.

What they do there is no matter of which packets an interface lets through; that they are used is: a list of a VPN is
not superfluous. Sources: Cisco ASA Series Command Reference (`crypto map match address`, `split-tunnel-network-list`,
`vpn-filter`, `match access-list`, `capture`); Cisco IOS command references (`ip nat inside source list`,
`access-class`, `match ip address`, `snmp-server community`, `distribute-list`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from parsers.cisco.accesslists import AccessLists
from parsers.cisco.objects import Objects
from parsers.cisco.statements import Configuration, Statement
from parsers.model.firewall import Reference

_DEFINING = frozenset({"access-list", "access-group", "object", "object-group", "nat"})
"""Statements whose references are noted where they are read."""
_POINTERS = frozenset(
    "access-list access-class access-group address list distribute-list ro rw ipv4 ipv6 name match value peer serve "
    "serve-only query-only traffic-filter".split()
)
"""Words before the number of a list; a number elsewhere may be anything."""


def uses(configuration: Configuration, objects: Objects, access: AccessLists) -> Iterator[Reference]:
    """A reference for every list and object group that a statement names in passing."""
    for statement in _all(configuration.statements):
        words = statement.words
        for before, word in zip(("", *words), words, strict=False):
            kind = ""
            if word in access.lines and (not word.isdigit() or before.lower() in _POINTERS):
                kind = "access-list"
            elif before in ("object", "object-group"):
                kind = next(
                    (
                        kind
                        for kind, table in (("network object", objects.networks), ("service object", objects.services))
                        if word in table
                    ),
                    "",
                )
            if kind:
                yield Reference(words[0], " ".join(words[1:3]), kind, word, objects.origin(statement), defined=True)


def _all(statements: Iterable[Statement]) -> Iterator[Statement]:
    for statement in statements:
        if statement.words[0] in _DEFINING or statement.words[:2] in (("ip", "access-list"), ("ipv6", "access-list")):
            continue
        yield statement
        yield from _all(statement.children)
