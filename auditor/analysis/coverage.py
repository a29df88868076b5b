"""Is every documented flow open, through every firewall on its way?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auditor.analysis.devices import Device
from auditor.analysis.layers import Layer, either, host_layer
from auditor.analysis.paths import Journey, Paths, arriving
from auditor.baseline import BoundFlow
from auditor.findings.result import CoverageState, FlowCoverage
from auditor.packets import PacketSet
from parsers.model.addresses import ANY_ADDRESS, PRIVATE_IPV4
from parsers.model.services import NO_SERVICE, ServiceSet


@dataclass(frozen=True, slots=True)
class Covered:
    """A bound flow with its answer and the layers that gave it (checks look at these)."""

    bound: BoundFlow
    row: FlowCoverage
    layers: tuple[Layer, ...]

    @property
    def blocking(self) -> Layer | None:
        """The first layer that stops all of the flow, or else some of it for certain, or else one that may."""
        stopping = [each for each in self.layers if not each.possible]
        if stopping:
            return next((each for each in stopping if not each.touched), stopping[0])
        return next((each for each in self.layers if not each.certain), None)


def cover(bound: BoundFlow, paths: Paths, devices: Mapping[str, Device], fixed: ServiceSet = NO_SERVICE) -> Covered:
    """The state of one bound flow along its path.

    `fixed` are ports that programs hold on a host: no dynamic endpoint is given out there, so that a host's own
    firewall is not asked for them where the flow names a range.
    """
    if bound.preset is not None:
        return Covered(bound, _row(bound, bound.preset, (), ""), ())
    answers = [
        _judged(bound, service, layers)
        for service in bound.options
        for layers in _alternatives(bound, service, paths, devices, fixed)
    ]
    best = min(answers, key=_rank, default=(CoverageState.CANNOT_TELL, (), ""))
    state, layers, question = best
    if state in _CLOSED and (ask := _guessed(bound)):
        state, question = CoverageState.CANNOT_TELL, ask
    if state is CoverageState.SATISFIED and "network" in bound.flow.enforce and not paths.topology.devices:
        hosts = " and ".join(dict.fromkeys(layer.device.name for layer in layers))
        state, question = CoverageState.CANNOT_TELL, f"{hosts} lets it in; {_UNSEEN}"
    return Covered(bound, _row(bound, state, layers, question), layers)


_CLOSED = (CoverageState.PARTLY, CoverageState.MISSING, CoverageState.NOT_PUBLISHED)


def _guessed(bound: BoundFlow) -> str:
    """The question where nothing but a name says that a server needs the flow: it may be closed for good reason."""
    asked = (
        f"{end.doubt}: is it the {end.title}? Then it is closed (bindings.{end.name}, or list it under not_deployed)"
        for end in (bound.source, bound.destination)
        if end.guess
    )
    return next(asked, "")


_UNSEEN = "which firewall of the network is in front of it? (its export is not part of the audit)"

_Judged = tuple[CoverageState, tuple[Layer, ...], str]


def _rank(answer: _Judged) -> tuple[int, int]:
    """The best state first; of ways that are all closed the one that is least so."""
    return _ORDER[answer[0]], sum(not layer.possible for layer in answer[1])


_ORDER = {
    CoverageState.SATISFIED: 0,
    CoverageState.CANNOT_TELL: 1,
    CoverageState.PARTLY: 2,
    CoverageState.MISSING: 3,
    CoverageState.NOT_PUBLISHED: 4,
    CoverageState.NOT_OBSERVABLE: 5,
    CoverageState.NOT_APPLICABLE: 6,
}


def _judged(bound: BoundFlow, service: ServiceSet, layers: tuple[Layer, ...]) -> _Judged:
    if all(layer.outbound and layer.certain for layer in layers):
        # Nothing was seen of the way but that the sender's own firewall lets it out, which most do.
        return CoverageState.NOT_OBSERVABLE, (), ""
    if all(layer.certain for layer in layers):
        return CoverageState.SATISFIED, layers, ""
    pool = bound.flow.coverage == "any"
    if pool and _common(service, layers, sure=True):
        return CoverageState.SATISFIED, layers, ""
    open_somewhere = _common(service, layers, sure=False)
    blocked = [layer for layer in layers if not layer.possible]
    if not blocked or (pool and open_somewhere):
        reasons = [reason for layer in layers if not layer.certain for reason in layer.reasons]
        return CoverageState.CANNOT_TELL, layers, "; ".join(reasons[:4]) or "the bounds of the rules differ"
    if open_somewhere and not pool:
        return CoverageState.PARTLY, layers, ""
    outside = [layer for layer in blocked if not layer.device.is_host and not layer.published]
    if outside and bound.source.trust == "untrusted" and bound.destination.addresses <= PRIVATE_IPV4:
        return CoverageState.NOT_PUBLISHED, layers, ""
    return CoverageState.MISSING, layers, ""


def possibly_open(service: ServiceSet, layers: tuple[Layer, ...]) -> ServiceSet:
    """The services of a flow that every one of some layers possibly lets through, for some packets at least."""
    return _common(service, layers, sure=False) if layers else NO_SERVICE


def _common(service: ServiceSet, layers: tuple[Layer, ...], *, sure: bool) -> ServiceSet:
    """The services of a flow that every layer lets through, certainly or possibly, for some of its packets.

    A layer in front of a translation sees other ports: of it only whether it lets anything through is known here.
    """
    found = service
    for layer in layers:
        part = layer.passing.certain if sure else layer.passing.possible
        if not part:
            return NO_SERVICE
        if layer.device.is_host or layer.service == service:
            found = found & part.services()
    return found


def _alternatives(
    bound: BoundFlow, service: ServiceSet, paths: Paths, devices: Mapping[str, Device], fixed: ServiceSet
) -> Iterator[tuple[Layer, ...]]:
    """Network devices in the order of travel, then the source's and the destination's own firewall, for each way."""
    asked = "host" in bound.flow.enforce
    sender = tuple(_sending(bound, service, bound.pool & fixed, devices)) if asked else ()
    journeys: tuple[Journey, ...] = ()
    if "network" in bound.flow.enforce:
        journeys = paths.alternatives(bound.source, bound.destination, service)
    for journey in journeys or ((),):
        receiver = tuple(_receiving(bound, service, bound.pool & fixed, devices, journey)) if asked else ()
        yield (*(each.layer for each in journey), *sender, *receiver)


def _sending(
    bound: BoundFlow, service: ServiceSet, besides: ServiceSet, devices: Mapping[str, Device]
) -> Iterator[Layer]:
    device = devices.get(bound.source.host)
    if device is not None:
        ends = bound.source.addresses, bound.destination.addresses
        found = host_layer(device, *ends, service, inward=False, besides=besides)
        if found is not None:
            yield found


def _receiving(
    bound: BoundFlow, service: ServiceSet, besides: ServiceSet, devices: Mapping[str, Device], journey: Journey
) -> Iterator[Layer]:
    """The receiver's own firewall, for the senders as it sees them behind the devices of a journey."""
    device = devices.get(bound.destination.host)
    if device is not None:
        senders = arriving(journey, bound.source.addresses or ANY_ADDRESS)
        target = bound.destination.addresses
        found = [host_layer(device, each, target, service, besides=besides) for each in sorted(senders, key=str)]
        layers = tuple(each for each in found if each is not None)
        if layers:
            yield either(layers, f"{device.name}: the rules before it decide as whom it sees the senders (NAT)")


def _row(bound: BoundFlow, state: CoverageState, layers: tuple[Layer, ...], question: str) -> FlowCoverage:
    rules = [
        f"{layer.device.name} {decision.rule.id}"
        for layer in layers
        for decision in layer.accepts
        if layer.touched and not decision.rule.implicit
    ]
    blocked = [layer for layer in layers if not layer.certain]
    shown = [layer.packets for layer in layers if layer.packets]
    # Where several firewalls lie on the path, the one that translates shows what the client sends to.
    shown.sort(key=lambda packets: not packets.translated())
    return FlowCoverage(
        ruleset=bound.ruleset,
        flow=bound.flow.id,
        title=bound.flow.title,
        level=bound.flow.level,
        source=bound.source.text,
        destination=bound.destination.text,
        service=_service_text(bound),
        state=state,
        device=" and ".join(dict.fromkeys(layer.device.name for layer in layers)),
        rules=tuple(dict.fromkeys(rules))[:12],
        missing=_missing(state, blocked),
        question=question or bound.question,
        published_as=published_as(shown[0] if shown else None),
        citation=bound.flow.cite,
        example=shown[0].example() if shown else None,
    )


def _missing(state: CoverageState, blocked: list[Layer]) -> str:
    if state in (CoverageState.SATISFIED, CoverageState.CANNOT_TELL):
        return ""
    closed = [layer for layer in blocked if not layer.possible]
    return "; ".join(f"{layer.missing} (closed at {layer.device.name})" for layer in closed or blocked)


def _service_text(bound: BoundFlow) -> str:
    if bound.service is not None:
        return bound.service.text()
    if bound.alternatives:
        return " or ".join(each.text() for each in bound.alternatives)
    return ", ".join(bound.flow.services)


def published_as(packets: PacketSet | None) -> str:
    """The public address and port of translated packets, "" when none is translated."""
    example = packets.translated().example() if packets else None
    if example is None:
        return ""
    target = example.original_destination
    return target if example.original_port is None else f"{target}:{example.original_port}"
