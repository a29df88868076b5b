"""What the firewalls of Windows hosts do with the packets of a trace: the receiver's, and the sender's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from auditor.analysis.devices import Device
from auditor.analysis.nearest import NearRule, nearest
from auditor.analysis.origins import sender_address
from auditor.analysis.steps import Question, Step
from auditor.baseline import BoundRuleset
from auditor.packets import Filter, Flow, Outcome, PacketSet, judge
from parsers.model.addresses import ANY_ADDRESS, PUBLIC, AddressSet
from parsers.model.firewall import HOST_PROFILES
from parsers.model.rule import Direction
from parsers.model.services import ServiceSet

_ORIGINS = ("internet", *HOST_PROFILES)
"""What a question about a host alone may name beside an address: everybody outside, or the profile of the network."""


def entered(
    source: AddressSet,
    targets: AddressSet,
    service: ServiceSet,
    devices: Mapping[str, Device],
    rulesets: tuple[BoundRuleset, ...],
) -> Iterator[Step]:
    """The destination's own firewall, where one is bound to its address."""
    for device in _at(targets, devices, rulesets):
        if device.inbound is not None and targets:
            yield _step(device, device.inbound, Flow(source, targets, service), inward=True)


def left(question: Question, devices: Mapping[str, Device], rulesets: tuple[BoundRuleset, ...]) -> Iterator[Step]:
    """The sender's own firewall, where one is bound to the sender's address."""
    if not question.source:
        return
    for device in _at(question.source, devices, rulesets):
        if device.outbound is not None:
            flow = Flow(question.source, question.destination, question.service)
            yield _step(device, device.outbound, flow, inward=False)


def lone(question: Question, devices: Mapping[str, Device], rulesets: tuple[BoundRuleset, ...]) -> tuple[Step, ...]:
    """The steps at hosts where no firewall of a network is asked.

    Raises:
        ValueError: which host is meant is not clear, or the origin is none that a host knows.
    """
    sender = sender_address(question.origin)
    if sender is None and question.origin not in _ORIGINS:
        raise ValueError(
            f"{question.origin!r} is nothing that a host's own firewall tells apart: name the sender's address, or one "
            f"of {', '.join(_ORIGINS)}"
        )
    senders = tuple(left(question, devices, rulesets))
    receiver = _meant(question, devices, rulesets, sent=bool(senders))
    if receiver is None or receiver.inbound is None:
        return senders
    everybody = PUBLIC if question.origin == "internet" else ANY_ADDRESS
    profiles = (question.origin,) if question.origin in HOST_PROFILES else ()
    flow = Flow(question.source or everybody, question.destination, question.service)
    return (*senders, _step(receiver, receiver.inbound, flow, inward=True, profiles=profiles))


def _meant(
    question: Question, devices: Mapping[str, Device], rulesets: tuple[BoundRuleset, ...], *, sent: bool
) -> Device | None:
    """The host a question is about: named, or with the address asked for, or else the only one there is."""
    if question.device:
        return devices[question.device]
    at = _at(question.destination, devices, rulesets)
    if len(at) == 1:
        return at[0]
    unknown = [each for each in devices.values() if not _own(each)]
    if sent or (len(devices) == len(unknown) == 1):
        return None if sent else unknown[0]
    known = ", ".join(
        f"{each.name} ({_own(each).text(2) if _own(each) else 'address unknown'})" for each in devices.values()
    )
    raise ValueError(
        f"no host here is known to have the address {question.destination.text(2)}: name one with --device; there are "
        f"{known}"
    )


def _own(device: Device) -> AddressSet:
    host = device.firewall.host
    return host.addresses if host is not None else AddressSet()


def _at(addresses: AddressSet, devices: Mapping[str, Device], rulesets: Iterable[BoundRuleset]) -> tuple[Device, ...]:
    """The hosts with these addresses, by the site's bindings and by their own exports."""
    ends = (end for each in rulesets for end in each.every_end)
    names = {end.host for end in ends if end.host and addresses <= end.addresses}
    names |= {name for name, each in devices.items() if _own(each) and addresses <= _own(each)}
    return tuple(devices[name] for name in sorted(names) if name in devices)


def _step(device: Device, filter_: Filter, flow: Flow, *, inward: bool, profiles: tuple[str, ...] = ()) -> Step:
    verdicts = []
    profiles = profiles or device.profiles_at(flow.destination if inward else flow.source)
    covering = filter_.space.atoms.covering(flow.service)
    for profile in profiles:
        names = frozenset({profile})
        asked = Flow(flow.source, flow.destination, covering, names if inward else None, None if inward else names)
        packets: PacketSet = filter_.packets(asked)
        verdicts.append(judge(filter_, packets, device.now))
    outcome = verdicts[0].outcome if len({each.outcome for each in verdicts}) == 1 else Outcome.POSSIBLE
    first = verdicts[0]
    reasons = tuple(dict.fromkeys(reason for each in verdicts for reason in each.reasons))
    if len({each.outcome for each in verdicts}) > 1:
        said = ", ".join(f"{each.outcome} in {profile}" for profile, each in zip(profiles, verdicts, strict=True))
        reasons = (f"{device.name}: the profiles differ ({said}), and {device.undecided}", *reasons)
    if device.firewall.host is not None and device.firewall.host.made_by:
        reasons = (*reasons, device.firewall.host.made_by)
    rules = {id(each.rule) for each in verdicts}
    rule = first.rule if outcome is first.outcome and len(rules) == 1 else None
    candidates = tuple(dict.fromkeys(rule for each in verdicts for rule in each.candidates))
    near: tuple[NearRule, ...] = ()
    if outcome is Outcome.BLOCKED:
        names = frozenset(profiles)
        whole = Flow(flow.source, flow.destination, flow.service, names if inward else None, None if inward else names)
        direction = Direction.INBOUND if inward else Direction.OUTBOUND
        lists = (each for each in device.firewall.lists if each.direction is direction)
        near = nearest(lists, whole, device.now, decided=rule)
    layer = "host" if inward else "sender"
    return Step(device.name, outcome, rule, candidates, reasons, interfaces=", ".join(profiles), layer=layer, near=near)
