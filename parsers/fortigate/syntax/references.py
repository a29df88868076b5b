"""Which settings name entries of which tables: what follows a rename, and what keeps an entry from being deleted.

Source: the reference, sections 4 to 6; names of one kind never stand for another (an address and an interface may
both be called "lan").
"""

from __future__ import annotations

from collections.abc import Iterator

from parsers.fortigate.syntax.tree import Block

_POLICIES = (
    "firewall policy", "firewall policy46", "firewall consolidated policy", "firewall security-policy",
    "firewall local-in-policy", "firewall proxy-policy", "firewall explicit-proxy-policy", "firewall shaping-policy",
    "firewall DoS-policy", "firewall interface-policy", "firewall sniffer", "firewall acl", "firewall central-snat-map",
    "firewall multicast-policy", "firewall policy6", "firewall policy64", "firewall local-in-policy6",
    "firewall DoS-policy6", "firewall interface-policy6", "firewall acl6",
)  # fmt: skip
_FOUR = "srcaddr dstaddr srcaddr4 dstaddr4 orig-addr dst-addr internal-addr external-addr"
_SIX = "srcaddr6 dstaddr6 orig-addr6 dst-addr6"
_ELSEWHERE = (
    ("firewall vip", "extaddr mapped-addr address"), ("vpn ssl settings", "tunnel-ip-pools source-address"),
    ("vpn ssl web portal", "ip-pools split-tunneling-routing-address"), ("router static", "dstaddr"),
    ("vpn ipsec phase2-interface", "src-name dst-name"), ("vpn ipsec phase2", "src-name dst-name"),
    ("vpn ipsec phase1-interface", "ipv4-split-include ipv4-split-exclude ipv4-name"),
    ("router policy", "srcaddr dstaddr"), ("system sdwan", "src dst"), ("system virtual-wan-link", "src dst"),
)  # fmt: skip


def _names_six(path: str) -> bool:
    """Do srcaddr and dstaddr of a policy table name IPv6 objects? In policy46 they do not."""
    return path.endswith(("6", "64")) and not path.endswith("46")


def _addresses(group: str) -> tuple[tuple[str, str], ...]:
    """Where names of IPv4 addresses and virtual addresses stand."""
    policies = tuple((path, _FOUR) for path in _POLICIES if not _names_six(path))
    return (*policies, (group, "member exclude-member"), *_ELSEWHERE)


def _addresses6(group: str) -> tuple[tuple[str, str], ...]:
    """Where names of IPv6 addresses and virtual addresses stand."""
    old = tuple((path, "srcaddr dstaddr") for path in _POLICIES if _names_six(path))
    return (*old, *((path, _SIX) for path in _POLICIES), (group, "member exclude-member"))


_SERVICES = (
    *((path, "service") for path in _POLICIES), ("firewall service group", "member"), ("firewall vip", "service"),
)  # fmt: skip
_SCHEDULES = (*((path, "schedule") for path in _POLICIES), ("firewall schedule group", "member"))
_INTERFACES = (
    *((path, "srcintf dstintf intf interface") for path in _POLICIES), ("firewall vip", "extintf srcintf-filter"),
    ("firewall vip46", "extintf"), ("firewall vip64", "extintf"), ("firewall vipgrp", "interface"),
    ("firewall address", "associated-interface interface"), ("firewall addrgrp", "associated-interface"),
    ("firewall ippool", "associated-interface"), ("system zone", "interface"), ("system interface", "interface member"),
    ("router static", "device"), ("router static6", "device"), ("router policy", "input-device output-device"),
    ("system sdwan", "interface"), ("system virtual-wan-link", "interface"),
    ("vpn ssl settings", "source-interface"),
    ("vpn ipsec phase1-interface", "interface"), ("vpn ipsec phase1", "interface"),
    ("system switch-interface", "member"), ("system virtual-wire-pair", "member"),
    ("system dhcp server", "interface"), ("system dns-server", "name"),
)  # fmt: skip
_GROUPS = (
    *((path, "groups") for path in _POLICIES), ("firewall policy", "fsso-groups"), ("user group", "member"),
    ("vpn ssl settings", "groups"), ("vpn ipsec phase1-interface", "authusrgrp usrgrp"),
    ("system admin", "remote-group"), ("system interface", "security-groups"),
)  # fmt: skip

REFERENCES: dict[str, tuple[tuple[str, str], ...]] = {
    "firewall address": _addresses("firewall addrgrp"),
    "firewall addrgrp": _addresses("firewall addrgrp"),
    "firewall vip": _addresses("firewall vipgrp"),
    "firewall vipgrp": _addresses("firewall vipgrp"),
    "firewall vip46": _addresses("firewall vipgrp46"),
    "firewall vipgrp46": _addresses("firewall vipgrp46"),
    "firewall address6": _addresses6("firewall addrgrp6"),
    "firewall addrgrp6": _addresses6("firewall addrgrp6"),
    "firewall vip6": _addresses6("firewall vipgrp6"),
    "firewall vipgrp6": _addresses6("firewall vipgrp6"),
    "firewall vip64": _addresses6("firewall vipgrp64"),
    "firewall vipgrp64": _addresses6("firewall vipgrp64"),
    "firewall ippool": tuple((path, "poolname pcp-poolname nat-ippool") for path in _POLICIES),
    "firewall ippool6": tuple((path, "poolname6") for path in _POLICIES),
    "firewall service custom": _SERVICES,
    "firewall service group": _SERVICES,
    "firewall service category": (("firewall service custom", "category"),),
    "firewall schedule recurring": _SCHEDULES,
    "firewall schedule onetime": _SCHEDULES,
    "firewall schedule group": _SCHEDULES,
    "firewall internet-service-custom": (
        *((path, "internet-service-custom internet-service-src-custom") for path in _POLICIES),
        ("firewall internet-service-custom-group", "member"),
    ),
    "firewall internet-service-custom-group": tuple(
        (path, "internet-service-custom-group internet-service-src-custom-group") for path in _POLICIES
    ),
    "system interface": _INTERFACES,
    "system zone": _INTERFACES,
    "system switch-interface": _INTERFACES,
    "vpn ipsec phase1-interface": (*_INTERFACES, ("vpn ipsec phase2-interface", "phase1name")),
    "vpn ipsec phase1": (("firewall policy", "vpntunnel"), ("vpn ipsec phase2", "phase1name")),
    "user group": _GROUPS,
    "user local": (*((path, "users") for path in _POLICIES), ("user group", "member"), ("vpn ssl settings", "users")),
}
"""For each table whose entries are named elsewhere: (path of a table, keywords in it and in its nested tables)."""


NAMING = frozenset(word for places in REFERENCES.values() for _, keywords in places for word in keywords.split())
"""Settings that hold names of entries; such names never run over a line end."""


def follow(scope: Block, kind: str, old: str, new: str) -> None:
    """Put the new name of an entry of table `kind` wherever the VDOM names the old one."""
    for table, keywords in _tables(scope, kind):
        for block, keyword in _naming(table, keywords, old):
            block.settings[keyword] = tuple(new if word == old else word for word in block.settings[keyword])


def used_by(scope: Block, kind: str, name: str) -> str:
    """The first entry that names an entry of table `kind` ("firewall policy 3"), "" when none does."""
    for table, keywords in _tables(scope, kind):
        for key, entry in table.entries.items():
            if any(True for _ in _naming(entry, keywords, name)):
                return f"{table.name} {key}"
        if any(name in table.settings.get(keyword, ()) for keyword in keywords):
            return table.name
    return ""


def _tables(scope: Block, kind: str) -> Iterator[tuple[Block, list[str]]]:
    for path, keywords in REFERENCES.get(kind, ()):
        table = scope.tables.get(path)
        if table is not None:
            yield table, keywords.split()


def _naming(block: Block, keywords: list[str], name: str) -> Iterator[tuple[Block, str]]:
    for keyword in keywords:
        if name in block.settings.get(keyword, ()):
            yield block, keyword
    for child in (*block.tables.values(), *block.entries.values()):
        yield from _naming(child, keywords, name)
