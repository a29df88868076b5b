"""Where a port leads that clients outside use, when it does not lead to the server that a baseline names."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.analysis.analysis import Analysis
from auditor.baseline import BoundFlow
from parsers.model.addresses import AddressSet
from parsers.model.firewall import Mapping, Translation
from parsers.model.services import NO_SERVICE

_MOST = 3
_FEW = 16
"""More addresses are no single server: a translation of whole networks."""


def published_elsewhere(analysis: Analysis, bound: BoundFlow) -> tuple[str, ...]:
    """Clauses about translations that take the public ports of a flow to another port, or to a server of no known role.

    A load balancer or reverse proxy that the site does not name looks like this, and so does a typing error.
    """
    ends = (end for each in analysis.rulesets for found in each.ends.values() for end in found)
    known = AddressSet.union(end.addresses for end in ends if end.kind == "role" and not end.interfaces)
    clauses = (
        _clause(translation, mapping, bound, known)
        for translation, mapping in _published(analysis)
        if mapping.mapped_destination.possible.count <= _FEW
    )
    return tuple(dict.fromkeys(filter(None, clauses)))[:_MOST]


def _published(analysis: Analysis) -> Iterator[tuple[Translation, Mapping]]:
    for device in analysis.devices.values():
        for translation in device.firewall.translations if device.internet else ():
            for mapping in translation.mappings if translation.active else ():
                yield translation, mapping


def _clause(translation: Translation, mapping: Mapping, bound: BoundFlow, known: AddressSet) -> str:
    wanted = bound.service or NO_SERVICE
    asked, target = mapping.original_service & wanted, mapping.mapped_destination.possible
    own, moved = target.overlaps(bound.destination.addresses), not mapping.mapped_service.overlaps(wanted)
    if not asked or (not moved if own else target.overlaps(known)):
        return ""
    public = mapping.original_destination
    sends = f"{asked.text()} of {public.text(2)}" if public.count <= _FEW else asked.text()
    to = f"{mapping.mapped_service.text(3)} of {target.text(2)}" if moved else target.text(2)
    role = "" if own else ", which has no role here (a load balancer or proxy in front has to be bound)"
    return f"{translation.name} sends {sends} to {to}{role}"
