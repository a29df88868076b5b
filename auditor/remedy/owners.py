"""Which program listens on the ports of a server: host rules are tightest when they name it.

Sources: the host rules of the baseline (a Windows rule of the product's setup names its executable) and
rulesets/services.yaml (ports that belong to Windows itself). Where several programs may own a port, none is named.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.baseline import BoundFlow, Ruleset, Site, executable
from auditor.baseline.services import load_services
from auditor.remedy.planned import Owner
from parsers.model.intervals import EMPTY_INTERVALS, IntervalSet
from parsers.model.services import NO_SERVICE, TCP, ServiceSet, parse_ports

_SYSTEM = {
    "system": "System",
    "svchost.exe": r"%SystemRoot%\System32\svchost.exe",
    "lsass.exe": r"%SystemRoot%\System32\lsass.exe",
    "dns.exe": r"%SystemRoot%\System32\dns.exe",
}
"""Where Windows keeps the programs that services.yaml names."""

_MAPPER = ServiceSet.parse("tcp/135")
_BELOW_WINDOWS = {"system32\\": "%SystemRoot%\\", "inetsrv\\": "%SystemRoot%\\System32\\"}
"""Folders of baselines that lie below the Windows folder, not the product's."""


class Owners:
    """The programs of one baseline, and the dynamic ports its site states."""

    def __init__(self, ruleset: Ruleset, site: Site) -> None:
        self.ruleset = ruleset
        variable = ruleset.variables.get("rpc_dynamic")
        stated = site.use(ruleset.id).variables.get("rpc_dynamic")
        self.dynamic = stated or (variable.default if variable else None)

    def split(self, bound: BoundFlow, service: ServiceSet) -> Iterator[tuple[ServiceSet, Owner]]:
        """A service of a flow by who listens on it at the destination; the parts are disjoint."""
        rest = service
        dynamic = self._dynamic(bound)
        if dynamic and dynamic <= rest:
            yield dynamic, Owner(keyword="RPC")
            rest = rest - dynamic
        for known in load_services():
            share = rest & known.service
            if share and known.listeners:
                yield share, self._listener(share, known.listeners)
                rest = rest - share
        for share, program in self._programs(bound.destination.name, rest):
            yield share, Owner(program)
            rest = rest - share
        if rest:
            yield rest, Owner()

    def _dynamic(self, bound: BoundFlow) -> ServiceSet:
        """The dynamic RPC ports, where the flow asks for them by that variable."""
        names = (*bound.flow.services, *(name for option in bound.flow.any_of for name in option))
        asked = any(port.variable == "rpc_dynamic" for name in names for port in self.ruleset.services[name])
        return ServiceSet.ports(TCP, self.dynamic) if asked and self.dynamic else NO_SERVICE

    def _listener(self, share: ServiceSet, listeners: tuple[str, ...]) -> Owner:
        if len(listeners) > 1:
            return Owner()
        own = next((rule.program for rule in self.ruleset.host_rules if executable(rule.program) == listeners[0]), "")
        program = _SYSTEM.get(listeners[0]) or _path(own)
        return Owner(program, "RpcSs" if share == _MAPPER else "")

    def _programs(self, role: str, service: ServiceSet) -> Iterator[tuple[ServiceSet, str]]:
        """Ports that exactly one program of the role's host rules listens on."""
        found: dict[str, IntervalSet] = {}
        for rule in self.ruleset.host_rules:
            ports = [port for port in rule.ports if port.replace("-", "").isdigit()]
            # svchost.exe holds many Windows services: without the service's name it says little.
            named = rule.program and executable(rule.program) != "svchost.exe"
            if role in rule.roles and named and not rule.gfw and ports:
                path = _path(rule.program)
                found[path] = found.get(path, EMPTY_INTERVALS) | parse_ports(",".join(ports))
        for path, own in found.items():
            others = IntervalSet.union(each for other, each in found.items() if other != path)
            share = service & ServiceSet.ports(TCP, own - others)
            if share:
                yield share, path


def _path(program: str) -> str:
    """A baseline's program path with the Windows folder written out."""
    for folder, windows in _BELOW_WINDOWS.items():
        if program.casefold().startswith(folder):
            return windows + program
    return program
