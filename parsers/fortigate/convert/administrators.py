"""Administrators and the sources the device's logins answer.

Source: the reference, section 9 (3): the login page answers every source that matches at least one administrator's
trusted hosts; one administrator without trusted hosts opens it to everybody. The vendor's articles on administrators of
VDOMs (FD50239, and the cookbook of 6.2): they log in only through interfaces of their VDOM, a super_admin through any.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from parsers.fortigate.objects.scope import Scope
from parsers.fortigate.syntax.tree import Block
from parsers.model.addresses import ANY_ADDRESS, ANY_IPV4, ANY_IPV6, NO_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.firewall import Administrator

_FURTHER = "which further sources may log in is not certain (API users, the other IP version)"
_OF_OTHERS = "whether the trusted hosts of administrators of other VDOMs count here is not documented"
_EVERYWHERE = frozenset({"super_admin", "super_admin_readonly"})
_NOBODY_NAMED = "the export holds no administrators, whose trusted hosts decide who may log in"


@dataclass(frozen=True, slots=True)
class Accounts:
    """The administrators of a device as one VDOM sees them: who may log in through its interfaces, and all others."""

    own: tuple[Administrator, ...] = ()
    others: tuple[Administrator, ...] = ()


def accounts(scope: Scope) -> Accounts:
    """Every account, by whether it may log in through interfaces of the VDOM."""
    own: list[Administrator] = []
    others: list[Administrator] = []
    for block, administrator in _administrators(scope):
        (own if _is_here(scope, block) else others).append(administrator)
    return Accounts(tuple(own), tuple(others))


def _is_here(scope: Scope, block: Block) -> bool:
    """Does an account manage every VDOM, or this one?"""
    profile = block.get("accprofile") or ""
    listed = scope.entry("system accprofile", profile)
    whole = profile in _EVERYWHERE or (listed is not None and listed.get("scope") == "global")
    names = block.words("vdom")
    return whole or not scope.tree.vdoms or not any(names) or scope.vdom in names


def _administrators(scope: Scope) -> Iterator[tuple[Block, Administrator]]:
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
        yield block, Administrator(name, scope.origin("system admin", block), trusted, restricted)


def trusted_sources(scope: Scope, people: Accounts) -> tuple[Bounded[AddressSet], str]:
    """Sources the logins answer: those at least one administrator (perhaps: one API user) may come from.

    Returns:
        The sources, and why they are not certain ("" when they are).
    """
    if not people.own and not people.others:
        # Every device has administrators: here is a part of its configuration.
        return Bounded(NO_ADDRESS, ANY_ADDRESS), _NOBODY_NAMED
    if any(not each.restricted for each in people.own):
        return Bounded.exactly(ANY_ADDRESS), ""
    certain = AddressSet.union(each.trusted for each in people.own)
    possible = AddressSet.union(_perhaps(each) for each in (*people.own, *people.others))
    for _, block in scope.entries("system api-user"):
        possible |= _api_sources(block)
    return Bounded(certain, possible), _OF_OTHERS if people.others else _FURTHER


def _perhaps(each: Administrator) -> AddressSet:
    """Trusted hosts; whether those of one IP version close the other one is not documented."""
    unnamed = (family for family, named in ((ANY_IPV4, each.trusted.ipv4), (ANY_IPV6, each.trusted.ipv6)) if not named)
    return each.trusted | AddressSet.union(unnamed)


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
