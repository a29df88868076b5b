"""A company made for one ruleset: every role on an interface of its own, and the tightest FortiGate policy for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import pytest

import parsers
from auditor.audit import audit
from auditor.baseline import Binding, BoundEnd, BoundFlow, BoundRuleset, Ruleset, Site, SiteDevice, bind
from auditor.findings.result import AuditResult
from parsers.model.addresses import AddressSet
from parsers.model.services import ANY_SERVICE, ICMP, PORTS, TCP, UDP, ServiceSet
from tests.siteanswers import everything

HEAD = """#config-version=FGT60F-7.0.12-FW-build0523-230606:opmode=0:vdom=0:user=admin
config system global
    set hostname "fgt"
end
"""
ALL = '    edit "ALL"\n        set protocol IP\n    next\n'


@dataclass
class Company:
    """Servers of every role of some rulesets (`absent` ones are not deployed), and the policies of a FortiGate."""

    rulesets: tuple[Ruleset, ...]
    absent: tuple[str, ...] = ()
    conditions: dict[str, bool | str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    """Roles that stand in another zone than their baseline asks for."""
    policies: list[str] = field(default_factory=list)
    vips: list[str] = field(default_factory=list)
    services: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        roles = {role.name: role for each in self.rulesets for role in each.roles.values()}
        self.addresses: dict[str, tuple[str, ...]] = {}
        self.zones: dict[str, list[str]] = {"internet": ["wan1"], "perimeter": [], "internal": []}
        for number, role in enumerate(role for role in roles.values() if role.name not in self.absent):
            zone = self.places.get(role.name) or (role.allowed_zones or (role.zone or "internal",))[0]
            two = self._talks_to_itself(role.name)
            self.addresses[role.name] = tuple(f"10.{1 + half}.{number}.10" for half in range(2 if two else 1))
            self.zones[zone] += [f"p{half}-{number}" for half in range(len(self.addresses[role.name]))]

    def _talks_to_itself(self, role: str) -> bool:
        return any(
            role in flow.source.names and role in flow.destination.names
            for each in self.rulesets
            for flow in each.flows
        )

    @property
    def site(self) -> Site:
        """Every condition answered so that as much as possible applies."""
        return Site(
            "made",
            tuple(everything(each, self.conditions) for each in self.rulesets),
            {"fgt": SiteDevice("fortigate", "root", {zone: tuple(names) for zone, names in self.zones.items() if names})},
            {
                role: tuple(Binding(AddressSet.network(address)) for address in addresses)
                for role, addresses in self.addresses.items()
            },
            tuple(self.absent),
        )  # fmt: skip

    @property
    def text(self) -> str:
        """The backup of the FortiGate."""
        names = ["wan1", *(name for zone in ("perimeter", "internal") for name in self.zones[zone])]
        interfaces = "".join(
            f'    edit "{name}"\n        set ip {_network(name)}.1 255.255.255.0\n        set type physical\n    next\n'
            for name in names
        )
        hosts = "".join(
            f'    edit "h-{address}"\n        set subnet {address} 255.255.255.255\n    next\n'
            for addresses in self.addresses.values()
            for address in addresses
        )
        return (
            f"{HEAD}config system interface\n{interfaces}end\n"
            'config router static\n    edit 1\n        set gateway 203.0.113.1\n        set device "wan1"\n    next\nend\n'
            f'config firewall address\n    edit "all"\n    next\n{hosts}end\n'
            f"config firewall service custom\n{ALL}{''.join(self.services)}end\n"
            f"config firewall vip\n{''.join(self.vips)}end\n"
            f"config firewall policy\n{''.join(self.policies)}end\n"
        )

    def allow(self, source: BoundEnd, destination: BoundEnd, service: ServiceSet) -> None:
        """One policy for exactly these packets, with the virtual IPs it needs."""
        number = len(self.policies) + 1
        target = self._publish(number, destination, service) if source.trust == "untrusted" else _object(destination)
        name = self._service(number, service)
        self.policies.append(
            f"    edit {number}\n        set srcintf {_side(source)}\n        set dstintf {_side(destination)}\n"
            f"        set action accept\n        set srcaddr {_object(source)}\n        set dstaddr {target}\n"
            f'        set schedule "always"\n        set service {name}\n        set logtraffic all\n    next\n'
        )

    def _publish(self, number: int, destination: BoundEnd, service: ServiceSet) -> str:
        names = []
        if service == ANY_SERVICE:
            self.vips.append(
                f'    edit "v{number}"\n        set extip 203.0.113.{10 + number}\n        set extintf "wan1"\n'
                f'        set mappedip "{destination.addresses.text()}"\n    next\n'
            )
            return f'"v{number}"'
        for protocol, word in ((TCP, "tcp"), (UDP, "udp")):
            for first, last in service.destination_ports(protocol).ranges:
                name, ports = f"v{number}-{word}-{first}", f"{first}-{last}" if last > first else str(first)
                names.append(f'"{name}"')
                self.vips.append(
                    f'    edit "{name}"\n        set extip 203.0.113.{10 + number}\n        set extintf "wan1"\n'
                    f'        set mappedip "{destination.addresses.text()}"\n        set portforward enable\n'
                    f"        set protocol {word}\n        set extport {ports}\n        set mappedport {ports}\n    next\n"
                )
        return " ".join(names)

    def _service(self, number: int, service: ServiceSet) -> str:
        if service == ANY_SERVICE:
            return '"ALL"'
        names = []
        for protocol, pairs in service.by_protocol().items():
            name = f"s{number}-{protocol}"
            names.append(f'"{name}"')
            ports = " ".join(f"{first}-{last}" for dst, _ in pairs for first, last in dst.ranges)
            if protocol in (TCP, UDP):
                lines = f"        set {'tcp' if protocol == TCP else 'udp'}-portrange {ports}\n"
            elif protocol == ICMP and pairs[0][0] != PORTS:
                lines = f"        set protocol ICMP\n        set icmptype {pairs[0][0].ranges[0][0] // 256}\n"
            else:
                lines = f"        set protocol IP\n        set protocol-number {protocol}\n"
            self.services.append(f'    edit "{name}"\n{lines}    next\n')
        return " ".join(names)

    def _bound(self) -> list[BoundRuleset]:
        firewalls = parsers.read(self.text.encode(), "fgt.conf")
        return [bind(each, self.site, firewalls) for each in self.rulesets]

    def internet(self) -> BoundEnd:
        """The Internet as the first ruleset sees it."""
        return self._bound()[0].ends["internet"][0]

    def servers(self) -> list[BoundEnd]:
        """Every bound role."""
        return [end for each in self._bound() for ends in each.ends.values() for end in ends if end.kind == "role"]

    def wanted(self) -> list[BoundFlow]:
        """The required flows that apply."""
        bound = self._bound()
        return [flow for each in bound for flow in each.flows if flow.preset is None and flow.flow.level == "required"]

    def allow_all(self, flows: Iterable[BoundFlow]) -> None:
        """The tightest policy for some flows; of alternatives the first."""
        done = set()
        for flow in flows:
            service = flow.service or flow.alternatives[0]
            key = (flow.source.addresses, flow.destination.addresses, service)
            if key not in done:
                done.add(key)
                self.allow(flow.source, flow.destination, service)

    def judge(self) -> AuditResult:
        """The audit of this company."""
        firewalls = parsers.read(self.text.encode(), "fgt.conf")
        return audit(firewalls, self.rulesets, self.site, datetime(2026, 11, 24, 12))


def _network(name: str) -> str:
    if name == "wan1":
        return "203.0.113"
    half, _, number = name[1:].partition("-")
    return f"10.{1 + int(half)}.{number}"


def _side(end: BoundEnd) -> str:
    if end.kind == "zone":
        return " ".join(f'"{name}"' for name in sorted(end.interfaces["fgt"]))
    _, second, third, _ = end.addresses.text().split(".")
    return f'"p{int(second) - 1}-{third}"'


def _object(end: BoundEnd) -> str:
    return '"all"' if end.kind == "zone" else f'"h-{end.addresses.text()}"'


@pytest.fixture
def company() -> type[Company]:
    return Company
