"""Is every documented flow open, through every firewall on its way?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auditor.analysis.devices import Device
from auditor.analysis.layers import Layer, ask, host_layer, network_layer
from auditor.baseline import BoundFlow
from auditor.findings.result import CoverageState, FlowCoverage
from auditor.packets import PacketSet
from parsers.model.addresses import ANY_ADDRESS, PRIVATE_IPV4
from parsers.model.services import ServiceSet


@dataclass(frozen=True, slots=True)
class Covered:
    """A bound flow with its answer and the layers that gave it (checks look at these)."""

    bound: BoundFlow
    row: FlowCoverage
    layers: tuple[Layer, ...]

    @property
    def blocking(self) -> Layer | None:
        """The first layer that stops some of the flow for certain, or else one that may."""
        for each in self.layers:
            if not each.possible:
                return each
        return next((each for each in self.layers if not each.certain), None)


def cover(bound: BoundFlow, devices: Mapping[str, Device]) -> Covered:
    """The state of one bound flow along its path."""
    if bound.preset is not None:
        return Covered(bound, _row(bound, bound.preset, (), ""), ())
    options = (bound.service,) if bound.service is not None else bound.alternatives
    answers = [_path(bound, service, devices) for service in options if service is not None]
    best = min(answers, key=lambda answer: _ORDER[answer[0]], default=(CoverageState.CANNOT_TELL, (), ""))
    state, layers, question = best
    return Covered(bound, _row(bound, state, layers, question), layers)


_ORDER = {
    CoverageState.SATISFIED: 0,
    CoverageState.CANNOT_TELL: 1,
    CoverageState.PARTLY: 2,
    CoverageState.MISSING: 3,
    CoverageState.NOT_PUBLISHED: 4,
    CoverageState.NOT_OBSERVABLE: 5,
    CoverageState.NOT_APPLICABLE: 6,
}


def _path(
    bound: BoundFlow, service: ServiceSet, devices: Mapping[str, Device]
) -> tuple[CoverageState, tuple[Layer, ...], str]:
    layers = list(_layers(bound, service, devices))
    if not layers:
        return CoverageState.NOT_OBSERVABLE, (), ""
    pool = bound.flow.coverage == "any"
    if all(layer.certain or (pool and layer.touched and layer.packets) for layer in layers):
        return CoverageState.SATISFIED, tuple(layers), ""
    blocked = [layer for layer in layers if not layer.possible]
    if not blocked:
        reasons = [reason for layer in layers if not layer.certain for reason in layer.reasons]
        return CoverageState.CANNOT_TELL, tuple(layers), "; ".join(reasons[:4]) or "the bounds of the rules differ"
    if all(layer.touched for layer in blocked):
        return CoverageState.PARTLY, tuple(layers), ""
    outside = [layer for layer in blocked if not layer.device.is_host and not layer.published]
    if outside and bound.source.trust == "untrusted" and bound.destination.addresses <= PRIVATE_IPV4:
        return CoverageState.NOT_PUBLISHED, tuple(layers), ""
    return CoverageState.MISSING, tuple(layers), ""


def _layers(bound: BoundFlow, service: ServiceSet, devices: Mapping[str, Device]) -> Iterator[Layer]:
    """Network devices in the order of the exports, then the source's and the destination's own firewall."""
    if "network" in bound.flow.enforce:
        for device in devices.values():
            if device.forward is None:
                continue
            asked = ask(device, bound.source, bound.destination)
            if asked is not None:
                yield network_layer(asked, service)
    if "host" not in bound.flow.enforce:
        return
    sender = devices.get(bound.source.host)
    if sender is not None:
        found = host_layer(sender, bound.source.addresses, bound.destination.addresses, service, inward=False)
        if found is not None:
            yield found
    receiver = devices.get(bound.destination.host)
    if receiver is not None:
        source = bound.source.addresses or ANY_ADDRESS
        found = host_layer(receiver, source, bound.destination.addresses, service)
        if found is not None:
            yield found


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
