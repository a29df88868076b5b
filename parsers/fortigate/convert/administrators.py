"""Administrators and the sources the device's logins answer.

Source: the reference, section 9 (3): the login page answers every source that matches at least one administrator's
trusted hosts; one administrator without trusted hosts opens it to everybody.
"""

from __future__ import annotations

from collections.abc import Iterator

from parsers.fortigate.objects.scope import Scope
from parsers.fortigate.syntax.tree import Block
from parsers.model.addresses import ANY_ADDRESS, ANY_IPV4, ANY_IPV6, NO_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.firewall import Administrator

_FURTHER = "which further sources may log in is not certain (API users, the other IP version)"
_NOBODY_NAMED = "the export holds no administrators, whose trusted hosts decide who may log in"


def administrators(scope: Scope) -> Iterator[Administrator]:
    """Every account with the sources it may log in from."""
    for name, block in scope.entries("system admin"):
        trusted = NO_ADDRESS
        restricted = False
        for keyword, words in block.settings.items():
            if not keyword.startswith(("trusthost", "ip6-trusthost")):
                continue
            try:
                network = AddressSet.network("/".join(" ".join(words).split()))
            except ValueError:
                what = f"{keyword} of administrator {name} cannot be read"
                scope.gap("system admin", block, keyword, what, hides_access=True)
                continue
            blank = network in (ANY_IPV4, ANY_IPV6)
            # Only the first slot can mean "any"; a blank later one is ignored by the device.
            if not blank or keyword in ("trusthost1", "ip6-trusthost1"):
                trusted |= network
                restricted |= not blank
        if not restricted or trusted >= ANY_IPV4:
            trusted, restricted = ANY_ADDRESS, False
        yield Administrator(name, scope.origin("system admin", block), trusted, restricted)


def trusted_sources(scope: Scope, accounts: tuple[Administrator, ...]) -> tuple[Bounded[AddressSet], str]:
    """Sources the logins answer: those at least one administrator (perhaps: one API user) may come from.

    Returns:
        The sources, and why they are not certain ("" when they are).
    """
    if not accounts:
        # Every device has administrators: here is a part of its configuration.
        return Bounded(NO_ADDRESS, ANY_ADDRESS), _NOBODY_NAMED
    if any(not each.restricted for each in accounts):
        return Bounded.exactly(ANY_ADDRESS), ""
    certain = AddressSet.union(each.trusted for each in accounts)
    possible = certain
    for each in accounts:
        # Whether trusted hosts of one IP version close the other one is not documented.
        possible |= NO_ADDRESS if each.trusted.ipv6 else ANY_IPV6
        possible |= NO_ADDRESS if each.trusted.ipv4 else ANY_IPV4
    for _, block in scope.entries("system api-user"):
        possible |= _api_sources(block)
    return Bounded(certain, possible), _FURTHER


def _api_sources(block: Block) -> AddressSet:
    table = block.table("trusthost")
    found = NO_ADDRESS
    for entry in table.entries.values() if table is not None else ():
        for keyword in ("ipv4-trusthost", "ipv6-trusthost"):
            words = entry.words(keyword)
            if words:
                found |= network_or_none(words)
    return found or ANY_ADDRESS


def network_or_none(words: tuple[str, ...]) -> AddressSet:
    """`A M` or `A/len`; nothing where it cannot be read or is blank."""
    try:
        return AddressSet.network("/".join(" ".join(words).split()))
    except ValueError:
        return NO_ADDRESS
