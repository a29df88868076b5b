"""What happens to a packet on its way through the devices of a site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from auditor.analysis.devices import Device
from auditor.analysis.hosttracing import entered, left, lone
from auditor.analysis.nearest import nearest, other_services
from auditor.analysis.origins import known_origins, origin_names
from auditor.analysis.steps import Question, Step
from auditor.analysis.topology import Topology
from auditor.baseline import BoundRuleset
from auditor.packets import Arrival, Filter, Flow, Outcome, PacketSet, Verdict, arrivals, judge
from parsers.model.addresses import ANY_ADDRESS, PUBLIC, AddressSet
from parsers.model.rule import Action, Direction
from parsers.model.services import ServiceSet


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


@dataclass(frozen=True, slots=True)
class _Walk:
    """The steps from one firewall the packets may meet first, and what arrives (nothing if blocked) from whom."""

    steps: tuple[Step, ...]
    targets: AddressSet
    service: ServiceSet
    senders: AddressSet


def trace(
    question: Question, devices: Mapping[str, Device], topology: Topology, rulesets: tuple[BoundRuleset, ...]
) -> Trace:
    """Follow the packets of a question through every device that sees them, from one to the next.

    Without a firewall of a network, or with a host asked about by name, the host's own firewall is all there is.

    Raises:
        ValueError: the origin is neither a zone of the site nor an interface or zone of a device; which host is meant
            is not clear.
    """
    if (question.device in devices and devices[question.device].is_host) or all(
        each.is_host for each in devices.values()
    ):
        steps = lone(question, devices, rulesets)
        return Trace(question, _together([step.outcome for step in steps]), steps, _all_reasons(steps))
    starts = _starts(question, devices, topology)
    walks = [walk for device, ingress in starts if (walk := _walked(question, device, ingress, topology)).steps]
    if not walks:
        reasons = ("no device sees these packets: source and destination lie behind the same interface",)
        return Trace(question, Outcome.POSSIBLE, (), reasons)
    out = tuple(left(question, devices, rulesets))
    journeys = [(*out, *walk.steps, *_received(walk, devices, rulesets)) for walk in walks]
    outcomes = [_together([step.outcome for step in journey]) for journey in journeys]
    if len(set(outcomes)) > 1:
        names = ", ".join(walk.steps[0].device for walk in walks)
        unsure = f"which of the firewalls {names} the packets meet is not known"
        steps = tuple(dict.fromkeys(step for journey in journeys for step in journey))
        return Trace(question, Outcome.POSSIBLE, steps, (unsure, *_all_reasons(steps)))
    return Trace(question, outcomes[0], journeys[0], _all_reasons(journeys[0]))


def _all_reasons(steps: Iterable[Step]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(reason for step in steps for reason in step.reasons))


def _received(walk: _Walk, devices: Mapping[str, Device], rulesets: tuple[BoundRuleset, ...]) -> tuple[Step, ...]:
    if any(step.outcome is Outcome.BLOCKED for step in walk.steps):
        return ()
    return tuple(entered(walk.senders, walk.targets, walk.service, devices, rulesets))


def _starts(
    question: Question, devices: Mapping[str, Device], topology: Topology
) -> list[tuple[Device, frozenset[str]]]:
    """The devices the packets can meet first, with the interfaces they come in by."""
    asked = [each for each in devices.values() if each.forward is not None and question.device in ("", each.name)]
    known = known_origins(asked, question.origin)
    if not known:
        names = sorted({name for device in devices.values() for name in origin_names(device)})
        raise ValueError(
            f"{question.origin!r} is neither a zone nor an interface here, nor an address that a route leads to; "
            f"known are {', '.join(names)}"
        )
    outermost = []
    for device, ingress in known.values():
        # Behind another firewall that also faces the origin: the packets come to this one later.
        own = frozenset(
            name
            for name in ingress
            if not any(
                other.name in known and there not in known[other.name][1]
                for other, there in topology.neighbours(device, name)
            )
        )
        if own:
            outermost.append((device, own))
    outermost = outermost or list(known.values())
    ahead = [each for each in outermost if not _leads_back(*each, question)]
    # A firewall with public addresses comes before one that sits behind some other firewall's translation.
    public = [each for each in ahead if not each[0].behind_nat]
    return public or ahead or outermost


def _leads_back(device: Device, ingress: frozenset[str], question: Question) -> bool:
    """Would the device send the packets back to where they come from? Then it is not on their way."""
    back = device.routing.interfaces(question.destination)
    return bool(back) and back is not None and back <= ingress and not _is_face(device, question.destination)


def _is_face(device: Device, targets: AddressSet) -> bool:
    """Are the addresses the device's own, or does it translate them?"""
    own = AddressSet.union(interface.own for interface in device.firewall.interfaces)
    return targets <= own or any(
        targets <= mapping.original_destination
        for translation in device.firewall.translations
        if translation.active
        for mapping in translation.mappings
    )


def _walked(question: Question, device: Device, ingress: frozenset[str], topology: Topology) -> _Walk:
    steps: list[Step] = []
    targets, service = question.destination, question.service
    asked = question if question.source else replace(question, source=_sources(device, ingress))
    visited: set[tuple[str, str]] = set()
    here: tuple[Device, frozenset[str]] | None = (device, ingress)
    while here is not None:
        device, ingress = here
        visited |= {(device.name, name) for name in ingress}
        step, targets, service = _through(device, ingress, asked, targets, service)
        if step is None:
            break
        steps.append(step)
        asked = replace(asked, source=_onward(step, asked.source or ANY_ADDRESS))
        if step.outcome is Outcome.BLOCKED or not targets:
            break
        here = None if question.device else _next(device, targets, topology, visited)
    return _Walk(tuple(steps), targets, service, asked.source or PUBLIC)


def _onward(step: Step, source: AddressSet) -> AddressSet:
    """As whom the next device sees the senders: what each rule that may let them through makes of them."""
    rules = (step.rule,) if step.rule is not None else step.candidates
    passing = [each for each in rules if each.action is not Action.DENY]
    return AddressSet.union(each.onward(source) for each in passing) or source


def _next(
    device: Device, targets: AddressSet, topology: Topology, visited: set[tuple[str, str]]
) -> tuple[Device, frozenset[str]] | None:
    """The firewall that gets the packets next, with the interface they come in by.

    It may be one they crossed already: a virtual IP of the next VDOM can lead back to a server of this one.
    """
    egress = device.routing.interfaces(targets)
    names = egress if egress is not None else {each.name for each in device.firewall.interfaces}
    links = {each.name for each in device.firewall.interfaces if each.peer}
    for name in sorted(names):
        for other, there in topology.neighbours(device, name):
            leaving = other.routing.interfaces(targets)
            further = other.firewall.bridges or (leaving and there not in leaving)
            # Behind a vdom link is nothing but the other VDOM: without a route there the packets end in it.
            further = further or (name in links and leaving is not None and not leaving)
            if (other.name, there) not in visited and (_is_face(other, targets) or further):
                return other, frozenset({there})
    return None


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
    forward = device.through
    own = AddressSet.union(interface.own for interface in device.firewall.interfaces) | device.firewall.proxied
    if arrival.translation is None and arrival.destination <= own and device.local is not None:
        service = device.local.space.atoms.covering(arrival.service)
        asked = device.local.packets(Flow(source, arrival.destination, service, ingress))
        return _step(
            device, judge(device.local, asked, device.now), arrival, "the device itself", "local"
        ), AddressSet()
    egress = device.routing.leaving(ingress, source, arrival.destination, arrival.service)
    if egress is None and device.firewall.bridges:
        egress = frozenset(each.name for each in device.firewall.interfaces if each.enabled) - ingress
    asked = _asked(forward, source, arrival, ingress, egress)
    if egress is not None and not egress:
        verdict = Verdict(Outcome.BLOCKED, None, (), ("no route leads to the destination",))
    elif egress is None:
        verdict = _some_way(forward, asked, device)
    else:
        verdict = judge(forward, asked, device.now)
    if verdict.outcome is not Outcome.BLOCKED and arrival.destination <= own and device.local is not None:
        return _step(
            device, _at_itself(device, source, arrival, verdict), arrival, "the device itself", "local"
        ), AddressSet()
    onward = ", ".join(sorted(egress)) if egress else "an interface the export leaves open"
    words = f"{', '.join(sorted(ingress))} to {onward}"
    step = _step(device, verdict, arrival, words, "network")
    if verdict.outcome is Outcome.BLOCKED and egress != frozenset():
        flow = Flow(source, arrival.destination, arrival.service, ingress, egress)
        lists = (each for each in device.firewall.lists if each.direction is Direction.FORWARD)
        step = replace(step, near=nearest(lists, flow, device.now, step.translation, verdict.rule))
    return step, arrival.destination


def _at_itself(device: Device, source: AddressSet, arrival: Arrival, through: Verdict) -> Verdict:
    """A virtual IP that leads to an address of the device: a policy lets the packets on, a server must answer them."""
    local = device.local
    assert local is not None
    names = frozenset(each.name for each in device.firewall.interfaces if each.own.overlaps(arrival.destination))
    service = local.space.atoms.covering(arrival.service)
    verdict = judge(local, local.packets(Flow(source, arrival.destination, service, names)), device.now)
    if verdict.outcome is Outcome.BLOCKED:
        return verdict
    reason = "a virtual IP leads to the device itself: local-in policies and allowaccess of the way in may stop it"
    rules = tuple(dict.fromkeys((*through.candidates, *verdict.candidates)))
    return Verdict(Outcome.POSSIBLE, None, rules, (reason, *through.reasons, *verdict.reasons))


def _asked(
    forward: Filter, source: AddressSet, arrival: Arrival, ingress: frozenset[str], egress: frozenset[str] | None
) -> PacketSet:
    translated = arrival.translation is not None
    # A service that this device cannot tell apart is asked for with all that goes with it, never left out.
    service = forward.space.atoms.covering(arrival.service)
    packets = forward.packets(Flow(source, arrival.destination, service, ingress, egress, translated))
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
    hints: tuple[str, ...] = ()
    if verdict.outcome is Outcome.BLOCKED and translation is None:
        hints = tuple(other_services(device.firewall.translations, arrival.destination, arrival.service))
    unsure = translation.uncertain if translation and verdict.outcome is Outcome.POSSIBLE else ()
    becomes = f"{arrival.destination.text(4)} {arrival.service.text(4)}" if translation else ""
    return Step(
        device.name, verdict.outcome, verdict.rule, verdict.candidates, (*unsure, *verdict.reasons), becomes,
        translation.name if translation else "", interfaces, layer, hints=hints,
    )  # fmt: skip


def _together(outcomes: list[Outcome]) -> Outcome:
    if Outcome.BLOCKED in outcomes:
        return Outcome.BLOCKED
    return Outcome.POSSIBLE if Outcome.POSSIBLE in outcomes else Outcome.ALLOWED
