"""What people call an address or a port: a server's name, an object, a virtual IP; https, Remote Desktop."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from auditor.commands.case import Case

if TYPE_CHECKING:
    from parsers.model.addresses import AddressSet
    from parsers.model.services import ServiceSet

Names = Mapping[str, frozenset["AddressSet"]]
"""The single addresses that a name stands for, by the name in lower case."""


def known_names(case: Case) -> Names:
    """The names of a case that stand for single addresses: hosts, virtual IPs, address objects."""
    found: dict[str, set[AddressSet]] = {}
    for name, address in _named(case):
        if address.count == 1:
            found.setdefault(name.casefold(), set()).add(address)
    return {name: frozenset(addresses) for name, addresses in found.items()}


def _named(case: Case) -> Iterator[tuple[str, AddressSet]]:
    for binding in (each for bound in case.site.bindings.values() for each in bound if each.device):
        yield binding.device, binding.address
    for firewall in case.firewalls:
        if firewall.host is not None:
            yield firewall.name, firewall.host.addresses
        for translation in firewall.translations:
            for mapping in translation.mappings:
                yield translation.name, mapping.original_destination
        for item in firewall.objects:
            if item.addresses is not None:
                yield item.name, item.addresses


def address_of(word: str, names: Names) -> str:
    """The address a word stands for, as text; an address stays as it is, and so does what is no name of the case.

    Objects are called by addresses that they do not hold: who writes an address means it.

    Raises:
        ValueError: the name stands for several addresses.
    """
    found = frozenset() if _is_address(word) else names.get(word.casefold(), frozenset())
    if len(found) > 1:
        shown = ", ".join(sorted(each.text() for each in found))
        raise ValueError(f"{word!r} is the name of several addresses ({shown}): write the one you mean")
    return next(iter(found)).text() if found else word


def _is_address(word: str) -> bool:
    from parsers.model.addresses import AddressSet

    try:
        AddressSet.network(word)
    except ValueError:
        return False
    return True


def near_name(word: str, names: Names) -> str:
    """ ", did you mean 'ex-cas01'?" for a word that is nearly a name, else ""."""
    near = difflib.get_close_matches(word.casefold(), sorted(names), 1)
    return f", did you mean {near[0]!r}?" if near else ""


def service_called(word: str) -> ServiceSet:
    """A service as people write it: tcp/443, or a name such as https.

    Raises:
        ValueError: it is neither, or a name of several; the message says what to write.
    """
    from auditor.baseline.services import load_services
    from parsers.model.services import ServiceSet

    if word.isascii() and word.isdigit():
        raise ValueError(f"{word} alone names no protocol: write tcp/{word} or udp/{word}")
    named = [each.service for each in load_services() if each.name.casefold() == word.casefold()]
    if len(named) == 1:
        return named[0]
    if named:
        raise ValueError(f"{word} is {' and '.join(each.text() for each in named)}: write the one you mean")
    return ServiceSet.parse(word)
