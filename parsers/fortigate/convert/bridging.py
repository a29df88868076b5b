"""Transparent mode: the forwarding domains between which nothing passes, and VLANs that pass without a policy.

Source: the vendor's guide on transparent mode ("only interfaces from the same forwarding domains can have firewall
policies between each other"; every interface is in domain 0 unless `forward-domain` says otherwise) and its article
198171: with `vlanforward enable` packets of VLANs that have no interface of their own are bridged past the policies;
that is off by default since 5.0.10, 5.2.2 and 5.4.0, and was on before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from parsers.fortigate.convert.books import Books
from parsers.fortigate.convert.implicit import implicit_rule
from parsers.model.firewall import Interface
from parsers.model.rule import Action, Condition, Rule

_OFF_SINCE = (5, 4)
"""Releases before have it off from a patch level on that the header of a backup does not tell."""
_PORTS = frozenset("physical aggregate redundant switch hard-switch".split())
_UNSEEN = "only in VLANs that have no interface here (vlanforward)"
_DEFAULT = "the default of vlanforward depends on the exact release"


def bridged(books: Books) -> Iterator[Rule]:
    """What a VDOM in transparent mode decides before its policies; nothing in any other mode."""
    if not books.interfaces.transparent:
        return
    domains: dict[int, list[Interface]] = {}
    for interface in books.interfaces.interfaces:
        domains.setdefault(_domain(books, interface), []).append(interface)
    for domain, members in domains.items():
        yield from _unknown_vlans(books, domain, members)
    if len(domains) > 1:
        for domain, members in domains.items():
            others = frozenset(each.name for other, held in domains.items() if other != domain for each in held)
            here = frozenset(each.name for each in members)
            rule = implicit_rule(f"out of forwarding domain {domain}", members[0].origin, here, others, ())
            yield replace(rule, action=Action.DENY)


def _domain(books: Books, interface: Interface) -> int:
    block = books.interfaces.blocks.get(interface.name)
    return books.scope.number("system interface", block, "forward-domain", 0) if block is not None else 0


def _unknown_vlans(books: Books, domain: int, members: list[Interface]) -> Iterator[Rule]:
    """Tagged packets that no interface takes: they come in where vlanforward is on, and go on in the domain."""
    words = {each.name: _word(books, each) for each in members}
    everywhere = frozenset(words)
    for word, reasons in (("enable", (_UNSEEN,)), (None, (_UNSEEN, _DEFAULT))):
        here = frozenset(name for name, said in words.items() if said == word)
        if not here or len(everywhere) < 2 or (word is None and books.scope.before(*_OFF_SINCE) is False):
            continue
        name = f"VLANs without an interface in forwarding domain {domain}{'' if word else ', by default'}"
        conditions = tuple(Condition("vlan", text) for text in reasons)
        origin = next(each.origin for each in members if each.name in here)
        yield implicit_rule(name, origin, here, everywhere, conditions)


def _word(books: Books, interface: Interface) -> str | None:
    """What the file says of vlanforward; VLANs, tunnels and the like have none."""
    block = books.interfaces.blocks.get(interface.name)
    if block is None:
        return "disable"
    return block.get("vlanforward") or (None if block.get("type") in _PORTS else "disable")
