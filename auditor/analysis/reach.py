"""What gets through to a server in the end: the network devices of the path and the server's own firewall together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from auditor.analysis.devices import Device
from auditor.analysis.layers import Layer, host_passing
from auditor.analysis.paths import Paths
from auditor.baseline import BoundEnd
from parsers.model.addresses import AddressSet
from parsers.model.services import NO_SERVICE, ServiceSet


def host_answer(
    devices: Mapping[str, Device], end: BoundEnd, source: AddressSet, services: ServiceSet
) -> tuple[ServiceSet, Layer | None]:
    """The services that a server's own firewall possibly lets in, and its layer; all without an export of it."""
    device = devices.get(end.host)
    layer = host_passing(device, source, end.addresses, services) if device is not None else None
    return (services, None) if layer is None else (services & layer.services, layer)


def reaching(
    devices: Mapping[str, Device], paths: Paths, source: BoundEnd, destination: BoundEnd, services: ServiceSet
) -> ServiceSet:
    """The services that possibly pass every firewall between two ends, the destination's own included."""
    passed, _, _ = paths.passing(source, destination, services)
    return host_answer(devices, destination, source.addresses, passed)[0] if passed else NO_SERVICE


def let_in(
    devices: Mapping[str, Device],
    ends: Iterable[BoundEnd],
    source: AddressSet,
    destination: AddressSet,
    services: ServiceSet,
) -> tuple[ServiceSet, tuple[str, ...]]:
    """What the servers' own firewalls among some destinations possibly let in, and the hosts that were asked.

    Everything, as soon as one address belongs to no server whose own firewall is known.
    """
    found, left = NO_SERVICE, destination
    hosts: dict[str, None] = {}
    for end in ends:
        shared = end.addresses & left
        if shared and end.host in devices:
            found = found | host_answer(devices, end, source, services)[0]
            left = left - end.addresses
            hosts[end.host] = None
    return (services, ()) if left else (found, tuple(hosts))
