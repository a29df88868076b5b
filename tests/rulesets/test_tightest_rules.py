"""Every shipped ruleset in a company made for it: the tightest rules satisfy it, one missing or too wide is found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.baseline import available_rulesets, load_ruleset
from auditor.findings.finding import Finding, Severity
from auditor.findings.result import AuditResult, CoverageState
from parsers.model.services import ANY_SERVICE

OF_BASELINES = {"FW101", "FW102", "FW103", "FW113", "FW116", "FW119", "FW120"}
ABSENT: dict[str, tuple[str, ...]] = {}
"""Roles that exclude others: with them the requirements of these would not apply."""


def found(result: AuditResult) -> list[Finding]:
    return [each for each in result.findings if each.check in OF_BASELINES and each.severity > Severity.INFO]


@pytest.mark.parametrize("name", available_rulesets())
def test_the_tightest_rules_satisfy_it_and_nothing_is_found(name: str, company) -> None:  # type: ignore[no-untyped-def]
    made = company((load_ruleset(name),), ABSENT.get(name, ()))
    made.allow_all(made.wanted())
    result = made.judge()
    required = {row.flow: row.state for row in result.coverage if row.level == "required"}
    assert set(required.values()) <= {CoverageState.SATISFIED, CoverageState.NOT_APPLICABLE}, required
    assert not required or CoverageState.SATISFIED in required.values()
    assert [(each.check, each.message) for each in found(result)] == []


@pytest.mark.parametrize("name", available_rulesets())
def test_one_flow_missing_and_one_server_wide_open_are_found(name: str, company) -> None:  # type: ignore[no-untyped-def]
    made = company((load_ruleset(name),), ABSENT.get(name, ()))
    wanted = made.wanted()
    missing = next((flow for flow in wanted if flow.source.trust != "untrusted"), None)
    key = missing and (missing.source.addresses, missing.destination.addresses)
    made.allow_all(flow for flow in wanted if (flow.source.addresses, flow.destination.addresses) != key)
    victim = next(flow.destination for flow in wanted if flow.destination.kind == "role") if wanted else None
    server = victim or made.servers()[0]
    made.allow(made.internet(), replace(server, host=""), ANY_SERVICE)
    result = made.judge()
    if missing is not None:
        rows = [row for row in result.coverage if row.flow == missing.flow.id]
        assert CoverageState.MISSING in {row.state for row in rows}
        assert any(missing.flow.id in each.flow for each in found(result) if each.check == "FW101")
    wide = [each for each in found(result) if each.check in ("FW102", "FW103")]
    assert max(each.severity for each in wide) >= Severity.HIGH
