"""Questions about packets: from what a person types to what the analysis answers."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import TYPE_CHECKING

from auditor.commands.callnames import Names, address_of, near_name, service_called
from auditor.commands.case import Case

if TYPE_CHECKING:
    from datetime import datetime

    from auditor.analysis.analysis import Analysis
    from auditor.analysis.steps import Question
    from auditor.analysis.tracing import Trace
    from parsers.model.addresses import AddressSet


def parse_question(
    start: str,
    target: str,
    port: str,
    source: str = "",
    source_port: str = "",
    device: str = "",
    *,
    names: Names = MappingProxyType({}),
) -> Question:
    """A question from words: where the packets come in or who sends them, what the client sends to, protocol and port.

    `names` are those of servers and objects that may stand for an address.

    Raises:
        ValueError: a word is missing or not understood; the message says which.
    """
    from auditor.analysis.origins import sender_address
    from auditor.analysis.steps import Question
    from parsers.model.addresses import AddressSet, address_number
    from parsers.model.services import PORT_PROTOCOLS, ServiceSet, parse_ports

    if not start:
        raise ValueError("from: a zone or interface is needed")
    service = service_called(port) if port else None
    protocols = service.by_protocol() if service else {}
    if service is None or len(protocols) != 1:
        raise ValueError(f"port: expected one protocol and port such as tcp/443, found {port!r}")
    if source_port:
        protocol, pairs = next(iter(protocols.items()))
        if protocol not in PORT_PROTOCOLS:
            raise ValueError(f"source_port: {port!r} has no ports")
        service = ServiceSet.ports(protocol, pairs[0][0], parse_ports(source_port))
    target, source = address_of(target, names), address_of(source, names)
    try:
        address_number(target)
        sender = AddressSet.network(source) if source else sender_address(start)
    except ValueError as error:
        near = near_name(target, names)
        raise ValueError(f"{error}: write one address such as 203.0.113.10{near}") from None
    _check_families(AddressSet.network(target), sender, *protocols)
    return Question(start, AddressSet.network(target), service, sender, device)


def _check_families(target: AddressSet, sender: AddressSet | None, protocol: int) -> None:
    """A packet has addresses of one IP version, and the ICMP of that version.

    Raises:
        ValueError: it cannot exist.
    """
    from parsers.model.services import ICMP, ICMPV6

    old, new = ("IPv4", "IPv6") if target.ipv4 else ("IPv6", "IPv4")
    if sender and not (sender.ipv4 if target.ipv4 else sender.ipv6):
        raise ValueError(
            f"from: {sender.text()} is {new} and {target.text()} {old}: a packet has addresses of one kind"
        )
    if protocol == (ICMPV6 if target.ipv4 else ICMP):
        word = "icmp/8" if target.ipv4 else "icmp6/128"
        raise ValueError(f"port: {target.text()} is {old}, whose ICMP is written like {word}")


def analysed(case: Case, now: datetime, questions: Iterable[Question]) -> Analysis:
    """The case, prepared for the services the questions ask about.

    Raises:
        RulesetError: the site file names interfaces its devices do not have.
    """
    from auditor.analysis.analysis import Analysis
    from auditor.baseline import bind

    bound = tuple(bind(ruleset, case.site, case.firewalls) for ruleset in case.rulesets)
    services = tuple(dict.fromkeys(question.service for question in questions))
    return Analysis(case.firewalls, bound, case.site, now, services)


def answer(analysis: Analysis, question: Question) -> Trace:
    """The fate of the packets of one question.

    Raises:
        ValueError: no firewall knows the zone, interface or device named.
    """
    if question.device and question.device not in analysis.devices:
        raise ValueError(f"device: there is no {question.device!r}; there are {', '.join(analysis.devices)}")
    return analysis.trace(question)
