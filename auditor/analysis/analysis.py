"""Everything checks look at, computed once and when first asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property

from auditor.analysis.coverage import Covered, cover
from auditor.analysis.devices import Device
from auditor.analysis.exposure import Opening, exposures, openings
from auditor.analysis.hypotheses import beside, cover_each, pinnable
from auditor.analysis.listeners import listeners, narrower, products
from auditor.analysis.management import logins
from auditor.analysis.paths import Paths, becoming, faces
from auditor.analysis.signalling import with_helpers
from auditor.analysis.steps import Question
from auditor.analysis.tracing import Trace, trace
from auditor.baseline import BoundRuleset, KnownHostRules, Site
from auditor.benchmarks import Benchmark, evaluate
from auditor.findings.hardening import HardeningItem
from auditor.findings.result import Exposure, Login
from parsers.model.firewall import Firewall
from parsers.model.intervals import IntervalSet
from parsers.model.rule import Direction
from parsers.model.services import TCP, ServiceSet


class Analysis:
    """The exports of one audit seen through its rulesets and site.

    Args:
        firewalls: the devices.
        rulesets: bound rulesets.
        site: the site they are bound to.
        now: the time of the audit, device-local.
        extra: further services that questions will ask about.
        benchmarks: the hardening guides to evaluate.
    """

    def __init__(
        self,
        firewalls: tuple[Firewall, ...],
        rulesets: tuple[BoundRuleset, ...],
        site: Site,
        now: datetime,
        extra: tuple[ServiceSet, ...] = (),
        benchmarks: tuple[Benchmark, ...] = (),
    ) -> None:
        self.firewalls = firewalls
        self.rulesets = rulesets
        self.site = site
        self.now = now
        self.benchmarks = benchmarks
        untrusted = frozenset(
            name for each in rulesets for name, trust in each.ruleset.zones.items() if trust == "untrusted"
        ) or frozenset({"internet"})
        stated = [site.use(each.ruleset.id).variables.get("rpc_dynamic") for each in rulesets]
        owners = listeners(each.ruleset for each in rulesets)
        self.fixed = ServiceSet.union((*(each.service for each in owners), *self._stated_ports()))
        self._owners, self._installed, self._untrusted = owners, products(rulesets), untrusted
        asked = (*self._services(), *extra)
        self._asked = (*asked, *faces(asked, firewalls), *becoming(extra, firewalls))
        self._ranges: dict[IntervalSet, Mapping[str, Device]] = {}
        self.devices = self._seen(firewalls, next((each for each in stated if each), None))
        self.paths = Paths(self.devices)

    def _seen(self, firewalls: Iterable[Firewall], rpc: IntervalSet | None) -> dict[str, Device]:
        narrow = narrower(self._owners, self.fixed, rpc, self._installed)
        return {
            firewall.name: Device(firewall, self.site, self._untrusted, self.now, self._asked, narrow)
            for firewall in firewalls
        }

    def under(self, ports: IntervalSet) -> Mapping[str, Device]:
        """The devices, those of hosts as they are if an unknown dynamic range is this one."""
        if ports not in self._ranges:
            unsure = [each for each in self.firewalls if each.host is not None and each.host.dynamic_tcp is None]
            self._ranges[ports] = {**self.devices, **self._seen(unsure, ports)}
        return self._ranges[ports]

    def _stated_ports(self) -> Iterator[ServiceSet]:
        """Single ports that a site may move: log shipping listens there and nowhere else."""
        for each in self.rulesets:
            for variable in each.ruleset.variables.values():
                value = self.site.use(each.ruleset.id).variables.get(variable.name) or variable.default
                if value is not None and value.count == 1:
                    yield ServiceSet.ports(TCP, value)

    def _services(self) -> tuple[ServiceSet, ...]:
        found: dict[ServiceSet, None] = {}
        for each in self.rulesets:
            for bound in each.flows:
                for flow in (bound, *(each_range.flow for each_range in bound.hypotheses)):
                    for service in flow.options:
                        if service:
                            found[service] = None
                            found[service - (flow.pool & self.fixed)] = None
                if bound.hypotheses:
                    found[pinnable(self.fixed)] = None
                    found[beside(bound)] = None
            for forbidden in each.forbidden:
                found[forbidden.service] = None
        return tuple(found)

    @property
    def faces_internet(self) -> bool:
        """Is some interface of some device known to face an untrusted zone?"""
        return any(device.internet for device in self.devices.values())

    @cached_property
    def covered(self) -> tuple[Covered, ...]:
        """Every bound flow with its state and layers."""
        flows = (bound for each in self.rulesets for bound in each.flows)
        return with_helpers(
            cover_each(bound, self.paths, self.under, self.fixed)
            if bound.hypotheses
            else cover(bound, self.paths, self.devices, self.fixed)
            for bound in flows
        )

    @cached_property
    def openings(self) -> tuple[Opening, ...]:
        """What untrusted zones reach, rule by rule."""
        found: list[Opening] = []
        seen: set[str] = set()
        for end in (end for each in self.rulesets for end in each.every_end):
            if end.kind == "zone" and end.trust == "untrusted" and end.name not in seen:
                seen.add(end.name)
                found += [one for device in self.devices.values() for one in openings(device, end)]
        return tuple(found)

    @cached_property
    def setup_rules(self) -> Mapping[str, frozenset[int]]:
        """By host: the rules, by their identity in memory, that a product's setup makes for any program (FW114)."""
        found: dict[str, frozenset[int]] = {}
        for device in self.devices.values():
            rules = [
                rule for each in device.firewall.lists for rule in each.rules if each.direction is Direction.INBOUND
            ]
            known = [KnownHostRules(each.ruleset.host_rules, rules) for each in self.rulesets if device.is_host]
            found[device.name] = frozenset(
                id(rule)
                for table in known
                for rule in rules
                if (setup := table.recognise(rule)) and (setup.gfw or setup.advice)
            )
        return found

    @cached_property
    def hardening(self) -> tuple[HardeningItem, ...]:
        """Every item of the hardening guides on every device, with its state."""
        internet = {name: device.internet for name, device in self.devices.items()}
        return evaluate(self.benchmarks, self.firewalls, internet)

    def trace(self, question: Question) -> Trace:
        """Follow packets through the devices.

        Raises:
            ValueError: the question names a zone or interface nobody knows.
        """
        return trace(question, self.devices, self.paths.topology, self.rulesets)

    @cached_property
    def logins(self) -> tuple[Login, ...]:
        """What answers at the devices themselves, and whom."""
        return tuple(row for device in self.devices.values() for row in logins(device))

    @cached_property
    def exposures(self) -> tuple[Exposure, ...]:
        """What untrusted zones reach, as rows for reports."""
        return tuple(exposures(self.openings, self.rulesets, self.devices, self.paths))
