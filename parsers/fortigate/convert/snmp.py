"""Whom the SNMP agent of the device answers.

Source: the CLI references of FortiOS 6.0 to 7.6, `config system snmp community` (hosts, hosts6, query-v1-status,
query-v2c-status: enable unless set) and `config system snmp user` (queries: enable unless set).
"""

from __future__ import annotations

from parsers.fortigate.convert.administrators import network_or_none
from parsers.fortigate.objects.scope import Scope
from parsers.fortigate.syntax.tree import Block
from parsers.model.addresses import ANY_ADDRESS, ANY_IPV4, ANY_IPV6, NO_ADDRESS, AddressSet
from parsers.model.bounds import Bounded

_NOBODY = "the export holds no SNMP community and no SNMP user"


def snmp_sources(scope: Scope) -> tuple[Bounded[AddressSet], str]:
    """The hosts of the communities that may ask, and everybody where a user of version 3 may.

    Returns:
        The sources, and why they are not certain ("" when they are).
    """
    communities = [block for _, block in scope.entries("system snmp community")]
    users = [block for _, block in scope.entries("system snmp user")]
    if not communities and not users:
        return Bounded(NO_ADDRESS, ANY_ADDRESS), _NOBODY
    if any(block.get("status") != "disable" and block.get("queries") != "disable" for block in users):
        return Bounded.exactly(ANY_ADDRESS), ""
    return Bounded.exactly(AddressSet.union(_askers(block) for block in communities if _asked(block))), ""


def _asked(community: Block) -> bool:
    queries = (community.get("query-v1-status"), community.get("query-v2c-status"))
    return community.get("status") != "disable" and queries != ("disable", "disable")


def _askers(community: Block) -> AddressSet:
    """The hosts that may ask; everybody where none is named, as a community without hosts is open."""
    four, six = _hosts(community, "hosts", "ip"), _hosts(community, "hosts6", "ipv6")
    if four is None and six is None:
        return ANY_ADDRESS
    return (four or NO_ADDRESS) | (six or NO_ADDRESS)


def _hosts(community: Block, name: str, keyword: str) -> AddressSet | None:
    """The hosts of one IP version, None where no entry is for questions."""
    table = community.table(name)
    entries = [] if table is None else [e for e in table.entries.values() if e.get("host-type") != "trap"]
    if not entries:
        return None
    whole = ANY_IPV4 if keyword == "ip" else ANY_IPV6
    return AddressSet.union(
        network_or_none(words) if (words := each.words(keyword)) and any(words) else whole for each in entries
    )
