"""Service objects and groups of FortiOS.

Source: the reference, section 6.3 and 6.4: each element of a port range is `destination[:source]` and its own pair;
predefined services are ordinary, editable entries, so a file's own table counts and the product's is only the
fallback for partial files and for releases that do not print it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from parsers.fortigate.objects.pairsets import EVERY_PAIR, PairSet, Part, parts, product
from parsers.fortigate.objects.scope import Scope
from parsers.fortigate.syntax.tree import Block
from parsers.model.addresses import ANY_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.intervals import IntervalSet
from parsers.model.services import ANY_SERVICE, ICMP, ICMPV6, NO_SERVICE, PORTS, SCTP, TCP, UDP, ServiceSet

_TABLE, _GROUPS = "firewall service custom", "firewall service group"
_RANGES = (("tcp-portrange", TCP), ("udp-portrange", UDP), ("sctp-portrange", SCTP), ("udplite-portrange", 136))
_GREW: Mapping[str, tuple[tuple[int, ...], tuple[int, ...], ServiceSet, ServiceSet]] = {
    "KERBEROS": (
        (5, 6),
        (5, 6),
        ServiceSet.parse("tcp/88") | ServiceSet.parse("udp/88"),
        ServiceSet.parse("tcp/464") | ServiceSet.parse("udp/464"),
    ),
    "MGCP": ((6, 4, 5), (7, 2, 4), ServiceSet.parse("udp/2427,2727"), ServiceSet.parse("tcp/2428")),
}
"""Product services with ports added later: (before this version without, from this one with them, ports, added)."""
_PROXY = frozenset({"ALL", "HTTP", "FTP", "CONNECT", "SOCKS-TCP", "SOCKS-UDP", "SOCKS"})


@dataclass(frozen=True, slots=True)
class ResolvedService:
    """Services an object stands for.

    `services` are those of any destination; where more is known at the addresses of `set iprange`, `pairs` has them
    with their destinations.
    """

    services: Bounded[ServiceSet]
    pairs: Bounded[PairSet] | None = None
    uncertain: tuple[str, ...] = ()

    def at(self, addresses: Bounded[AddressSet]) -> tuple[Part, ...]:
        """The services at some destinations."""
        if self.pairs is None:
            return ((addresses, self.services),)
        return parts(product(addresses, Bounded.exactly(ANY_SERVICE)) & self.pairs)

    def everywhere(self) -> Bounded[PairSet]:
        """The services with their destinations."""
        return self.pairs or product(Bounded.exactly(ANY_ADDRESS), self.services)


@cache
def predefined() -> dict[str, Any]:
    """The product's own services and groups: {"services": {name: settings}, "groups": {name: members}, "groups_4x"}."""
    text = files("parsers.fortigate.objects").joinpath("predefined_services.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


class ServiceBook:
    """The services of one VDOM, resolved once by name."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._known: dict[str, ResolvedService] = {}
        self._lists: dict[tuple[str, ...], ResolvedService] = {}
        header = scope.tree.header
        printed = scope.table(_TABLE)
        complete = bool(header.version) and header.version[0] >= 5 and printed is not None and len(printed.entries) > 20
        self._fallback = not complete

    def defines(self, name: str) -> bool:
        """Does the file (or, for partial files, the product) have a service of this name?"""
        if self.scope.entry(_TABLE, name) is not None or self.scope.entry(_GROUPS, name) is not None:
            return True
        return self._fallback and (name in predefined()["services"] or name in self._product_groups())

    def _product_groups(self) -> dict[str, list[str]]:
        old = self.scope.version[:1] == (4,)
        groups: dict[str, list[str]] = predefined()["groups_4x" if old else "groups"]
        return groups

    def union(self, names: tuple[str, ...]) -> ResolvedService:
        """The union of several services."""
        known = self._lists.get(names)
        if known is None:
            known = self._lists[names] = _together([self.resolve(name) for name in names])
        return known

    @staticmethod
    def negated(found: ResolvedService) -> ResolvedService:
        """Every other service; one with an address range of its own is excluded for certain at those addresses."""
        services = Bounded.exactly(ANY_SERVICE) - found.services
        pairs = Bounded.exactly(EVERY_PAIR) - found.pairs if found.pairs else None
        return ResolvedService(services, pairs, found.uncertain)

    def resolve(self, name: str) -> ResolvedService:
        """One service or group by name."""
        known = self._known.get(name)
        if known is None:
            self._known[name] = _unknown(f"service group {name!r} contains itself")
            known = self._known[name] = self._resolve(name)
        return known

    def _resolve(self, name: str) -> ResolvedService:
        entry = self.scope.entry(_TABLE, name)
        if entry is not None:
            try:
                return self._object(entry)
            except ValueError as error:
                what = f"service {name!r} cannot be read: {error}"
                self.scope.gap(_TABLE, entry, "", what, hides_access=True)
                return _unknown(what)
        group = self.scope.entry(_GROUPS, name)
        if group is not None:
            for member in group.words("member"):
                self.scope.refer(_GROUPS, group, _TABLE, member, defined=self.defines(member))
            if not group.words("member"):
                return _unknown(f"service group {name!r} has no member in the file")
            return self.union(group.words("member"))
        if self._fallback:
            if name in predefined()["services"]:
                return self._product(name)
            if name in self._product_groups():
                return self.union(tuple(self._product_groups()[name]))
        return _unknown(f"service {name!r} is not defined in the file")

    def _product(self, name: str) -> ResolvedService:
        block = Block(name, 0)
        block.settings = {key: tuple(str(value).split()) for key, value in predefined()["services"][name].items()}
        if name not in _GREW:
            return self._object(block)
        last_old, first_new, common, later = _GREW[name]
        old, new = self.scope.before(*last_old), self.scope.before(*first_new) is False
        if old or new:
            return ResolvedService(Bounded.exactly(common | later if new else common))
        reason = f"the ports of the product's service {name!r} depend on the FortiOS version"
        return ResolvedService(Bounded(common, common | later), uncertain=(reason,))

    def _object(self, entry: Block) -> ResolvedService:
        protocol = entry.get("protocol") or "TCP/UDP/SCTP"
        if protocol.startswith("TCP/UDP"):
            services = [
                _ports(number, item)
                for keyword, number in _RANGES
                for item in entry.words(keyword)
                if item not in ("", "0")
            ]
            # NONE is tcp/0: a service that matches nothing real; a service without any range is invalid.
            found = ServiceSet.union(services)
            if not services and not any(entry.words(keyword) for keyword, _ in _RANGES):
                raise ValueError("it has no port range")
        elif protocol in ("ICMP", "ICMP6"):
            number = ICMP if protocol == "ICMP" else ICMPV6
            kind, code = entry.get("icmptype"), entry.get("icmpcode")
            found = ServiceSet.icmp(number, int(kind) if kind else None, int(code) if kind and code else None)
        elif protocol == "IP":
            number = int(entry.get("protocol-number") or 0)
            found = ANY_SERVICE if number == 0 else ServiceSet.protocol(number)
        elif protocol in _PROXY:
            # Explicit-proxy services never match forwarded packets.
            return ResolvedService(Bounded.exactly(NO_SERVICE))
        else:
            raise ValueError(f"unknown protocol {protocol!r}")
        return self._limited(entry, found)

    @staticmethod
    def _limited(entry: Block, found: ServiceSet) -> ResolvedService:
        name = entry.get("fqdn")
        if name:
            reason = f"service {entry.name!r} is limited to host name {name!r}"
            return ResolvedService(Bounded(NO_SERVICE, found), uncertain=(reason,))
        limit = entry.get("iprange")
        if limit and limit != "0.0.0.0":
            first, _, last = limit.partition("-")
            reason = f"service {entry.name!r} has an address range ({limit}): only there it matches for certain"
            there = PairSet.of(AddressSet.range(first, last or first), found)
            return ResolvedService(
                Bounded(NO_SERVICE, found), Bounded(there, PairSet.of(ANY_ADDRESS, found)), (reason,)
            )
        return ResolvedService(Bounded.exactly(found))


def _together(resolved: list[ResolvedService]) -> ResolvedService:
    reasons = tuple(dict.fromkeys(reason for each in resolved for reason in each.uncertain))
    certain = ServiceSet.union(each.services.certain for each in resolved)
    # Nearly every service is exact: a large backup names tens of thousands of combinations.
    exact = all(each.services.is_exact for each in resolved)
    possible = certain if exact else ServiceSet.union(each.services.possible for each in resolved)
    services = Bounded(certain, possible)
    if all(each.pairs is None for each in resolved):
        return ResolvedService(services, uncertain=reasons)
    every = [each.everywhere() for each in resolved]
    pairs = Bounded(PairSet.union(each.certain for each in every), PairSet.union(each.possible for each in every))
    return ResolvedService(services, pairs, reasons)


def _unknown(reason: str) -> ResolvedService:
    return ResolvedService(Bounded(NO_SERVICE, ANY_SERVICE), uncertain=(reason,))


def _ports(protocol: int, item: str) -> ServiceSet:
    """One element `destination[-destination][:source[-source]]`."""
    destination, colon, source = item.partition(":")
    return ServiceSet.ports(protocol, _span(destination), _span(source) if colon else PORTS)


def _span(text: str) -> IntervalSet:
    first, dash, last = text.partition("-")
    if not first.isdecimal() or (dash and not last.isdecimal()):
        raise ValueError(f"not a port range: {text!r}")
    low, high = int(first), int(last) if dash else int(first)
    if high > 65535:
        raise ValueError(f"a port is at most 65535: {text!r}")
    return IntervalSet.of((low, high))
