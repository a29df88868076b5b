"""For each baseline: the plan, read and audited by fwproof itself, has no finding and every required flow satisfied."""

from __future__ import annotations

import pytest

from auditor.baseline import BoundFlow, available_rulesets, load_ruleset
from auditor.findings.finding import Severity
from auditor.findings.result import AuditResult, CoverageState
from auditor.packets import Filter, Flow, PacketSet
from parsers.model.firewall import Firewall
from parsers.model.rule import Direction

from .conftest import NOW, Company

FINE = {CoverageState.SATISFIED, CoverageState.NOT_APPLICABLE}


def found(result: AuditResult) -> list[str]:
    """Every finding but the remark that a vendor itself asks for everything between some servers (FW123)."""
    asked = [each for each in result.findings if each.check == "FW123" and each.severity is Severity.INFO]
    return [f"{each.check} {each.message}" for each in result.findings if each not in asked]


@pytest.mark.parametrize("exports", [True, False], ids=["exports", "site file alone"])
@pytest.mark.parametrize("name", available_rulesets())
def test_the_plan_satisfies_it_and_nothing_is_found(name: str, exports: bool, company: type[Company]) -> None:
    made = company(load_ruleset(name))
    planned = made.planned(exports=exports)
    assert planned.left == ()
    result = made.judged(made.read(planned, exports=exports))
    required = [row for row in result.coverage if row.level == "required"]
    assert [(row.flow, row.state, row.question or row.missing) for row in required if row.state not in FINE] == []
    assert not required or CoverageState.SATISFIED in {row.state for row in required}
    # A baseline that requires nothing (perimeter) plans nothing: without its export the FortiGate is not there.
    absent = "FW121" if not required and not exports else "none"
    assert [each for each in found(result) if not each.startswith(absent)] == []
    assert [gap.what for gap in result.gaps] == []


def test_all_baselines_in_one_company(company: type[Company]) -> None:
    made = company(*map(load_ruleset, available_rulesets()))
    planned = made.planned()
    assert planned.left == ()
    result = made.judged(made.read(planned))
    assert {row.state for row in result.coverage if row.level == "required"} == FINE
    # What one baseline permits and another forbids (FW120) is their affair: the plan holds required flows only.
    assert [each for each in found(result) if not each.startswith("FW120")] == []


@pytest.mark.parametrize("name", available_rulesets())
def test_nothing_passes_that_no_required_flow_asks_for(name: str, company: type[Company]) -> None:
    made = company(load_ruleset(name))
    (perimeter,) = (each for each in made.read(made.planned()) if each.vendor == "fortigate")
    flows = [flow for flow in made.flows("required") if "network" in flow.flow.enforce]
    services = [service for flow in flows for service in (flow.service, *flow.alternatives) if service is not None]
    forward = Filter(perimeter, Direction.FORWARD, NOW, services)
    rest = forward.allowed(forward.universe).possible
    for flow in flows:
        for service in (flow.service, *flow.alternatives):
            if service is not None:
                rest = rest - forward.packets(Flow(flow.source.addresses, flow.destination.addresses, service))
    assert rest.text() == "none"


@pytest.mark.parametrize("name", available_rulesets())
def test_no_host_lets_in_what_no_required_flow_asks_for(name: str, company: type[Company]) -> None:
    made = company(load_ruleset(name))
    hosts = [each for each in made.read(made.planned()) if each.vendor == "windows"]
    flows = [flow for flow in made.flows("required") if "host" in flow.flow.enforce]
    assert [
        host.name for host in hosts if _surplus(host, [each for each in flows if each.destination.host == host.name])
    ] == []


def _surplus(host: Firewall, flows: list[BoundFlow]) -> PacketSet:
    """What a host certainly lets in beside some flows (the word RPC stands for ports that only the host knows)."""
    services = [service for flow in flows for service in (flow.service, *flow.alternatives) if service is not None]
    inbound = Filter(host, Direction.INBOUND, NOW, services)
    rest = inbound.allowed(inbound.universe).certain
    for flow in flows:
        for service in (flow.service, *flow.alternatives):
            if service is not None:
                rest = rest - inbound.packets(Flow(flow.source.addresses, flow.destination.addresses, service))
    return rest
