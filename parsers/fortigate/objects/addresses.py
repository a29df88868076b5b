"""Address objects and groups of FortiOS as bounded sets.

Source: the reference, section 6.1, 6.2 and 11: what cannot be resolved offline (FQDN, geography, dynamic objects, MAC
addresses, external feeds, undefined names) possibly is every address of the family and certainly none.
"""

from __future__ import annotations

from dataclasses import dataclass

from parsers.fortigate.objects.scope import EMPTY, Scope
from parsers.fortigate.syntax.tree import Block
from parsers.model.addresses import (
    ANY_IPV4,
    ANY_IPV6,
    NO_ADDRESS,
    AddressSet,
    address_number,
    address_text,
    agreeing,
)
from parsers.model.bounds import Bounded

RUNTIME_OBJECTS = frozenset({"FIREWALL_AUTH_PORTAL_ADDRESS", "FABRIC_DEVICE"})
"""Predefined objects without a subnet line: filled at run time, not 0.0.0.0/0 (reference, section 6.1, trap)."""

_TRANSLATING = ("firewall vip", "firewall vipgrp", "firewall vip6", "firewall vipgrp6")
"""Tables that groups of addresses have no members from.

Source: the CLI reference of 6.0.6: a member is of `firewall.address.name` or `firewall.addrgrp.name`.
"""

_PREDEFINED = {
    "all": ANY_IPV4,
    "any": ANY_IPV4,
    "none": AddressSet.network("0.0.0.0"),
    "SSLVPN_TUNNEL_ADDR1": AddressSet.range("10.212.134.200", "10.212.134.210"),
}
_PREDEFINED6 = {
    "all": ANY_IPV6,
    "none": AddressSet.network("::"),
    "SSLVPN_TUNNEL_IPv6_ADDR1": AddressSet.network("fdff:ffff::/120"),
}
_PREDEFINED_NAMES = {
    "login.microsoftonline.com": "login.microsoftonline.com",
    "login.microsoft.com": "login.microsoft.com",
    "login.windows.net": "login.windows.net",
    "gmail.com": "gmail.com",
    "wildcard.google.com": "*.google.com",
    "wildcard.dropbox.com": "*.dropbox.com",
}
"""Host name objects of the product (6.2 and later) and what they stand for; a whole backup prints them itself."""
_PREDEFINED_GROUPS = {
    "G Suite": ("gmail.com", "wildcard.google.com"),
    "Microsoft Office 365": ("login.microsoftonline.com", "login.microsoft.com", "login.windows.net"),
}
_UNKNOWN = {
    "fqdn": "address {0!r}: the addresses of host name {1!r} are not in the backup",
    "wildcard-fqdn": "address {0!r}: the addresses of host names like {1!r} are not in the backup",
    "geography": "address {0!r}: the addresses of country {1!r} are not in the backup",
    "dynamic": "dynamic object {0!r} is filled at run time",
    "mac": "MAC address object {0!r} cannot be resolved to IP addresses",
    "route-tag": "route-tag object {0!r} is filled at run time",
    "template": "template object {0!r} is not resolved",
    "ipam": "the addresses of {0!r} are allocated by IP address management",
}
_ANSWERS = {"fqdn": "fqdn", "wildcard-fqdn": "fqdn", "geography": "geography", "dynamic": "dynamic"}
"""Under which word of a site file's `resolve` a kind of address object is answered; "object" for the rest."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """Addresses an object stands for, and why they are not exact."""

    addresses: Bounded[AddressSet]
    uncertain: tuple[str, ...] = ()


class AddressBook:
    """The address objects of one VDOM and one family, resolved once by name."""

    def __init__(self, scope: Scope, networks: dict[str, AddressSet], *, six: bool = False) -> None:
        self.scope = scope
        self.six = six
        self.whole = ANY_IPV6 if six else ANY_IPV4
        self.table = "firewall address6" if six else "firewall address"
        self.groups = "firewall addrgrp6" if six else "firewall addrgrp"
        self._networks = networks
        self._known: dict[str, Resolved] = {}
        self._lists: dict[tuple[str, ...], Resolved] = {}

    def defines(self, name: str) -> bool:
        """Does the file (or the product) have an object of this name?"""
        return (
            self.scope.entry(self.table, name) is not None
            or self.scope.entry(self.groups, name) is not None
            or self.scope.entry("system external-resource", name) is not None
            or name in (_PREDEFINED6 if self.six else _PREDEFINED)
            or name in RUNTIME_OBJECTS
            or (not self.six and (name in _PREDEFINED_NAMES or name in _PREDEFINED_GROUPS))
        )

    def union(self, names: tuple[str, ...]) -> Resolved:
        """The union of several objects."""
        known = self._lists.get(names)
        if known is None:
            if len(names) == 1:
                known = self.resolve(names[0])
            else:
                parts = [self.resolve(name) for name in names]
                known = Resolved(
                    Bounded(
                        AddressSet.union(part.addresses.certain for part in parts),
                        AddressSet.union(part.addresses.possible for part in parts),
                    ),
                    tuple(dict.fromkeys(reason for part in parts for reason in part.uncertain)),
                )
            self._lists[names] = known
        return known

    def resolve(self, name: str) -> Resolved:
        """One object or group by name."""
        known = self._known.get(name)
        if known is None:
            self._known[name] = self._unknown(f"group {name!r} contains itself")
            known = self._known[name] = self._resolve(name)
        return known

    def _resolve(self, name: str) -> Resolved:
        entry = self.scope.entry(self.table, name)
        if entry is not None:
            return self._object(name, entry)
        group = self.scope.entry(self.groups, name)
        if group is not None:
            return self._group(group)
        feed = self.scope.entry("system external-resource", name)
        if feed is not None:
            return self._asked("object", name, name, feed, f"external feed {name!r} is not in the backup")
        if name in RUNTIME_OBJECTS:
            return self._asked("dynamic", name, name, EMPTY, f"{name} is filled at run time")
        found = (_PREDEFINED6 if self.six else _PREDEFINED).get(name)
        if found is not None:
            return Resolved(Bounded.exactly(found))
        if not self.six and name in _PREDEFINED_GROUPS:
            return self.union(_PREDEFINED_GROUPS[name])
        if not self.six and name in _PREDEFINED_NAMES:
            value = _PREDEFINED_NAMES[name]
            return self._asked("fqdn", name, value, EMPTY, _UNKNOWN["fqdn"].format(name, value))
        return self._asked("object", name, name, EMPTY, f"address {name!r} is not defined in the file")

    def _unknown(self, reason: str) -> Resolved:
        return Resolved(Bounded(NO_ADDRESS, self.whole), (reason,))

    def _asked(self, kind: str, name: str, value: str, entry: Block, reason: str) -> Resolved:
        """What a person said of an object the file cannot resolve, or everything."""
        answer = self.scope.answer(kind, name, value, entry)
        return self._unknown(reason) if answer is None else Resolved(Bounded.exactly(answer & self.whole))

    def _group(self, group: Block) -> Resolved:
        members = group.words("member")
        for member in (*members, *group.words("exclude-member")):
            self.scope.refer(self.groups, group, self.table, member, defined=self.defines(member))
            if not self.defines(member) and any(self.scope.entry(kind, member) is not None for kind in _TRANSLATING):
                what = (
                    f"group {group.name!r} holds the virtual IP {member!r}, which no FortiOS version takes as a member"
                )
                self.scope.gap(self.groups, group, "member", what, hides_access=True)
        if not members:
            return self._unknown(f"group {group.name!r} has no member in the file")
        found = self.union(members)
        if group.get("type") == "dynamic-tag":
            reason = f"group {group.name!r} has those of its members only that carry a tag"
            found = Resolved(Bounded(NO_ADDRESS, found.addresses.possible), (*found.uncertain, reason))
        if group.get("exclude") != "enable" or not group.words("exclude-member"):
            return found
        excluded = self.union(group.words("exclude-member"))
        return Resolved(found.addresses - excluded.addresses, found.uncertain + excluded.uncertain)

    def _object(self, name: str, entry: Block) -> Resolved:
        kind = entry.get("type") or "ipmask"
        try:
            return self._object6(name, entry, kind) if self.six else self._object4(name, entry, kind)
        except ValueError as error:
            what = f"address {name!r} cannot be read: {error}"
            self.scope.gap(self.table, entry, "", what, hides_access=True)
            return self._unknown(what)

    def _object4(self, name: str, entry: Block, kind: str) -> Resolved:
        if kind in ("ipmask", "subnet"):
            if name in RUNTIME_OBJECTS and "subnet" not in entry.settings:
                return self._asked("dynamic", name, name, entry, f"{name} is filled at run time")
            return Resolved(Bounded.exactly(_subnet(_own(entry, "subnet"))))
        if kind == "iprange":
            pair = _own(entry, "start-ip")
            first = entry.get("start-ip") or (pair[0] if len(pair) == 2 else "0.0.0.0")
            last = entry.get("end-ip") or (pair[1] if len(pair) == 2 else "0.0.0.0")
            if address_number(last) == 0:
                raise ValueError("end-ip is missing or 0.0.0.0")
            return Resolved(Bounded.exactly(AddressSet.range(first, last)))
        if kind == "wildcard":
            return self._wildcard(entry)
        if kind == "interface-subnet":
            return self._interface_subnet(name, entry)
        return self._unresolvable(name, entry, kind)

    def _unresolvable(self, name: str, entry: Block, kind: str) -> Resolved:
        text = _UNKNOWN.get(kind)
        if text is None:
            self.scope.gap(self.table, entry, "type", f"address type {kind!r} is not known", hides_access=True)
            return self._unknown(f"address {name!r} has the unknown type {kind!r}")
        value = entry.get("fqdn") or entry.get("wildcard-fqdn") or entry.get("country") or name
        return self._asked(_ANSWERS.get(kind, "object"), name, value, entry, text.format(name, value))

    def _wildcard(self, entry: Block) -> Resolved:
        words = _own(entry, "wildcard") or (("::", "::") if self.six else ("0.0.0.0", "0.0.0.0"))
        address, slash, mask = words[0].partition("/")
        if len(words) != (1 if slash else 2):
            raise ValueError("a wildcard is an address and a mask")
        found, exact = agreeing(address_number(address), address_number(mask or words[1]))
        if exact:
            return Resolved(Bounded.exactly(found))
        return Resolved(Bounded(NO_ADDRESS, found), (f"wildcard {entry.name!r} stands for over 65,536 ranges",))

    def _interface_subnet(self, name: str, entry: Block) -> Resolved:
        network = self._networks.get(entry.get("interface") or "")
        if network:
            return Resolved(Bounded.exactly(network))
        words = entry.words("subnet")
        if len(words) == 2 and words[1] != "255.255.255.255":
            return Resolved(Bounded.exactly(_subnet(words)))
        reason = f"the subnet of interface object {name!r} is not in the backup"
        return self._asked("object", name, name, entry, reason)

    def _object6(self, name: str, entry: Block, kind: str) -> Resolved:
        if kind in ("ipprefix", "ipmask"):
            return Resolved(Bounded.exactly(AddressSet.network(entry.get("ip6") or "::/0")))
        if kind == "iprange":
            return Resolved(
                Bounded.exactly(AddressSet.range(entry.get("start-ip") or "::", entry.get("end-ip") or "::"))
            )
        if kind == "wildcard":
            return self._wildcard(entry)
        return self._unresolvable(name, entry, kind)


def _own(entry: Block, keyword: str) -> tuple[str, ...]:
    """The pair of values of an address; an entry whose type was switched afterwards keeps those of its old type.

    The device stores one pair (address and mask, or first and last) and masks the address when it is set.
    """
    if keyword in entry.settings or (keyword == "start-ip" and "end-ip" in entry.settings):
        return entry.words(keyword)
    for other in ("subnet", "wildcard"):
        words = entry.words(other)
        if len(words) == 2:
            first = address_number(words[0]) & address_number(words[1])
            return address_text(first), words[1]
    first_last = (entry.get("start-ip"), entry.get("end-ip"))
    return (first_last[0], first_last[1]) if first_last[0] and first_last[1] else ()


def _subnet(words: tuple[str, ...]) -> AddressSet:
    if not words:
        return ANY_IPV4
    if len(words) == 1:
        return AddressSet.network(words[0] if "/" in words[0] else f"{words[0]}/32")
    return AddressSet.network(f"{words[0]}/{words[1]}")


def network_of(words: tuple[str, ...]) -> tuple[AddressSet, AddressSet]:
    """(the address itself, its network) of `set ip A M` or `set ip A/len`; empty sets for 0.0.0.0.

    Raises:
        ValueError: not an address with a mask.
    """
    if not words or words[0] in ("", "0.0.0.0", "0.0.0.0/0", "::/0"):
        return NO_ADDRESS, NO_ADDRESS
    address = words[0].partition("/")[0]
    text = words[0] if len(words) == 1 else f"{words[0]}/{words[1]}"
    return AddressSet.network(address), AddressSet.network(text)
