"""What happens to one packet on its way through every firewall of a case, on one page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from auditor.analysis.devices import Device
from auditor.analysis.listeners import narrower
from auditor.baseline import Ruleset, Site
from auditor.packets import Arrival, Filter, Flow, Outcome, PacketSet, Verdict, arrivals, judge
from parsers.model.addresses import ANY_ADDRESS, PUBLIC, AddressSet, address_number, address_text
from parsers.model.firewall import Firewall
from parsers.model.intervals import IntervalSet
from parsers.model.rule import Rule
from parsers.model.services import PORT_PROTOCOLS, ServiceSet, parse_ports


@dataclass(frozen=True, slots=True)
class Question:
    """One packet as a client sends it; without `source` every address of the zone is meant.

    `start` is a zone of the site file, or a zone or interface of a firewall, `service` one protocol and port.
    """

    start: str
    source: AddressSet | None
    target: int
    service: ServiceSet
    device: str = ""

    @staticmethod
    def parse(
        start: str, target: str, port: str, source: str = "", source_port: str = "", device: str = ""
    ) -> Question:
        """A question from words.

        Raises:
            ValueError: a word is missing or not understood; the message says which.
        """
        if not start:
            raise ValueError("from: a zone or interface is needed")
        service = ServiceSet.parse(port) if port else None
        protocols = service.by_protocol() if service else {}
        if service is None or len(protocols) != 1:
            raise ValueError(f"port: expected one protocol and port such as tcp/443, found {port!r}")
        if source_port:
            protocol, pairs = next(iter(protocols.items()))
            if protocol not in PORT_PROTOCOLS:
                raise ValueError(f"source_port: {port!r} has no ports")
            service = ServiceSet.ports(protocol, pairs[0][0], parse_ports(source_port))
        try:
            number = address_number(target)
            sender = AddressSet.network(source) if source else None
        except ValueError as error:
            raise ValueError(f"{error}: write one address such as 203.0.113.10") from None
        return Question(start, sender, number, service, device)


@dataclass(frozen=True, slots=True)
class Hop:
    """What one firewall does with the packet. `rule` is None at the end of a list or when several may decide."""

    device: str
    stage: str
    outcome: Outcome
    rule: Rule | None
    translation: str = ""
    translated_to: str = ""
    candidates: tuple[Rule, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trace:
    """The fate of the packet: blocked by the first hop that blocks, allowed when every hop allows."""

    question: Question
    outcome: Outcome
    hops: tuple[Hop, ...]

    @property
    def deciding(self) -> Hop:
        """The hop that gives the outcome."""
        return next((hop for hop in self.hops if hop.outcome is self.outcome), self.hops[0])


class Tracer:
    """Answers questions about the firewalls of one case.

    Args:
        firewalls: the devices.
        rulesets: say which zones are untrusted and which program owns which port.
        site: which interfaces form a zone, which host has which address.
        now: the time the packet is sent, device-local.
        questions: everything that will be asked.
    """

    def __init__(
        self,
        firewalls: Iterable[Firewall],
        rulesets: tuple[Ruleset, ...],
        site: Site,
        now: datetime,
        questions: Iterable[Question],
    ) -> None:
        untrusted = frozenset(
            name for ruleset in rulesets for name, trust in ruleset.zones.items() if trust == "untrusted"
        ) or frozenset({"internet"})
        asked = dict.fromkeys(question.service for question in questions)
        services = _with_mapped(asked, firewalls := tuple(firewalls))
        self.devices = {
            firewall.name: Device(firewall, site, untrusted, now, services, narrower(rulesets))
            for firewall in firewalls
        }
        self.site = site
        self.now = now

    def trace(self, question: Question) -> Trace:
        """Follow one packet.

        Raises:
            ValueError: no firewall knows the zone, interface or device named.
        """
        if question.device and question.device not in self.devices:
            raise ValueError(f"device: there is no {question.device!r}; there are {', '.join(self.devices)}")
        known: set[str] = set()
        hops: list[Hop] = []
        arriving, sender = question.target, question.source
        for device in self.devices.values():
            if device.forward is None or question.device not in ("", device.name):
                continue
            names = _starts(device)
            known |= names.keys()
            if question.start in names:
                sender = sender or _senders(device, names[question.start], question.target)
                hop, arriving = self._network(device, names[question.start], sender, question)
                hops.append(hop)
        if known and not hops:
            raise ValueError(f"from: no firewall knows {question.start!r}; they know {', '.join(sorted(known))}")
        hops += self._hosts(question, arriving, sender or ANY_ADDRESS, alone=not hops)
        if not hops:
            raise ValueError("to: no host of these exports has this address (say so in the site file)")
        outcomes = [hop.outcome for hop in hops]
        worst = next((each for each in (Outcome.BLOCKED, Outcome.POSSIBLE) if each in outcomes), Outcome.ALLOWED)
        return Trace(question, worst, tuple(hops))

    def _network(
        self, device: Device, ingress: frozenset[str], source: AddressSet, question: Question
    ) -> tuple[Hop, int]:
        way = next(iter(ingress)) if len(ingress) == 1 else ""
        sender = source.intervals.first
        found = [
            (arrival, self._arrived(device, ingress, source, question, arrival))
            for arrival in arrivals(device.firewall, way, sender, question.target, question.service)
        ]
        arrival, hop = found[-1]
        if len({each.outcome for _, each in found}) > 1:
            reasons = tuple(reason for _, each in found for reason in each.reasons)
            candidates = tuple(dict.fromkeys(rule for _, each in found for rule in each.candidates))
            unsure = "whether it is translated is not certain"
            hop = Hop(device.name, hop.stage, Outcome.POSSIBLE, None, candidates=candidates, reasons=(unsure, *reasons))
        return hop, arrival.destination.intervals.first

    def _arrived(
        self, device: Device, ingress: frozenset[str], source: AddressSet, question: Question, arrival: Arrival
    ) -> Hop:
        translation = arrival.translation
        own = AddressSet.union(interface.own for interface in device.firewall.interfaces)
        if translation is None and question.target in own and device.local is not None:
            verdict = _judged(device.local, Flow(source, arrival.destination, arrival.service, ingress), "", self.now)
            return _hop(device, "its own services", verdict)
        assert device.forward is not None
        egress = device.routing.interfaces(arrival.destination)
        flow = Flow(source, arrival.destination, arrival.service, ingress, egress, translation is not None)
        verdict = _judged(device.forward, flow, translation.name if translation else "", self.now)
        notes = []
        if egress is not None and not egress:
            notes.append(f"no route to {address_text(arrival.destination.intervals.first)}")
        outside = bool(ingress & device.internet)
        if outside and translation is None and not device.deliverable(arrival.destination):
            notes.append("nobody on the Internet can send to this address: ask with the public one")
        hop = _hop(device, "passing through", verdict, tuple(notes))
        if translation is None:
            return hop
        target = f"{arrival.destination.text(1)} {arrival.service.text(1)}"
        return Hop(hop.device, hop.stage, hop.outcome, hop.rule, translation.name, target, hop.candidates, hop.reasons)

    def _hosts(self, question: Question, arriving: int, sender: AddressSet, *, alone: bool) -> Iterator[Hop]:
        """The sender's and the receiver's own firewalls, where the case holds them; `alone`: there is nothing else."""
        for device in self.devices.values():
            if not device.is_host or question.device not in ("", device.name):
                continue
            here = self._addresses(device)
            target = AddressSet(IntervalSet.single(arriving))
            if device.outbound is not None and question.source and question.source <= here:
                names = frozenset(device.profiles)
                flow = Flow(sender, target, question.service, egress=names)
                yield _hop(device, "leaving the host", _judged(device.outbound, flow, "", self.now))
            if device.inbound is not None and (arriving in here or (alone and not here)):
                profiles = frozenset({question.start} if question.start in device.profiles else device.profiles)
                flow = Flow(sender, target, self._mapped(question, arriving), profiles)
                yield _hop(device, "entering the host", _judged(device.inbound, flow, "", self.now))

    def _mapped(self, question: Question, arriving: int) -> ServiceSet:
        """The service as it reaches the server: translated where a firewall on the way translates."""
        if arriving == question.target:
            return question.service
        for device in self.devices.values():
            sender = question.source.intervals.first if question.source else PUBLIC.intervals.first
            for arrival in arrivals(device.firewall, "", sender, question.target, question.service):
                if arrival.translation is not None and arriving in arrival.destination:
                    return arrival.service
        return question.service

    def _addresses(self, device: Device) -> AddressSet:
        described = self.site.devices.get(device.name)
        facts = device.firewall.host
        bound = [
            binding.address
            for bindings in self.site.bindings.values()
            for binding in bindings
            if binding.device == device.name
        ]
        own = [facts.addresses] if facts else []
        return AddressSet.union([*bound, *own, *([described.host] if described else [])])


def _with_mapped(services: Iterable[ServiceSet], firewalls: tuple[Firewall, ...]) -> tuple[ServiceSet, ...]:
    """The services asked about, and what translations make of them: the filters must tell all of them apart."""
    asked = tuple(services)
    mapped = [
        mapping.mapped_service
        for firewall in firewalls
        for translation in firewall.translations
        for mapping in translation.mappings
    ]
    return (*asked, *dict.fromkeys(mapped))


def _starts(device: Device) -> Mapping[str, frozenset[str]]:
    """Every name a question may start from at this device, with the interfaces it means; the site's zones win."""
    found = {interface.name: frozenset({interface.name}) for interface in device.firewall.interfaces}
    found |= {zone.name: frozenset(zone.interfaces) for zone in device.firewall.zones}
    zones: dict[str, set[str]] = {}
    for interface, zone in device.zones.items():
        zones.setdefault(zone, set()).add(interface)
    return found | {zone: frozenset(names) for zone, names in zones.items()}


def _senders(device: Device, ingress: frozenset[str], target: int) -> AddressSet:
    """Who can send by these interfaces: the Internet, or the networks behind them; everybody when that is not known."""
    family = ANY_ADDRESS.ipv6 if target in ANY_ADDRESS.ipv6 else ANY_ADDRESS.ipv4
    if ingress & device.internet:
        return PUBLIC & family
    behind = [route.destination for route in device.firewall.routes if route.interface in ingress]
    behind += [each.networks for each in device.firewall.interfaces if each.name in ingress]
    return (AddressSet.union(behind) & family) or family


def _judged(filter_: Filter, flow: Flow, translation: str, now: datetime) -> Verdict:
    packets = filter_.packets(flow)
    if translation:
        mask = filter_.space.translation_mask(frozenset({translation}))
        boxes = [box._replace(translation=box.translation & mask) for box in packets.boxes if box.translation & mask]
        packets = PacketSet(filter_.space, boxes)
    return judge(filter_, packets, now)


def _hop(device: Device, stage: str, verdict: Verdict, notes: tuple[str, ...] = ()) -> Hop:
    return Hop(
        device.name,
        stage,
        verdict.outcome,
        verdict.rule,
        candidates=verdict.candidates,
        reasons=(*notes, *verdict.reasons),
    )
