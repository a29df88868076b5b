"""What one layer (a network device or a host's own firewall) does with the packets of a flow."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from auditor.analysis.devices import Device
from auditor.packets import Decision, Filter, Flow, PacketSet, Space
from auditor.packets.box import Box, minus
from parsers.model.addresses import ANY_ADDRESS, IPV6_BASE, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.intervals import IntervalSet
from parsers.model.rule import Action, Condition, Rule, Truth
from parsers.model.services import NO_SERVICE, ServiceSet


@dataclass(frozen=True, slots=True)
class Asked:
    """A flow as it meets one network device: `ingress` and `egress` are None where the export leaves them open."""

    device: Device
    source: AddressSet
    destination: AddressSet
    ingress: frozenset[str] | None
    egress: frozenset[str] | None
    from_internet: bool
    """Does it come straight from an untrusted zone? Then untranslated packets to private addresses cannot arrive."""


@dataclass(frozen=True, slots=True)
class Layer:
    """The answer of one layer for a service: covered for certain, possibly; what is missing; who decides."""

    device: Device
    certain: bool
    possible: bool
    passing: Bounded[PacketSet] = field(compare=False)
    """What certainly and what possibly passes: perhaps only a part of the service."""
    missing: str
    accepts: tuple[Decision, ...]
    denies: tuple[Decision, ...]
    reasons: tuple[str, ...] = ()
    published: bool = True
    outbound: bool = False
    """Is it the sender's own firewall?"""
    service: ServiceSet = NO_SERVICE
    """What it was asked for."""

    @property
    def touched(self) -> bool:
        """Does at least a part possibly pass?"""
        return bool(self.passing.possible)

    @property
    def packets(self) -> PacketSet:
        """What certainly passes, or else what possibly does."""
        return self.passing.certain or self.passing.possible

    @property
    def services(self) -> ServiceSet:
        """The services that possibly pass."""
        return self.passing.possible.services()


def candidates(asked: Asked, service: ServiceSet) -> tuple[PacketSet, PacketSet]:
    """(packets that can arrive, packets only a neighbour on the WAN segment can send) of a flow and service."""
    filter_ = asked.device.through
    flow = Flow(asked.source, asked.destination, service, asked.ingress, asked.egress)
    if not asked.from_internet:
        whole = filter_.packets(flow)
        return whole, PacketSet(filter_.space, ())
    translated = filter_.packets(Flow(asked.source, asked.destination, service, asked.ingress, asked.egress, True))
    routed = asked.device.deliverable(asked.destination)
    direct = filter_.packets(Flow(asked.source, routed, service, asked.ingress, asked.egress, False))
    near = filter_.packets(Flow(asked.source, asked.destination - routed, service, asked.ingress, asked.egress, False))
    return translated | direct, near


def network_layer(asked: Asked, service: ServiceSet) -> Layer:
    """Does every packet of the service get through a network device by some way it offers?

    The way (by which of several Internet interfaces packets come, which translation) is free: one that covers all
    suffices. The way out that policy routes or routes of one cost choose is not: what passes for certain must pass by
    each of them.
    """
    routing = asked.device.routing
    ways = routing.alternatives(asked.ingress, asked.source, asked.destination, service)
    why = "policy routes decide where the packets leave"
    if ways is None:
        ways = routing.balanced(asked.destination, asked.egress)
        why = "routes of one cost share the packets among several interfaces"
    if not ways:
        return _by_one_way(asked, service)
    layers = tuple(_by_one_way(replace(asked, egress=egress), service) for egress in ways)
    return either(layers, f"{asked.device.name}: {why}")


def either(layers: tuple[Layer, ...], why: str) -> Layer:
    """One of several answers of a device holds, and nobody knows which: certain is what all of them say.

    Args:
        layers: the answers, at least one.
        why: what decides, for people.
    """
    if len({(each.certain, each.possible, each.touched) for each in layers}) == 1:
        return layers[0]
    best = max(layers, key=lambda each: (each.possible, each.touched))
    possible = functools.reduce(PacketSet.__or__, (each.passing.possible for each in layers))
    return replace(
        best,
        certain=False,
        passing=Bounded(PacketSet(possible.space, ()), possible),
        accepts=_together(each.accepts for each in layers),
        denies=_together(each.denies for each in layers),
        reasons=(*dict.fromkeys(reason for each in layers for reason in each.reasons), why),
        missing=best.missing or next((each.missing for each in layers if each.missing), ""),
    )


def _together(decisions: Iterable[tuple[Decision, ...]]) -> tuple[Decision, ...]:
    return tuple({id(each.rule): each for some in decisions for each in some}.values())


def _by_one_way(asked: Asked, service: ServiceSet) -> Layer:
    filter_ = asked.device.through
    packets, _ = candidates(asked, service)
    allowed = filter_.allowed(packets)
    wanted = _wanted(filter_, asked.source, asked.destination, service)
    others = _of_other_family(filter_.space, asked, service)
    gaps = (_least(wanted, others, allowed.certain), _least(wanted, others, allowed.possible))
    decisions = filter_.deciding(packets) if packets else ()
    published = any(_covering(each, packets) for each in (wanted, others))
    return _layer(asked.device, (asked.source, asked.destination), allowed, gaps, decisions, published, service)


def _of_other_family(space: Space, asked: Asked, service: ServiceSet) -> list[Box]:
    """The packets of IPv4 clients on the Internet that a translation leads to a server of IPv6 (NAT46).

    Everybody there has IPv4; elsewhere, and with IPv6 clients (NAT64), those of the server's own family count.
    """
    if not space.crossing or not asked.from_internet:
        return []
    boxes = space.boxes(1, 1, space.crossing, asked.source, asked.destination, space.atoms.mask(service))
    return [box._replace(translation=1) for box in boxes if _is_new(box.destination) and not _is_new(box.source)]


def _is_new(addresses: IntervalSet) -> bool:
    return addresses.first >= IPV6_BASE


def _least(wanted: list[Box], others: list[Box], packets: PacketSet) -> list[Box]:
    """What is missing of a flow, where clients of the other family suffice.

    A server of IPv4 has no clients of IPv6 either, and nothing is missing for them.
    """
    rest = _uncovered(wanted, packets)
    for other in others if rest else ():
        new = _is_new(other.destination)
        own = [box for box in rest if _is_new(box.destination) is new]
        left = _uncovered([other], packets)
        untouched = own == [box for box in wanted if _is_new(box.destination) is new]
        if own and (not left or (untouched and left != [other])):
            rest = [*(box for box in rest if _is_new(box.destination) is not new), *left]
    return rest


def host_layer(
    device: Device,
    source: AddressSet,
    destination: AddressSet,
    service: ServiceSet,
    *,
    inward: bool = True,
    besides: ServiceSet = NO_SERVICE,
) -> Layer | None:
    """Does every packet of the service pass a host's own firewall, in every profile that may be active?

    `besides` are ports of the service that the host need not let through (of a range, those that others hold).
    """
    filter_ = device.inbound if inward else device.outbound
    if filter_ is None:
        return None
    packets = PacketSet(filter_.space, ())
    certain = possible = True
    gaps: list[tuple[list[Box], list[Box]]] = []
    asked, service = service, service - besides
    wanted = _wanted(filter_, source, destination, service)
    for profile in device.profiles_at(destination if inward else source):
        names = frozenset({profile})
        flow = Flow(source, destination, service, names if inward else None, None if inward else names)
        part = filter_.packets(flow)
        allowed = filter_.allowed(part)
        gap = (_uncovered(wanted, allowed.certain), _uncovered(wanted, allowed.possible))
        gaps.append(gap)
        certain = certain and not gap[0]
        packets = packets | part
    possible = any(not gap[1] for gap in gaps)
    whole = filter_.allowed(packets)
    worst = max(gaps, key=lambda gap: len(gap[1]))
    # Where profiles differ, the flow is open in some and closed in others: possible, not missing.
    shown = (gaps[0][0] if not certain else [], [] if possible else worst[1])
    if not certain and not shown[0]:
        shown = (worst[0] or worst[1], shown[1])
    layer = _layer(device, (source, destination), whole, shown, filter_.deciding(packets), outbound=not inward)
    if besides and not layer.touched:  # all of it is closed: said in the words of the flow
        return replace(layer, missing=_missing_words(asked, source, destination, (source, destination)))
    return layer


def host_passing(device: Device, source: AddressSet, destination: AddressSet, service: ServiceSet) -> Layer | None:
    """Like `host_layer` inwards, for a service found elsewhere: the answer may hold more than was asked for.

    Services a network device lets through may cut through what the host's rules tell apart; asked for as they are,
    the rest of a cut would count as stopped.
    """
    if device.inbound is None:
        return None
    return host_layer(device, source, destination, device.inbound.space.atoms.covering(service))


_Ends = tuple[AddressSet, AddressSet]
"""All senders of a flow and all its servers."""
_NAMED = 6
"""More ranges are easier to name by what they leave out."""


def _layer(
    device: Device,
    ends: _Ends,
    allowed: Bounded[PacketSet],
    gaps: tuple[list[Box], list[Box]],
    decisions: tuple[Decision, ...],
    published: bool = True,
    service: ServiceSet = NO_SERVICE,
    *,
    outbound: bool = False,
) -> Layer:
    accepts = tuple(each for each in decisions if each.rule.action is not Action.DENY)
    denies = tuple(each for each in decisions if each.rule.action is Action.DENY)
    certain_gap, possible_gap = gaps
    reasons = tuple(reasons_of((each.rule for each in decisions), device)) if certain_gap and not possible_gap else ()
    return Layer(
        device=device,
        certain=not certain_gap,
        possible=not possible_gap,
        passing=allowed,
        missing=_missing_text(allowed.possible.space, possible_gap or certain_gap, ends),
        accepts=accepts,
        denies=denies,
        reasons=reasons,
        published=published,
        outbound=outbound,
        service=service,
    )


def reasons_of(rules: Iterable[Rule], device: Device) -> list[str]:
    """Why rules are not exact, once each."""
    found: dict[str, None] = {}
    for rule in rules:
        for text in rule.uncertain:
            found[f"rule {rule.id}: {text}"] = None
        for condition in rule.conditions:
            if _open(condition, device):
                found[f"rule {rule.id}: {condition.text}"] = None
    if not found and device.is_host and len(device.profiles) > 1:
        found[f"the profiles differ, and {device.undecided}"] = None
    return list(found)


def _open(condition: Condition, device: Device) -> bool:
    return condition.at(device.now) is Truth.UNKNOWN


def _wanted(filter_: Filter, source: AddressSet, destination: AddressSet, service: ServiceSet) -> list[Box]:
    """The packets asked for, with every way left free."""
    space = filter_.space
    return space.boxes(1, 1, 1, source, destination, space.atoms.mask(service))


def _free(packets: PacketSet) -> list[Box]:
    """The packets with ingress, egress and translation forgotten: one way that lets a packet through is enough."""
    return [box._replace(ingress=1, egress=1, translation=1) for box in packets.boxes]


def _uncovered(wanted: list[Box], packets: PacketSet) -> list[Box]:
    covered = _free(packets)
    return [piece for box in wanted for piece in minus(box, covered)]


def _covering(wanted: list[Box], packets: PacketSet) -> bool:
    """Does the address space of arriving packets reach the wanted service at all?"""
    gap = _uncovered(wanted, packets)
    return gap != wanted


def _missing_text(space: Space, gap: list[Box], ends: _Ends) -> str:
    if not gap:
        return ""
    mask = 0
    for box in gap:
        mask |= box.service
    services = space.atoms.services(mask)
    sources = AddressSet.union(AddressSet(box.source) for box in gap)
    targets = AddressSet.union(AddressSet(box.destination) for box in gap)
    return _missing_words(services, sources, targets, ends)


def _missing_words(services: ServiceSet, sources: AddressSet, targets: AddressSet, ends: _Ends) -> str:
    """`ends` are all senders and servers of the flow: where most are shut out, the others are easier to name."""
    text = services.text()
    senders = _but(ends[0], sources)
    if sources != ANY_ADDRESS and len(sources.intervals.ranges) <= _NAMED:
        text += f" from {sources.text(4)}"
    elif senders:
        text += f" from everybody but {senders.text(4)}"
    if len(targets.intervals.ranges) <= _NAMED:
        return f"{text} to {targets.text(4)}"
    servers = _but(ends[1], targets)
    return f"{text} to everybody{f' but {servers.text(4)}' if servers else ''}"


def _but(asked: AddressSet, missing: AddressSet) -> AddressSet:
    """The addresses that get through of the families of which some do not."""
    families = ((asked.ipv4, missing.ipv4), (asked.ipv6, missing.ipv6))
    return AddressSet.union(whole - missing for whole, part in families if part)
