"""What happens to a packet on its way through the devices of a site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auditor.analysis.devices import Device
from auditor.baseline import BoundRuleset
from auditor.packets import Arrival, Filter, Flow, Outcome, PacketSet, Verdict, arrivals, judge
from parsers.model.addresses import ANY_ADDRESS, PUBLIC, AddressSet
from parsers.model.rule import Rule
from parsers.model.services import ServiceSet


@dataclass(frozen=True, slots=True)
class Question:
    """A trace as a person asks it: `source` None means every address of the zone or interface named."""

    origin: str
    destination: AddressSet
    service: ServiceSet
    source: AddressSet | None = None
    device: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What one device does: `translated` says what the destination became, `interfaces` where it goes."""

    device: str
    outcome: Outcome
    rule: Rule | None
    candidates: tuple[Rule, ...]
    reasons: tuple[str, ...]
    translated: str = ""
    translation: str = ""
    interfaces: str = ""
    layer: str = "network"


@dataclass(frozen=True, slots=True)
class Trace:
    """The whole answer: allowed when every step allows, blocked when one blocks, possible otherwise."""

    question: Question
    outcome: Outcome
    steps: tuple[Step, ...]
    reasons: tuple[str, ...]

    @property
    def deciding(self) -> Step | None:
        """The step that settles the answer: the first that blocks, else the first that is unsure, else the first."""
        for outcome in (Outcome.BLOCKED, Outcome.POSSIBLE):
            for step in self.steps:
                if step.outcome is outcome:
                    return step
        return self.steps[0] if self.steps else None


def trace(question: Question, devices: Mapping[str, Device], rulesets: tuple[BoundRuleset, ...]) -> Trace:
    """Follow the packets of a question through every device that sees them.

    Raises:
        ValueError: the origin is neither a zone of the site nor an interface or zone of a device.
    """
    steps: list[Step] = []
    targets, service = question.destination, question.service
    seen = False
    sender = question.source
    # A packet from outside meets the device with public addresses before one that sits behind another's translation.
    for device in sorted(devices.values(), key=lambda each: each.behind_nat):
        if device.forward is None or (question.device and device.name != question.device):
            continue
        ingress = origin_interfaces(device, question.origin)
        if ingress is None:
            continue
        seen = True
        sender = sender or _sources(device, ingress)
        back = device.routing.interfaces(targets)
        if steps and back and back <= ingress:
            continue  # the way leads back out of the side the packets came from: this device is not on it
        found, targets, service = _through(device, ingress, question, targets, service)
        if found is not None:
            steps.append(found)
    if not seen:
        known = sorted({name for device in devices.values() for name in _origins(device)})
        raise ValueError(f"{question.origin!r} is neither a zone nor an interface here; known are {', '.join(known)}")
    blocked = any(step.outcome is Outcome.BLOCKED for step in steps)
    if not blocked:
        steps += _hosts(sender or PUBLIC, targets, service, devices, rulesets)
    outcome = _together([step.outcome for step in steps])
    reasons = tuple(dict.fromkeys(reason for step in steps for reason in step.reasons))
    if not steps:
        reasons = ("no device sees these packets: source and destination lie behind the same interface",)
        outcome = Outcome.POSSIBLE
    return Trace(question, outcome, tuple(steps), reasons)


def origin_interfaces(device: Device, name: str) -> frozenset[str] | None:
    """The interfaces a zone or interface name stands for at a device, None when it knows none."""
    in_zone = frozenset(leaf for leaf, zone in device.zones.items() if zone == name)
    if in_zone:
        return in_zone
    for zone in device.firewall.zones:
        if zone.name == name:
            return frozenset(zone.interfaces)
    if any(interface.name == name for interface in device.firewall.interfaces):
        return frozenset({name})
    assert device.forward is not None
    return frozenset({name}) if name in device.forward.space.interfaces else None


def _origins(device: Device) -> set[str]:
    names = set(device.zones.values()) | {zone.name for zone in device.firewall.zones}
    return names | {interface.name for interface in device.firewall.interfaces}


def _through(
    device: Device, ingress: frozenset[str], question: Question, targets: AddressSet, service: ServiceSet
) -> tuple[Step | None, AddressSet, ServiceSet]:
    """The step at one network device, and where the packets go after it, as what."""
    source = question.source or _sources(device, ingress)
    ways = list(_arrivals(device, ingress, source, targets, service))
    found = [_arrived(device, ingress, source, arrival) for arrival in ways]
    steps = [step for step, _ in found]
    if not steps:
        return None, targets, service
    onward = AddressSet.union(addresses for _, addresses in found)
    becomes = ServiceSet.union(arrival.service for arrival in ways)
    if len(steps) == 1:
        return steps[0], onward, becomes
    outcome = steps[0].outcome if len({step.outcome for step in steps}) == 1 else Outcome.POSSIBLE
    unsure = tuple(f"may be translated by {step.translation}" for step in steps if step.translation)
    reasons = unsure + tuple(reason for step in steps for reason in step.reasons)
    first = steps[0]
    merged = Step(
        device.name, outcome, first.rule if outcome is first.outcome else None,
        tuple(dict.fromkeys(rule for step in steps for rule in step.candidates)), reasons,
        first.translated, first.translation, first.interfaces,
    )  # fmt: skip
    return merged, onward, becomes


def _sources(device: Device, ingress: frozenset[str]) -> AddressSet:
    """Every address that can stand behind some interfaces: strangers for the Internet's, networks for others."""
    if ingress & device.internet:
        return PUBLIC
    found = AddressSet.union(
        route.destination
        for route in device.firewall.routes
        if route.interface in ingress and route.destination.count < 1 << 31
    )
    return found or ANY_ADDRESS


def _arrivals(
    device: Device, ingress: frozenset[str], source: AddressSet, targets: AddressSet, service: ServiceSet
) -> Iterator[Arrival]:
    way = next(iter(ingress)) if len(ingress) == 1 else ""
    client = source.intervals.first
    if targets.count > 1:
        # A network was asked about: translations are looked at for single addresses only.
        yield Arrival(None, targets, service, True)
        return
    yield from arrivals(device.firewall, way, client, targets.intervals.first, service)


def _arrived(device: Device, ingress: frozenset[str], source: AddressSet, arrival: Arrival) -> tuple[Step, AddressSet]:
    forward = device.forward
    assert forward is not None
    own = AddressSet.union(interface.own for interface in device.firewall.interfaces)
    if arrival.translation is None and arrival.destination <= own and device.local is not None:
        asked = device.local.packets(Flow(source, arrival.destination, arrival.service, ingress))
        return _step(
            device, judge(device.local, asked, device.now), arrival, "the device itself", "local"
        ), AddressSet()
    egress = device.routing.interfaces(arrival.destination)
    asked = _asked(forward, source, arrival, ingress, egress)
    if egress is not None and not egress:
        verdict = Verdict(Outcome.BLOCKED, None, (), ("no route leads to the destination",))
    elif egress is None:
        verdict = _some_way(forward, asked, device)
    else:
        verdict = judge(forward, asked, device.now)
    onward = ", ".join(sorted(egress)) if egress else "an interface the export leaves open"
    words = f"{', '.join(sorted(ingress))} to {onward}"
    return _step(device, verdict, arrival, words, "network"), arrival.destination


def _asked(
    forward: Filter, source: AddressSet, arrival: Arrival, ingress: frozenset[str], egress: frozenset[str] | None
) -> PacketSet:
    translated = arrival.translation is not None
    packets = forward.packets(Flow(source, arrival.destination, arrival.service, ingress, egress, translated))
    if arrival.translation is None:
        return packets
    mask = forward.space.translation_mask(frozenset({arrival.translation.name}))
    boxes = [box._replace(translation=own) for box in packets.boxes if (own := box.translation & mask)]
    return PacketSet(forward.space, boxes)


def _some_way(forward: Filter, asked: PacketSet, device: Device) -> Verdict:
    """Without routes the outgoing interface is open: an accept on some way counts, and the answer says so."""
    verdict = judge(forward, asked, device.now)
    if verdict.outcome is not Outcome.POSSIBLE:
        return verdict
    allowed = forward.allowed(asked)
    reason = "the export holds no route to the destination: the outgoing interface was taken from the rule"
    if allowed.certain:
        rule = next((each.rule for each in forward.deciding(allowed.certain) if each.packets.certain), None)
        return Verdict(Outcome.ALLOWED, rule, verdict.candidates, (reason,))
    return Verdict(verdict.outcome, verdict.rule, verdict.candidates, (*verdict.reasons, reason))


def _step(device: Device, verdict: Verdict, arrival: Arrival, interfaces: str, layer: str) -> Step:
    translation = arrival.translation
    becomes = f"{arrival.destination.text(4)} {arrival.service.text(4)}" if translation else ""
    return Step(
        device.name, verdict.outcome, verdict.rule, verdict.candidates, verdict.reasons, becomes,
        translation.name if translation else "", interfaces, layer,
    )  # fmt: skip


def _hosts(
    source: AddressSet,
    targets: AddressSet,
    service: ServiceSet,
    devices: Mapping[str, Device],
    rulesets: tuple[BoundRuleset, ...],
) -> Iterator[Step]:
    """The destination's own firewall, where one is bound to its address."""
    every = [end for each in rulesets for ends in each.ends.values() for end in ends]
    bound = {end.host for end in every if end.host and targets <= end.addresses}
    for name in sorted(bound):
        device = devices.get(name)
        if device is None or device.inbound is None or not targets:
            continue
        verdicts = []
        for profile in device.profiles:
            asked = device.inbound.packets(Flow(source, targets, service, frozenset({profile})))
            verdicts.append(judge(device.inbound, asked, device.now))
        outcome = verdicts[0].outcome if len({each.outcome for each in verdicts}) == 1 else Outcome.POSSIBLE
        first = verdicts[0]
        reasons = tuple(dict.fromkeys(reason for each in verdicts for reason in each.reasons))
        if outcome is Outcome.POSSIBLE and not reasons:
            reasons = (f"{name}: the profiles differ, and which one is active is not known",)
        rule = first.rule if outcome is first.outcome else None
        yield Step(name, outcome, rule, first.candidates, reasons, interfaces=", ".join(device.profiles), layer="host")


def _together(outcomes: list[Outcome]) -> Outcome:
    if Outcome.BLOCKED in outcomes:
        return Outcome.BLOCKED
    return Outcome.POSSIBLE if Outcome.POSSIBLE in outcomes else Outcome.ALLOWED
