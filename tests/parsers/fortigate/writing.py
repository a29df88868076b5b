"""Configurations of a few lines, and the verdict on packets: what the tests of FortiOS semantics are written with."""

from __future__ import annotations

from datetime import datetime

import parsers
from auditor.packets import Filter, Flow, arrivals, judge
from parsers.model.addresses import AddressSet, address_number
from parsers.model.firewall import Firewall
from parsers.model.intervals import IntervalSet
from parsers.model.rule import Direction, Rule
from parsers.model.services import ServiceSet

NOW = datetime(2026, 11, 24, 12)
HEADER = "#config-version=FGT60F-{}-FW-build1-230606:opmode=1:vdom=0:user=a\n"
INTERFACES = (
    "config system interface\nedit wan\nset ip 203.0.113.2/24\nset type physical\nnext\n"
    "edit lan\nset ip 10.0.0.1/24\nset type physical\nnext\nend\n"
)
ANY = (
    "set srcintf wan\nset dstintf lan\nset srcaddr all\nset dstaddr all\nset service ALL\nset schedule always\n"
    "set action accept"
)
DENY = ANY.replace("accept", "deny")


def read(text: str, version: str = "7.0.12") -> Firewall:
    start = HEADER.format(version) if version else ""
    (firewall,) = parsers.read((start + INTERFACES + text).encode(), "fw.conf")
    return firewall


def read_bare(text: str) -> Firewall:
    """A configuration with no interface but its own."""
    (firewall,) = parsers.read((HEADER.format("7.0.12") + text).encode(), "fw.conf")
    return firewall


def table(name: str, *entries: str) -> str:
    """A table whose entries are "name\\nset ..." texts."""
    return f"config {name}\n" + "".join(f"edit {entry}\nnext\n" for entry in entries) + "end\n"


def policies(*bodies: str, kind: str = "firewall policy") -> str:
    return table(kind, *(f"{number}\n{body}" for number, body in enumerate(bodies, start=1)))


def with_lines(body: str, **changes: str) -> str:
    """A policy with some of its settings replaced ("" leaves the line out)."""
    lines = [line for line in body.split("\n") if line.split()[1] not in changes]
    return "\n".join([*lines, *(f"set {key} {value}" for key, value in changes.items() if value)])


def stated(text: str, version: str = "7.0.12") -> list[Rule]:
    return [rule for rule in read(text, version).lists[0].rules if not rule.implicit]


def verdict(
    text: str, to: str = "10.0.0.5", service: str = "tcp/443", source: str = "198.51.100.7",
    version: str = "7.0.12", way: str = "wan>lan", now: datetime = NOW,
) -> str:  # fmt: skip
    """The fate of one packet as the client sends it."""
    return verdict_of(read(text, version), to, service, source, way, now)


def verdict_of(
    firewall: Firewall, to: str = "10.0.0.5", service: str = "tcp/443", source: str = "198.51.100.7",
    way: str = "wan>lan", now: datetime = NOW, source_port: int | None = None,
) -> str:  # fmt: skip
    """The same at a firewall that was read already."""
    asked = ServiceSet.parse(service)
    if source_port is not None:
        port = IntervalSet.single(source_port)
        asked = ServiceSet.union(ServiceSet.ports(n, pairs[0][0], port) for n, pairs in asked.by_protocol().items())
    ingress, egress = way.split(">")
    fates = set()
    for arrival in arrivals(firewall, ingress, address_number(source), address_number(to), asked):
        filter_ = Filter(firewall, Direction.FORWARD, now, [asked, arrival.service])
        flow = Flow(
            AddressSet.network(source), arrival.destination, arrival.service, frozenset({ingress}), frozenset({egress}),
            arrival.translation is not None,
        )  # fmt: skip
        fates.add(judge(filter_, filter_.packets(flow), now).outcome.value)
    return fates.pop() if len(fates) == 1 else "possible"


def local(
    text: str, to: str = "203.0.113.2", service: str = "tcp/443", source: str = "198.51.100.7", way: str = "wan",
    interfaces: str = INTERFACES,
) -> str:  # fmt: skip
    """The fate of one packet to the device itself; unless the text has administrators, one may log in from anywhere."""
    somebody = "" if "config system admin" in text else "config system admin\nedit admin\nnext\nend\n"
    (firewall,) = parsers.read((HEADER.format("7.0.12") + interfaces + somebody + text).encode(), "fw.conf")
    return local_of(firewall, to, service, source, way)


def local_of(
    firewall: Firewall,
    to: str = "203.0.113.2",
    service: str = "tcp/443",
    source: str = "198.51.100.7",
    way: str = "wan",
) -> str:
    """The same at a firewall that was read already."""
    asked = ServiceSet.parse(service)
    filter_ = Filter(firewall, Direction.LOCAL, NOW, [asked])
    flow = Flow(AddressSet.network(source), AddressSet.network(to), asked, frozenset({way}), None, False)
    return judge(filter_, filter_.packets(flow), NOW).outcome.value


def hidden(text: str) -> tuple[str, ...]:
    """The rules that never decide a packet."""
    return tuple(found.rule.id for found in Filter(read(text), Direction.FORWARD, NOW).hidden())
