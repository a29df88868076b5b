"""Flows of a ruleset bound to the addresses and interfaces of a site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from auditor.baseline.answers import DYNAMIC, Answers
from auditor.baseline.bound import BoundClosedWorld, BoundEnd, BoundFlow, BoundForbidden, BoundRuleset, Hypothesis
from auditor.baseline.ends import Ends
from auditor.baseline.model import BaselineFlow, ClosedWorld, Forbidden, Ruleset
from auditor.baseline.site import Site
from auditor.baseline.words import check_answers, check_interfaces
from auditor.findings.result import CoverageState
from parsers.model.addresses import AddressSet
from parsers.model.firewall import Firewall
from parsers.model.intervals import IntervalSet
from parsers.model.services import ServiceSet, parse_ports


def bind(ruleset: Ruleset, site: Site, firewalls: tuple[Firewall, ...]) -> BoundRuleset:
    """The ruleset with zones and roles replaced by what the site says.

    Raises:
        RulesetError: the site names an interface or object its device does not have, or a condition, variable or
            severity the ruleset does not have: an answer with a typing error would be no answer.
    """
    check_interfaces(site, firewalls)
    check_answers(ruleset, site)
    return _Binder(ruleset, site, firewalls).bound()


class _Binder:
    def __init__(self, ruleset: Ruleset, site: Site, firewalls: tuple[Firewall, ...]) -> None:
        self.ruleset = ruleset
        self.site = site
        self.ends = Ends(ruleset, site, firewalls)
        self.answers = Answers(ruleset, site, self.ends)
        self.severities = site.use(ruleset.id).severities
        self._ranges = {each.name: each.host.dynamic_tcp for each in firewalls if each.host is not None}

    def bound(self) -> BoundRuleset:
        """Every flow, forbidden opening and closed world per pair of ends."""
        flows = tuple(bound for flow in self.ruleset.flows for bound in self._flow(flow))
        documented = _Documented(flows)
        return BoundRuleset(
            self.ruleset,
            flows,
            tuple(bound for rule in self.ruleset.forbidden for bound in self._forbidden(rule, documented)),
            tuple(bound for rule in self.ruleset.closed_world for bound in self._closed(rule)),
            tuple(
                (rule, AddressSet.union(end.addresses for name in rule.between for end in self.ends.roles[name]))
                for rule in self.ruleset.unrestricted
            ),
            {**{name: (end,) for name, end in self.ends.zones.items()}, **self.ends.roles},
            tuple(
                (bound, ask)
                for rule in self.ruleset.forbidden
                for truth, ask in (self.answers.truth(rule.when),)
                if truth is None
                for bound in self._pairs(rule, documented)
            ),
            {question.id: self.answers.truth(question.when) for question in self.ruleset.questions},
        )

    def _closed(self, rule: ClosedWorld) -> Iterator[BoundClosedWorld]:
        rule = replace(rule, severity=self.severities.get(rule.id, rule.severity))
        for source in self.ends.of(rule.source):
            for destination in self.ends.of(rule.destination):
                if source.addresses and destination.addresses:
                    yield BoundClosedWorld(self.ruleset.id, rule, source, destination)

    def _flow(self, flow: BaselineFlow) -> Iterator[BoundFlow]:
        if flow.id in self.severities:
            flow = replace(flow, if_missing=self.severities[flow.id])
        truth, ask = self.answers.truth(flow.when)
        for source in self.ends.or_unbound(flow.source):
            for destination in self.ends.or_unbound(flow.destination):
                if source.addresses and source.addresses == destination.addresses and source.kind == destination.kind:
                    continue  # both roles on one server: no packet crosses a network (trap P16)
                service, alternatives, pool, unset = self._ports(flow, self._ranges.get(destination.host))
                state: CoverageState | None
                hypotheses: tuple[Hypothesis, ...] = ()
                if truth is False:
                    state, why = CoverageState.NOT_APPLICABLE, ""
                elif truth is None:
                    state, why = CoverageState.CANNOT_TELL, ask
                else:
                    state, why = self._unbound(source, destination)
                    if unset and state is None:
                        state, why = CoverageState.CANNOT_TELL, unset
                        hypotheses = tuple(self._hypotheses(flow, source, destination))
                ends = source, destination
                yield BoundFlow(self.ruleset.id, flow, *ends, service, alternatives, state, why, pool, hypotheses)

    def _hypotheses(self, flow: BaselineFlow, source: BoundEnd, server: BoundEnd) -> Iterator[Hypothesis]:
        """The flow with each dynamic range that such a server may have, if nothing else of it is open."""
        variable = self.ruleset.variables.get(DYNAMIC)
        for name, text in variable.fitting(self._roles_of(server)) if variable else ():
            ports = parse_ports(text)
            service, alternatives, pool, unset = self._ports(flow, ports)
            if not unset:
                bound = BoundFlow(self.ruleset.id, flow, source, server, service, alternatives, pool=pool)
                yield Hypothesis(name, ports, bound)

    def _roles_of(self, server: BoundEnd) -> frozenset[str]:
        """The roles of a server: others that are bound to its addresses too."""
        at = server.addresses
        return frozenset(
            name for name, ends in self.ends.roles.items() if any(end.addresses.overlaps(at) for end in ends)
        ) | {server.name}

    def _ports(
        self, flow: BaselineFlow, dynamic: IntervalSet | None
    ) -> tuple[ServiceSet | None, tuple[ServiceSet, ...], ServiceSet, str]:
        """A flow's services at a server with this dynamic range, what suffices instead, the pool, what is unset."""
        service, unset = self.answers.service(flow.services, dynamic) if flow.services else (None, "")
        options = [self.answers.service(names, dynamic) for names in flow.any_of]
        alternatives = tuple(found for found, _ in options if found is not None)
        if options and not alternatives:
            unset = options[0][1]
        names = (*flow.services, *(name for names in flow.any_of for name in names))
        return service, alternatives, self.answers.pool(names, dynamic), unset

    def _unbound(self, source: BoundEnd, destination: BoundEnd) -> tuple[CoverageState | None, str]:
        for end in (source, destination):
            if end.addresses:
                continue
            if end.kind == "role" and end.name in self.site.not_deployed:
                return CoverageState.NOT_APPLICABLE, ""
            ask = f"which addresses are the {end.title}? (bindings.{end.name}, or list it under not_deployed)"
            return CoverageState.CANNOT_TELL, end.why or ask
        return None, ""

    def _forbidden(self, rule: Forbidden, documented: _Documented) -> Iterator[BoundForbidden]:
        if self.answers.truth(rule.unless)[0] is True and rule.unless is not None:
            return
        if self.answers.truth(rule.when)[0] is not True:
            return
        yield from self._pairs(rule, documented)

    def _pairs(self, rule: Forbidden, documented: _Documented) -> Iterator[BoundForbidden]:
        if rule.id in self.severities:
            rule = replace(rule, severity=(("default", self.severities[rule.id]),))
        for source in self.ends.of(rule.source):
            for destination in self.ends.of(rule.destination):
                if not source.addresses or not destination.addresses or source.addresses == destination.addresses:
                    continue
                service, pool = self._forbidden_ports(rule, self._ranges.get(destination.host))
                left = service - documented.for_other_roles(source, destination)
                if left:
                    yield BoundForbidden(self.ruleset.id, rule, source, destination, left, left & pool)

    def _forbidden_ports(self, rule: Forbidden, dynamic: IntervalSet | None) -> tuple[ServiceSet, ServiceSet]:
        """What is forbidden, and its pool. An unset variable leaves its own ports out, not the fixed ones."""
        ports = [self.answers.port(port, dynamic) for name in rule.services for port in self.ruleset.services[name]]
        service = ServiceSet.union(port for port in ports if port is not None)
        return service, self.answers.pool(rule.services, dynamic)


class _Documented:
    """What is documented between two ends for other roles of the same servers: one server may hold several roles."""

    def __init__(self, flows: tuple[BoundFlow, ...]) -> None:
        self._flows: dict[tuple[AddressSet, AddressSet], list[BoundFlow]] = {}
        for flow in flows:
            if flow.preset is not CoverageState.NOT_APPLICABLE and flow.source.addresses and flow.destination.addresses:
                self._flows.setdefault((flow.source.addresses, flow.destination.addresses), []).append(flow)

    def for_other_roles(self, source: BoundEnd, destination: BoundEnd) -> ServiceSet:
        """The services of flows between the same addresses under other names."""
        return ServiceSet.union(
            service
            for flow in self._flows.get((source.addresses, destination.addresses), ())
            if (flow.source.name, flow.destination.name) != (source.name, destination.name)
            for service in flow.options
        )
