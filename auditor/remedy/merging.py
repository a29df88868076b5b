"""Many permits as few: two are joined where they differ in one dimension only, so that nothing is widened."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from auditor.remedy.planned import HostPermit, Permit
from parsers.model.addresses import NO_ADDRESS, AddressSet
from parsers.model.services import NO_SERVICE, ServiceSet

AnyPermit = TypeVar("AnyPermit", Permit, HostPermit)


def merged(permits: Iterable[AnyPermit]) -> tuple[AnyPermit, ...]:
    """The same packets in fewer permits, in the order of the first ones.

    Two products of sets are one product exactly when all their sides but one are equal.
    """
    found = tuple(permits)
    while True:
        fewer = _joined(found, _without_service, _with_services)
        fewer = _joined(fewer, _without_source, _with_sources)
        fewer = _joined(fewer, _without_destination, _with_destinations)
        if len(fewer) == len(found):
            return fewer
        found = fewer


def _joined(
    permits: tuple[AnyPermit, ...],
    rest: Callable[[AnyPermit], AnyPermit],
    join: Callable[[list[AnyPermit]], AnyPermit],
) -> tuple[AnyPermit, ...]:
    """Permits whose rest is equal, as one with the causes of all."""
    groups: dict[AnyPermit, list[AnyPermit]] = {}
    for each in permits:
        groups.setdefault(rest(each), []).append(each)
    return tuple(
        replace(join(group), causes=tuple(dict.fromkeys(cause for each in group for cause in each.causes)))
        for group in groups.values()
    )


def _without_service(each: AnyPermit) -> AnyPermit:
    return replace(each, service=NO_SERVICE, causes=())


def _with_services(group: list[AnyPermit]) -> AnyPermit:
    return replace(group[0], service=ServiceSet.union(each.service for each in group))


def _without_source(each: AnyPermit) -> AnyPermit:
    return replace(each, source=NO_ADDRESS, causes=())


def _with_sources(group: list[AnyPermit]) -> AnyPermit:
    return replace(group[0], source=AddressSet.union(each.source for each in group))


def _without_destination(each: AnyPermit) -> AnyPermit:
    return replace(each, destination=NO_ADDRESS, causes=())


def _with_destinations(group: list[AnyPermit]) -> AnyPermit:
    return replace(group[0], destination=AddressSet.union(each.destination for each in group))
