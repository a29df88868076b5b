"""A company made for some rulesets: every server on an interface of its own, with a Windows host and a public address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest

import parsers
from auditor.audit import audit
from auditor.baseline import Binding, BoundFlow, Ruleset, Site, SiteDevice, bind
from auditor.findings.result import AuditResult
from auditor.remedy import Plan, plan
from auditor.remedy.scripts import scripts
from parsers import read_inputs
from parsers.model.addresses import AddressSet
from parsers.model.firewall import Firewall
from parsers.parser import Script
from parsers.source import Document
from tests.siteanswers import everything

NOW = datetime(2026, 11, 24, 12)
HEAD = """#config-version=FGT60F-7.0.12-FW-build0523-230606:opmode=0:vdom=0:user=admin
config system global
    set hostname "fgt"
    set allow-traffic-redirect disable
end
"""


@dataclass(frozen=True)
class Server:
    role: str
    zone: str
    interface: str
    network: str
    public: str
    host: str

    @property
    def address(self) -> str:
        return f"{self.network}.10"


class Company:
    """Two servers for a role that talks to itself, one for every other; conditions answered so that most applies."""

    def __init__(self, *rulesets: Ruleset) -> None:
        self.rulesets = rulesets
        self.without_host: frozenset[str] = frozenset()
        roles = {role.name: role for each in rulesets for role in each.roles.values()}
        self.servers: list[Server] = []
        for number, role in enumerate(roles.values()):
            zone = (role.allowed_zones or (role.zone or "internal",))[0]
            for half in range(2 if self._talks_to_itself(role.name) else 1):
                place = len(self.servers)
                network = f"10.{1 + half}.{number}"
                self.servers.append(
                    Server(role.name, zone, f"p{place}", network, f"203.0.113.{10 + place}", f"host{place}")
                )

    def _talks_to_itself(self, role: str) -> bool:
        flows = (flow for each in self.rulesets for flow in each.flows)
        return any(role in flow.source.names and role in flow.destination.names for flow in flows)

    def _host(self, server: Server) -> str:
        return "" if server.host in self.without_host else server.host

    @property
    def site(self) -> Site:
        zones: dict[str, tuple[str, ...]] = {"internet": ("wan1",)}
        bindings: dict[str, tuple[Binding, ...]] = {}
        devices = {}
        for server in self.servers:
            zones[server.zone] = (*zones.get(server.zone, ()), server.interface)
            own = Binding(AddressSet.network(server.address), AddressSet.network(server.public), self._host(server))
            bindings[server.role] = (*bindings.get(server.role, ()), own)
            if self._host(server):
                devices[server.host] = SiteDevice("windows", profile="domain")
        devices["fgt"] = SiteDevice("fortigate", "root", zones)
        uses = tuple(everything(each) for each in self.rulesets)
        return Site("made", uses, devices, bindings, networks=self._networks())

    def _networks(self) -> dict[str, AddressSet]:
        found: dict[str, AddressSet] = {}
        for server in self.servers:
            own = AddressSet.network(f"{server.network}.0/24")
            found[server.zone] = found.get(server.zone, AddressSet()) | own
        return found

    @property
    def backup(self) -> str:
        """The FortiGate before any policy."""
        interfaces = [("wan1", "203.0.113")] + [(server.interface, server.network) for server in self.servers]
        entries = "".join(
            f'    edit "{name}"\n        set vdom "root"\n        set ip {network}.1 255.255.255.0\n'
            "        set type physical\n    next\n"
            for name, network in interfaces
        )
        route = '    edit 1\n        set gateway 203.0.113.2\n        set device "wan1"\n    next\n'
        return f"{HEAD}config system interface\n{entries}end\nconfig router static\n{route}end\n"

    def bare(self) -> tuple[Firewall, ...]:
        return parsers.read(self.backup.encode(), "fgt.conf")

    def planned(self, *, exports: bool = True, permitted: bool = False) -> Plan:
        return plan(self.bare() if exports else (), self.rulesets, self.site, NOW, permitted=permitted)

    def read(self, made: Plan, *, exports: bool = True) -> tuple[Firewall, ...]:
        """The firewalls of the scripts: with exports the FortiGate's is carried out on its backup."""
        texts = [(Document(each.name, each.text.encode()), each.format) for each in scripts(made)]
        changes = [Script(document) for document, kind in texts if exports and kind == "fortios"]
        alone = [document for document, kind in texts if not exports or kind != "fortios"]
        backup = [Document("fgt.conf", self.backup.encode())] if exports else []
        return read_inputs([*backup, *alone], scripts=changes).firewalls

    def judged(self, firewalls: tuple[Firewall, ...]) -> AuditResult:
        """The audit; hosts that need no rule have no script, and are left out of the site."""
        self.without_host = frozenset(server.host for server in self.servers) - {each.name for each in firewalls}
        return audit(firewalls, self.rulesets, self.site, NOW)

    def flows(self, *levels: str) -> Iterator[BoundFlow]:
        for ruleset in self.rulesets:
            for flow in bind(ruleset, self.site, self.bare()).flows:
                if flow.preset is None and flow.flow.level in levels:
                    yield flow


@pytest.fixture
def company() -> type[Company]:
    return Company
