"""Which objects of an export nothing uses, and which names it uses but does not define."""

from __future__ import annotations

from parsers.model.firewall import Firewall, NamedObject, Reference


def unused_objects(firewall: Firewall) -> tuple[NamedObject, ...]:
    """Objects that no chain of references leads to from a rule; factory objects and zones are none.

    A translation that works without a reference (central NAT) is in use.
    """
    objects = {item.name: item for item in firewall.objects}
    targets: dict[tuple[str, str], list[str]] = {}
    start: list[str] = []
    kinds = {item.kind for item in firewall.objects}
    for reference in firewall.references:
        if reference.from_kind in kinds and reference.from_name in objects:
            targets.setdefault((reference.from_kind, reference.from_name), []).append(reference.to_name)
        else:
            start.append(reference.to_name)
    used: set[str] = set()
    while start:
        name = start.pop()
        if name in used:
            continue
        used.add(name)
        for kind in kinds:
            start += targets.get((kind, name), ())
    live = {each.origin for each in firewall.translations if each.active}
    left = (item for item in firewall.objects if item.name not in used and not item.factory)
    return tuple(item for item in left if "zone" not in item.kind and item.origin not in live)


def undefined_references(firewall: Firewall) -> tuple[Reference, ...]:
    """References to names that the export does not hold."""
    return tuple(each for each in firewall.references if not each.defined and each.to_name)
